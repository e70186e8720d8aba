import type { Credentials } from "../../core/service";
import type { Revision } from "./lambdaFunction";

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
  /** Where the runtime's own files lie. */
  readonly runtimeDirectory: string;
  /** A folder of its own: /tmp and the home directory. */
  readonly temporaryDirectory: string;
  readonly host: Host;
}

/** What there is to know of the machine: nothing of the person who works at it. */
export interface Host {
  readonly platform: NodeJS.Platform;
  /** Where Windows lies, without which it starts no process; undefined elsewhere. */
  readonly systemRoot: string | undefined;
}

/**
 * The variables of a function's process: Lambda's, and the function's own; none is taken over from this process
 * (the developer's AWS configuration, tokens, proxies, NODE_OPTIONS). Beside Lambda's own there are
 * `AWS_ENDPOINT_URL`, which sends every AWS client to this cloud, and the places where a process looks for its
 * home and its temporary files, which are the environment's own folder instead of the developer's.
 */
export function environmentVariables(fn: Revision, at: Surroundings): Record<string, string> {
  const { settings } = fn;
  return {
    LANG: "en_US.UTF-8",
    TZ: ":UTC",
    AWS_LAMBDA_LOG_FORMAT: settings.Logging.LogFormat,
    ...(settings.Logging.ApplicationLogLevel !== undefined && {
      AWS_LAMBDA_LOG_LEVEL: settings.Logging.ApplicationLogLevel,
    }),
    AWS_XRAY_CONTEXT_MISSING: "LOG_ERROR",
    AWS_ENDPOINT_URL: at.endpoint,
    ...ofMachine(at),
    ...settings.Environment,
    AWS_REGION: at.region,
    AWS_DEFAULT_REGION: at.region,
    AWS_EXECUTION_ENV: `AWS_Lambda_${settings.Runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: fn.name,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(settings.MemorySize),
    AWS_LAMBDA_FUNCTION_VERSION: fn.version,
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    AWS_LAMBDA_LOG_GROUP_NAME: settings.Logging.LogGroup,
    AWS_LAMBDA_LOG_STREAM_NAME: at.logStreamName,
    AWS_LAMBDA_RUNTIME_API: at.runtimeApi,
    AWS_ACCESS_KEY_ID: at.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: at.credentials.secretAccessKey,
    AWS_SESSION_TOKEN: at.credentials.sessionToken,
    LAMBDA_TASK_ROOT: fn.code.directory,
    LAMBDA_RUNTIME_DIR: at.runtimeDirectory,
    _HANDLER: settings.Handler,
  };
}

/** PATH is Lambda's, on Windows the system's own folder. */
function ofMachine({ host, temporaryDirectory }: Surroundings): Record<string, string> {
  const { platform, systemRoot = "C:\\Windows" } = host;
  if (platform !== "win32")
    return {
      PATH: "/usr/local/bin:/usr/bin/:/bin:/opt/bin",
      HOME: temporaryDirectory,
      TMPDIR: temporaryDirectory,
    };
  return {
    SystemRoot: systemRoot,
    PATH: `${systemRoot}\\System32;${systemRoot}`,
    HOME: temporaryDirectory,
    USERPROFILE: temporaryDirectory,
    TEMP: temporaryDirectory,
    TMP: temporaryDirectory,
  };
}
