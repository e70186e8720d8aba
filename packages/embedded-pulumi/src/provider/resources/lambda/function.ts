import type { Input, Output } from "embedded-aws";
import * as v from "valibot";
import { Archive } from "../../../engine/values";
import { packageArchive } from "../../package";
import { afterwards } from "../../afterwards";
import type { CreateContext } from "../../resourceType";
import { retag } from "../../retag";
import { defined, resource, tags, textOf } from "../../schemas";
import { textOutput } from "../../textOutput";
import { untilSettled } from "../../untilSettled";

type FunctionInput = Input<"lambda", "CreateFunction">;
type LoggingInput = NonNullable<FunctionInput["LoggingConfig"]>;

const functionInputs = v.strictObject({
  name: v.string(),
  role: v.string(),
  code: v.instance(Archive, "an archive"),
  handler: v.string(),
  runtime: textOf<NonNullable<FunctionInput["Runtime"]>>(),
  packageType: v.optional(v.literal("Zip")),
  architectures: v.optional(v.array(textOf<NonNullable<FunctionInput["Architectures"]>[number]>()), [
    "x86_64",
  ]),
  description: v.optional(v.string()),
  memorySize: v.optional(v.number(), 128),
  timeout: v.optional(v.number(), 3),
  environment: v.optional(v.strictObject({ variables: v.optional(v.record(v.string(), v.string()), {}) })),
  ephemeralStorage: v.optional(v.strictObject({ size: v.number() })),
  tracingConfig: v.optional(v.strictObject({ mode: textOf<"Active" | "PassThrough">() })),
  deadLetterConfig: v.optional(v.strictObject({ targetArn: v.string() })),
  loggingConfig: v.optional(
    v.strictObject({
      logFormat: textOf<NonNullable<LoggingInput["LogFormat"]>>(),
      logGroup: v.optional(v.string()),
      applicationLogLevel: v.optional(textOf<NonNullable<LoggingInput["ApplicationLogLevel"]>>()),
      systemLogLevel: v.optional(textOf<NonNullable<LoggingInput["SystemLogLevel"]>>()),
    }),
  ),
  /** -1, the provider's default, reserves nothing. */
  reservedConcurrentExecutions: v.optional(v.number(), -1),
  kmsKeyArn: v.optional(v.string()),
  publish: v.optional(v.boolean(), false),
  tags,
});
type FunctionInputs = v.InferOutput<typeof functionInputs>;

/** What both a new function and an old one are told. */
function functionConfiguration(inputs: FunctionInputs) {
  return {
    FunctionName: inputs.name,
    Role: inputs.role,
    Handler: inputs.handler,
    Runtime: inputs.runtime,
    Description: inputs.description,
    MemorySize: inputs.memorySize,
    Timeout: inputs.timeout,
    Environment: inputs.environment && { Variables: inputs.environment.variables },
    EphemeralStorage: inputs.ephemeralStorage && { Size: inputs.ephemeralStorage.size },
    TracingConfig: inputs.tracingConfig && { Mode: inputs.tracingConfig.mode },
    DeadLetterConfig: inputs.deadLetterConfig && { TargetArn: inputs.deadLetterConfig.targetArn },
    LoggingConfig:
      inputs.loggingConfig &&
      defined({
        LogFormat: inputs.loggingConfig.logFormat,
        LogGroup: inputs.loggingConfig.logGroup,
        ApplicationLogLevel: inputs.loggingConfig.applicationLogLevel,
        SystemLogLevel: inputs.loggingConfig.systemLogLevel,
      }),
    KMSKeyArn: inputs.kmsKeyArn,
  };
}

/** The same, with what a function has that was told nothing: what is left out of a change would stay. */
function wholeConfiguration(inputs: FunctionInputs): Input<"lambda", "UpdateFunctionConfiguration"> {
  const given = functionConfiguration(inputs);
  return {
    ...given,
    Description: given.Description ?? "",
    Environment: given.Environment ?? { Variables: {} },
    EphemeralStorage: given.EphemeralStorage ?? { Size: 512 },
    TracingConfig: given.TracingConfig ?? { Mode: "PassThrough" },
    DeadLetterConfig: given.DeadLetterConfig ?? { TargetArn: "" },
    LoggingConfig: given.LoggingConfig ?? { LogFormat: "Text", LogGroup: `/aws/lambda/${inputs.name}` },
  };
}

const CODE = ["code", "architectures"];
/** Inputs that are no part of a function's configuration. */
const BESIDE = [...CODE, "reservedConcurrentExecutions", "tags", "publish"];

export const lambdaFunction = resource({
  type: "aws:lambda/function:Function",
  inputs: functionInputs,
  autoName: { property: "name" },
  async create(inputs, context) {
    const input: FunctionInput = {
      ...functionConfiguration(inputs),
      Code: {
        ZipFile: await packageArchive(inputs.code, context.programDirectory, context.packageDirectory),
      },
      PackageType: "Zip",
      Architectures: inputs.architectures,
      Publish: inputs.publish,
      Tags: inputs.tags,
    };
    const created = await untilSettled(context, () => context.call("lambda", "CreateFunction", input));
    if (inputs.reservedConcurrentExecutions >= 0)
      await afterwards(inputs.name, () => reserve(inputs, context));
    return { id: inputs.name, outputs: functionOutputs(inputs, created, context) };
  },
  async update(change, context) {
    const { id: FunctionName, inputs, changed, outputs } = change;
    if ([...changed].some((name) => !BESIDE.includes(name)))
      await untilSettled(context, () =>
        context.call("lambda", "UpdateFunctionConfiguration", wholeConfiguration(inputs)),
      );
    if (CODE.some((name) => changed.has(name)))
      await context.call("lambda", "UpdateFunctionCode", {
        FunctionName,
        ZipFile: await packageArchive(inputs.code, context.programDirectory, context.packageDirectory),
        Architectures: inputs.architectures,
      });
    if (changed.has("reservedConcurrentExecutions")) await reserve(inputs, context);
    const Resource = textOutput(outputs, "arn");
    await retag(
      change,
      (Tags) => context.call("lambda", "TagResource", { Resource, Tags }),
      (TagKeys) => context.call("lambda", "UntagResource", { Resource, TagKeys }),
    );
    const published = inputs.publish && [...changed].some((name) => name !== "tags");
    const present = published
      ? await context.call("lambda", "PublishVersion", { FunctionName })
      : await context.call("lambda", "GetFunctionConfiguration", { FunctionName });
    const version = published || !inputs.publish ? present.Version : textOutput(outputs, "version");
    return functionOutputs(inputs, { ...present, Version: version }, context);
  },
  async delete(_inputs, id, context) {
    await context.call("lambda", "DeleteFunction", { FunctionName: id });
  },
});

/** Sets executions aside for the function, or gives them back. */
function reserve(inputs: FunctionInputs, context: CreateContext): Promise<unknown> {
  const { name: FunctionName, reservedConcurrentExecutions: ReservedConcurrentExecutions } = inputs;
  return ReservedConcurrentExecutions >= 0
    ? context.call("lambda", "PutFunctionConcurrency", { FunctionName, ReservedConcurrentExecutions })
    : context.call("lambda", "DeleteFunctionConcurrency", { FunctionName });
}

type Described = Pick<
  Output<"lambda", "GetFunctionConfiguration">,
  | "FunctionArn"
  | "Version"
  | "CodeSize"
  | "CodeSha256"
  | "LastModified"
  | "EphemeralStorage"
  | "LoggingConfig"
  | "TracingConfig"
>;

function functionOutputs(inputs: FunctionInputs, described: Described, context: CreateContext) {
  const { FunctionArn = "", Version: version = "" } = described;
  // A published version's has its number behind it.
  const arn = FunctionArn.split(":").slice(0, 7).join(":");
  const invokeArn = (functionArn: string) =>
    `arn:aws:apigateway:${context.region}:lambda:path/2015-03-31/functions/${functionArn}/invocations`;
  return {
    arn,
    version,
    qualifiedArn: `${arn}:${version}`,
    invokeArn: invokeArn(arn),
    qualifiedInvokeArn: invokeArn(`${arn}:${version}`),
    sourceCodeSize: described.CodeSize,
    codeSha256: described.CodeSha256,
    sourceCodeHash: described.CodeSha256,
    lastModified: described.LastModified,
    architectures: inputs.architectures,
    memorySize: inputs.memorySize,
    timeout: inputs.timeout,
    packageType: "Zip",
    reservedConcurrentExecutions: inputs.reservedConcurrentExecutions,
    ephemeralStorage: { size: described.EphemeralStorage?.Size ?? 512 },
    loggingConfig: {
      logFormat: described.LoggingConfig?.LogFormat ?? "Text",
      logGroup: described.LoggingConfig?.LogGroup ?? `/aws/lambda/${inputs.name}`,
      applicationLogLevel: described.LoggingConfig?.ApplicationLogLevel ?? "",
      systemLogLevel: described.LoggingConfig?.SystemLogLevel ?? "",
    },
    tracingConfig: { mode: described.TracingConfig?.Mode ?? "PassThrough" },
    responseStreamingInvokeArn: `arn:aws:apigateway:${context.region}:lambda:path/2021-11-15/functions/${arn}/response-streaming-invocations`,
  };
}
