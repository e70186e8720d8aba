import type { Credentials } from "../core/service";
import type { LambdaFunction } from "./lambdaFunction";

/** Names that a function's own variables may not take: Lambda developer guide, "Defined runtime environment variables". */
export const RESERVED_VARIABLES: readonly string[] = [
  "_HANDLER",
  "_X_AMZN_TRACE_ID",
  "AWS_DEFAULT_REGION",
  "AWS_REGION",
  "AWS_EXECUTION_ENV",
  "AWS_LAMBDA_FUNCTION_NAME",
  "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
  "AWS_LAMBDA_FUNCTION_VERSION",
  "AWS_LAMBDA_INITIALIZATION_TYPE",
  "AWS_LAMBDA_LOG_GROUP_NAME",
  "AWS_LAMBDA_LOG_STREAM_NAME",
  "AWS_ACCESS_KEY",
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
  "AWS_LAMBDA_RUNTIME_API",
  "LAMBDA_TASK_ROOT",
  "LAMBDA_RUNTIME_DIR",
];

/** Where one environment runs. */
export interface Surroundings {
  readonly region: string;
  /** The cloud's endpoint. */
  readonly endpoint: string;
  /** Host, port and path of this environment's Runtime API. */
  readonly runtimeApi: string;
  readonly credentials: Credentials;
  readonly logStreamName: string;
  /** A folder of its own: /tmp and the home directory. */
  readonly temporaryDirectory: string;
  /** The host's variables, of which only what starting a process needs is passed on. */
  readonly host: Readonly<Record<string, string | undefined>>;
}

/**
 * The variables of a function's process: Lambda's, and the function's own. Three are additions:
 * `AWS_ENDPOINT_URL`, which sends every AWS client to this cloud; `HOME` and `TMPDIR`, which keep the
 * developer's AWS configuration and files out of the function's sight.
 */
export function environmentVariables(fn: LambdaFunction, at: Surroundings): Record<string, string> {
  const { settings } = fn;
  const variables: Record<string, string> = {
    LANG: "en_US.UTF-8",
    TZ: ":UTC",
    AWS_LAMBDA_LOG_FORMAT: settings.Logging.LogFormat,
    ...(settings.Logging.ApplicationLogLevel !== undefined && {
      AWS_LAMBDA_LOG_LEVEL: settings.Logging.ApplicationLogLevel,
    }),
    AWS_ENDPOINT_URL: at.endpoint,
    HOME: at.temporaryDirectory,
    TMPDIR: at.temporaryDirectory,
    ...settings.Environment,
    AWS_REGION: at.region,
    AWS_DEFAULT_REGION: at.region,
    AWS_EXECUTION_ENV: `AWS_Lambda_${settings.Runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: fn.name,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(settings.MemorySize),
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    AWS_LAMBDA_LOG_GROUP_NAME: settings.Logging.LogGroup,
    AWS_LAMBDA_LOG_STREAM_NAME: at.logStreamName,
    AWS_LAMBDA_RUNTIME_API: at.runtimeApi,
    AWS_ACCESS_KEY_ID: at.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: at.credentials.secretAccessKey,
    AWS_SESSION_TOKEN: at.credentials.sessionToken,
    LAMBDA_TASK_ROOT: fn.code.directory,
    _HANDLER: settings.Handler,
  };
  for (const name of ["PATH", "SystemRoot"]) {
    const value = at.host[name];
    if (value !== undefined) variables[name] = value;
  }
  return variables;
}
