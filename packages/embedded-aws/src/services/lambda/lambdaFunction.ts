import type {
  ApplicationLogLevel,
  Architecture,
  LogFormat,
  Runtime,
  SystemLogLevel,
  TracingMode,
} from "@aws-sdk/client-lambda";
import { AwsError } from "../../core/errors";
import type { CloudContext } from "../../core/service";
import type { Principal } from "../../core/iam/principal";

export interface LoggingConfig {
  readonly LogFormat: LogFormat;
  /** Only with JSON. */
  readonly ApplicationLogLevel?: ApplicationLogLevel;
  /** Only with JSON. */
  readonly SystemLogLevel?: SystemLogLevel;
  readonly LogGroup: string;
}

/** What a function is made of and how it runs, in the words of the API. */
export interface FunctionSettings {
  readonly Runtime: Runtime;
  /** The role's ARN. */
  readonly Role: string;
  readonly Handler: string;
  readonly Description: string;
  /** Seconds. */
  readonly Timeout: number;
  /** Megabytes. */
  readonly MemorySize: number;
  readonly Environment: Readonly<Record<string, string>>;
  readonly TracingMode: TracingMode;
  readonly Logging: LoggingConfig;
  /** Megabytes of /tmp. */
  readonly EphemeralStorage: number;
  readonly Architectures: readonly Architecture[];
  readonly DeadLetterArn?: string;
}

export interface FunctionCode {
  /** Where the archive lies unpacked: the function's task root. */
  readonly directory: string;
  /** Base64. */
  readonly sha256: string;
  /** Of the archive; bytes. */
  readonly size: number;
}

export interface AsyncInvokeConfig {
  /** 0–2; default 2. */
  readonly maximumRetryAttempts: number;
  /** 60–21,600 seconds; default 21,600. */
  readonly maximumEventAgeSeconds: number;
  readonly onFailureArn?: string;
  /** Milliseconds since the epoch. */
  readonly lastModified: number;
}

export interface PolicyStatement {
  readonly Sid: string;
  readonly Effect: "Allow";
  readonly Principal: unknown;
  readonly Action: string;
  readonly Resource: string;
  readonly Condition?: unknown;
}

/** A function and all that is attached to it. Settings and code are replaced whole, never changed in place. */
export interface LambdaFunction {
  readonly name: string;
  readonly arn: string;
  settings: FunctionSettings;
  code: FunctionCode;
  /** Milliseconds since the epoch. */
  lastModified: number;
  revisionId: string;
  tags: Readonly<Record<string, string>>;
  policy: readonly PolicyStatement[];
  reservedConcurrency?: number;
  asyncInvoke?: AsyncInvokeConfig;
}

/** Last part of a role's ARN, behind its path. */
export function roleNameOf(roleArn: string): string {
  return roleArn.slice(roleArn.lastIndexOf("/") + 1);
}

/** The function's role, in whose name it acts and in whose name Lambda polls, logs and delivers for it. */
export function executionRole(context: Pick<CloudContext, "accountId">, fn: LambdaFunction): Principal {
  return {
    kind: "role",
    accountId: context.accountId,
    roleName: roleNameOf(fn.settings.Role),
    sessionName: fn.name,
  };
}

/** The resource policy that decides who else may invoke the function; nothing when there is none. */
export function policyDocument(fn: LambdaFunction): object | undefined {
  if (fn.policy.length === 0) return undefined;
  return { Version: "2012-10-17", Id: "default", Statement: fn.policy };
}

/** Refuses a change by somebody who has not seen the function as it is. */
export function checkRevision(fn: LambdaFunction, revisionId: string | undefined): void {
  if (revisionId === undefined || revisionId === fn.revisionId) return;
  throw new AwsError(
    "PreconditionFailedException",
    `RevisionId: got ${revisionId}; the function's is ${fn.revisionId}: read the function again`,
  );
}
