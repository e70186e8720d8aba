import * as v from "valibot";
import { blob } from "../../core/base64";
import { record } from "../../core/record";

/** Shapes of inputs that several operations share. Whatever is not named here is refused by name. */

export const functionName = v.pipe(v.string(), v.minLength(1), v.maxLength(170));

/** Versions and aliases are not supported: only the unpublished function itself may be named. */
export const qualifier = v.optional(v.literal("$LATEST"));

export const byName = v.strictObject({ FunctionName: functionName, Qualifier: qualifier });

/** A whole number that may come as text, from a query string. */
export const numeric = v.pipe(
  v.union([v.number(), v.pipe(v.string(), v.regex(/^\d+$/), v.transform(Number))]),
  v.integer(),
);

/** A function's own environment variables. */
export const environmentVariablesSchema = record(
  v.pipe(v.string(), v.regex(/^[A-Za-z][A-Za-z0-9_]+$/)),
  v.string(),
);

export const tags = record(
  v.pipe(v.string(), v.minLength(1), v.maxLength(128)),
  v.pipe(v.string(), v.maxLength(256)),
);

const configurationEntries = {
  Runtime: v.optional(v.picklist(["nodejs22.x", "nodejs24.x"])),
  Role: v.optional(v.pipe(v.string(), v.regex(/^arn:aws:iam::\d{12}:role\/.+$/))),
  Handler: v.optional(v.pipe(v.string(), v.regex(/^[^\s]{1,128}$/))),
  Description: v.optional(v.pipe(v.string(), v.maxLength(256))),
  /** Seconds. */
  Timeout: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(900))),
  /** Megabytes. */
  MemorySize: v.optional(v.pipe(v.number(), v.integer(), v.minValue(128), v.maxValue(10_240))),
  Environment: v.optional(
    v.strictObject({
      Variables: v.optional(environmentVariablesSchema),
    }),
  ),
  TracingConfig: v.optional(v.strictObject({ Mode: v.optional(v.picklist(["Active", "PassThrough"])) })),
  DeadLetterConfig: v.optional(v.strictObject({ TargetArn: v.optional(v.string()) })),
  LoggingConfig: v.optional(
    v.strictObject({
      LogFormat: v.optional(v.picklist(["Text", "JSON"])),
      ApplicationLogLevel: v.optional(v.picklist(["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"])),
      SystemLogLevel: v.optional(v.picklist(["DEBUG", "INFO", "WARN"])),
      LogGroup: v.optional(v.pipe(v.string(), v.regex(/^[.\-_/#A-Za-z0-9]{1,512}$/))),
    }),
  ),
  EphemeralStorage: v.optional(
    v.strictObject({ Size: v.pipe(v.number(), v.integer(), v.minValue(512), v.maxValue(10_240)) }),
  ),
};

export const updateConfigurationInput = v.strictObject({
  FunctionName: functionName,
  RevisionId: v.optional(v.string()),
  ...configurationEntries,
});

const architectures = v.pipe(v.array(v.picklist(["x86_64", "arm64"])), v.length(1));

export const createFunctionInput = v.strictObject({
  ...configurationEntries,
  FunctionName: functionName,
  Runtime: v.picklist(["nodejs22.x", "nodejs24.x"]),
  Role: v.pipe(v.string(), v.regex(/^arn:aws:iam::\d{12}:role\/.+$/)),
  Handler: v.pipe(v.string(), v.regex(/^[^\s]{1,128}$/)),
  Code: v.strictObject({ ZipFile: blob }),
  Architectures: v.optional(architectures),
  PackageType: v.optional(v.literal("Zip")),
  Publish: v.optional(v.literal(false)),
  Tags: v.optional(tags),
});

export const updateCodeInput = v.strictObject({
  FunctionName: functionName,
  ZipFile: blob,
  Architectures: v.optional(architectures),
  RevisionId: v.optional(v.string()),
  Publish: v.optional(v.literal(false)),
});

export type ConfigurationInput = Omit<
  v.InferOutput<typeof updateConfigurationInput>,
  "FunctionName" | "RevisionId"
>;
