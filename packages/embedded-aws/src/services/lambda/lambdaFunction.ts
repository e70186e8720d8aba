import type {
  ApplicationLogLevel,
  Architecture,
  LogFormat,
  Runtime,
  SystemLogLevel,
  TracingMode,
} from "@aws-sdk/client-lambda";
import { AwsError } from "../../core/errors";
import type { CloudContext, InspectedFunction } from "../../core/service";
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
  /** Kept by name: what a machine's memory holds is not encrypted here. */
  readonly KMSKeyArn?: string;
  /** The unique id of the role that Lambda's grant lets read the variables. */
  readonly grantedTo?: string | undefined;
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
  readonly onSuccessArn?: string;
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

/** The version that can still be changed. */
export const LATEST = "$LATEST";

/** What runs: a function as it is now, or one of its published versions. */
export interface Revision {
  /** The function's. */
  readonly name: string;
  /** The function's, without a qualifier. */
  readonly arn: string;
  /** "$LATEST", or a number from "1" on. */
  readonly version: string;
  readonly settings: FunctionSettings;
  readonly code: FunctionCode;
  /** Milliseconds since the epoch. */
  readonly lastModified: number;
  readonly revisionId: string;
}

/** A name for a version, or for two of which each gets its share of the invocations. */
/** A version, as one decides whether it is inspected. */
export function inspectable({ name, code }: Revision): InspectedFunction {
  return { name, directory: code.directory };
}

export interface Alias {
  readonly name: string;
  version: string;
  description: string;
  /** The second version and its share, 0 to 1. */
  additional: { readonly version: string; readonly weight: number } | undefined;
  revisionId: string;
}

/** A function and all that is attached to it. Settings and code are replaced whole, never changed in place. */
export interface LambdaFunction extends Revision {
  settings: FunctionSettings;
  code: FunctionCode;
  lastModified: number;
  revisionId: string;
  tags: Readonly<Record<string, string>>;
  /** By version, in the order of their numbers. */
  readonly versions: Map<string, Revision>;
  /** Of all versions ever published: numbers are not used again. */
  lastVersion: number;
  readonly aliases: Map<string, Alias>;
  /** By qualifier; of the function itself under "$LATEST". */
  readonly policies: Map<string, readonly PolicyStatement[]>;
  /** By qualifier, as the policies. */
  readonly asyncInvoke: Map<string, AsyncInvokeConfig>;
  reservedConcurrency?: number;
}

/** A function under one of its names. */
export interface Target {
  readonly fn: LambdaFunction;
  /** "$LATEST", a version's number or an alias's name. */
  readonly qualifier: string;
}

/** Last part of a role's ARN, behind its path. */
export function roleNameOf(roleArn: string): string {
  return roleArn.slice(roleArn.lastIndexOf("/") + 1);
}

/** The function's role, in whose name it acts and in whose name Lambda polls, logs and delivers for it. */
export function executionRole(context: Pick<CloudContext, "accountId">, fn: Revision): Principal {
  return {
    kind: "role",
    accountId: context.accountId,
    roleName: roleNameOf(fn.settings.Role),
    sessionName: fn.name,
  };
}

/** The resource policy that decides who else may invoke the function by that name; nothing when there is none. */
export function policyDocument({ fn, qualifier }: Target): object | undefined {
  const statements = fn.policies.get(qualifier) ?? [];
  if (statements.length === 0) return undefined;
  return { Version: "2012-10-17", Id: "default", Statement: statements };
}

/** Refuses a change by somebody who has not seen the function, or its alias, as it is. */
export function checkRevision(
  { revisionId: present }: { readonly revisionId: string },
  revisionId: string | undefined,
): void {
  if (revisionId === undefined || revisionId === present) return;
  throw new AwsError(
    "PreconditionFailedException",
    `RevisionId: got ${revisionId}; the present one is ${present}: read the function or the alias again`,
  );
}
