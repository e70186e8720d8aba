import type { Supported } from "../../wire/operation";
import type { Rule, Rules } from "../../wire/rules";

/** What operations take of their inputs, where several share it. Whatever is not named here is refused by name. */

const functionName: Rule = { length: [1, 170] };

const qualifier: Rule = { pattern: /^(\$LATEST|[a-zA-Z0-9-_]{1,128})$/ };

export const nameRules = { FunctionName: functionName, Qualifier: qualifier } as const;

export const byName = { supports: ["FunctionName", "Qualifier"], rules: nameRules } as const;

/** For those that know no qualifier. */
export const byNameAlone = { supports: ["FunctionName"], rules: { FunctionName: functionName } } as const;

const role: Rule = { pattern: /^arn:aws:iam::\d{12}:role\/.+$/ };
const architectures: Rule = { length: [1, 1], oneOf: ["x86_64", "arm64"] };

/** What may be set when a function is made and changed later. */
const configuration = [
  "Runtime",
  "Role",
  "Handler",
  "Description",
  "Timeout",
  "MemorySize",
  "Environment",
  "TracingConfig",
  "DeadLetterConfig",
  "LoggingConfig",
  "EphemeralStorage",
  "KMSKeyArn",
] as const;

const configurationRules: Rules = {
  Runtime: { supported: ["nodejs22.x", "nodejs24.x"] },
  Role: role,
  Handler: { pattern: /^[^\s]{1,128}$/ },
  Description: { length: [0, 256] },
  /** Seconds. */
  Timeout: { range: [1, 900] },
  /** Megabytes. */
  MemorySize: { range: [128, 10_240] },
  KMSKeyArn: { pattern: /^(arn:aws[a-z-]*:[a-z0-9-.]+:.*)?$/ },
  "TracingConfig.Mode": { oneOf: ["Active", "PassThrough"] },
  "LoggingConfig.LogFormat": { oneOf: ["Text", "JSON"] },
  "LoggingConfig.ApplicationLogLevel": { oneOf: ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"] },
  "LoggingConfig.SystemLogLevel": { oneOf: ["DEBUG", "INFO", "WARN"] },
  "LoggingConfig.LogGroup": { pattern: /^[.\-_/#A-Za-z0-9]{1,512}$/ },
  /** Megabytes. */
  "EphemeralStorage.Size": { range: [512, 10_240] },
};

export const updateConfigurationInput = {
  supports: ["FunctionName", "RevisionId", ...configuration],
  rules: { FunctionName: functionName, ...configurationRules },
} as const;

export const createFunctionInput = {
  supports: [
    "FunctionName",
    "Code.ZipFile",
    "Architectures",
    "PackageType",
    "Publish",
    "Tags",
    ...configuration,
  ],
  rules: {
    FunctionName: functionName,
    Architectures: architectures,
    PackageType: { supported: ["Zip"] },
    ...configurationRules,
  },
} as const;

export const updateCodeInput = {
  supports: ["FunctionName", "ZipFile", "Architectures", "RevisionId", "Publish"],
  rules: { FunctionName: functionName, Architectures: architectures },
} as const;

export type ConfigurationInput = Partial<
  Supported<"lambda", "UpdateFunctionConfiguration", (typeof configuration)[number]>
>;
