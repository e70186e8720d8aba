import type { Input } from "embedded-aws";
import * as v from "valibot";
import { Archive } from "../../engine/values";
import { packageArchive } from "../package";
import { afterwards } from "../afterwards";
import type { CreateContext } from "../resourceType";
import { retag } from "../retag";
import { defined, jsonDocument, resource, tags, textOf } from "../schemas";
import { textOutput } from "../textOutput";
import { untilSettled } from "../untilSettled";
import { eventSourceMapping } from "./eventSourceMapping";

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

const lambdaFunction = resource({
  type: "aws:lambda/function:Function",
  inputs: functionInputs,
  autoName: { property: "name" },
  async create(inputs, context) {
    const input: FunctionInput = {
      ...functionConfiguration(inputs),
      Code: { ZipFile: await packageArchive(inputs.code, context.programDirectory) },
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
        ZipFile: await packageArchive(inputs.code, context.programDirectory),
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

interface Described {
  readonly FunctionArn?: string | undefined;
  readonly Version?: string | undefined;
  readonly CodeSize?: number | undefined;
  readonly CodeSha256?: string | undefined;
  readonly LastModified?: string | undefined;
}

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
  };
}

const permission = resource({
  type: "aws:lambda/permission:Permission",
  inputs: v.strictObject({
    statementId: v.string(),
    function: v.string(),
    action: v.string(),
    principal: v.string(),
    qualifier: v.optional(v.string()),
    sourceArn: v.optional(v.string()),
    sourceAccount: v.optional(v.string()),
  }),
  autoName: { property: "statementId" },
  async create(inputs, context) {
    await context.call("lambda", "AddPermission", {
      FunctionName: inputs.function,
      StatementId: inputs.statementId,
      Action: inputs.action,
      Principal: inputs.principal,
      Qualifier: inputs.qualifier,
      SourceArn: inputs.sourceArn,
      SourceAccount: inputs.sourceAccount,
    });
    return { id: inputs.statementId, outputs: {} };
  },
  async delete(inputs, id, context) {
    await context.call("lambda", "RemovePermission", {
      FunctionName: inputs.function,
      StatementId: id,
      Qualifier: inputs.qualifier,
    });
  },
});

const asyncDestination = v.optional(v.strictObject({ destination: v.string() }));

const invokeConfigInputs = v.strictObject({
  functionName: v.string(),
  qualifier: v.optional(v.string()),
  maximumEventAgeInSeconds: v.optional(v.number()),
  maximumRetryAttempts: v.optional(v.number()),
  destinationConfig: v.optional(v.strictObject({ onFailure: asyncDestination, onSuccess: asyncDestination })),
});

async function putInvokeConfig(
  inputs: v.InferOutput<typeof invokeConfigInputs>,
  context: CreateContext,
): Promise<void> {
  const { onFailure, onSuccess } = inputs.destinationConfig ?? {};
  const input: Input<"lambda", "PutFunctionEventInvokeConfig"> = {
    FunctionName: inputs.functionName,
    Qualifier: inputs.qualifier,
    MaximumEventAgeInSeconds: inputs.maximumEventAgeInSeconds,
    MaximumRetryAttempts: inputs.maximumRetryAttempts,
    DestinationConfig: defined({
      OnFailure: onFailure && { Destination: onFailure.destination },
      OnSuccess: onSuccess && { Destination: onSuccess.destination },
    }),
  };
  await untilSettled(context, () => context.call("lambda", "PutFunctionEventInvokeConfig", input));
}

const functionEventInvokeConfig = resource({
  type: "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
  inputs: invokeConfigInputs,
  async create(inputs, context) {
    await putInvokeConfig(inputs, context);
    const { functionName, qualifier } = inputs;
    return { id: qualifier === undefined ? functionName : `${functionName}:${qualifier}`, outputs: {} };
  },
  async update({ inputs }, context) {
    // It takes the place of what there was.
    await putInvokeConfig(inputs, context);
    return undefined;
  },
  async delete(inputs, _id, context) {
    await context.call("lambda", "DeleteFunctionEventInvokeConfig", {
      FunctionName: inputs.functionName,
      Qualifier: inputs.qualifier,
    });
  },
});

const aliasInputs = v.strictObject({
  name: v.string(),
  functionName: v.string(),
  functionVersion: v.string(),
  description: v.optional(v.string()),
  routingConfig: v.optional(
    v.strictObject({ additionalVersionWeights: v.optional(v.record(v.string(), v.number())) }),
  ),
});

function aliasInput(inputs: v.InferOutput<typeof aliasInputs>) {
  return {
    FunctionName: inputs.functionName,
    Name: inputs.name,
    FunctionVersion: inputs.functionVersion,
    Description: inputs.description,
    RoutingConfig: inputs.routingConfig && {
      AdditionalVersionWeights: inputs.routingConfig.additionalVersionWeights,
    },
  };
}

const alias = resource({
  type: "aws:lambda/alias:Alias",
  inputs: aliasInputs,
  autoName: { property: "name" },
  async create(inputs, context) {
    const { AliasArn: arn = "" } = await context.call("lambda", "CreateAlias", aliasInput(inputs));
    const invokeArn = `arn:aws:apigateway:${context.region}:lambda:path/2015-03-31/functions/${arn}/invocations`;
    return { id: arn, outputs: { arn, invokeArn } };
  },
  async update({ inputs }, context) {
    const whole = aliasInput(inputs);
    await context.call("lambda", "UpdateAlias", {
      ...whole,
      Description: whole.Description ?? "",
      RoutingConfig: whole.RoutingConfig ?? {},
    });
    return undefined;
  },
  async delete({ functionName: FunctionName, name: Name }, _id, context) {
    await context.call("lambda", "DeleteAlias", { FunctionName, Name });
  },
});

/** A call of a function as the resource comes and goes: with `CRUD`, what happens stands in the event beside the input. */
const invocation = resource({
  type: "aws:lambda/invocation:Invocation",
  inputs: v.strictObject({
    functionName: v.string(),
    input: jsonDocument,
    lifecycleScope: v.optional(v.picklist(["CREATE_ONLY", "CRUD"]), "CREATE_ONLY"),
    qualifier: v.optional(v.string(), "$LATEST"),
    terraformKey: v.optional(v.string(), "tf"),
    triggers: v.optional(v.record(v.string(), v.string())),
  }),
  async create(inputs, context) {
    const result = await invoke(inputs, "create", context);
    return { id: `${inputs.functionName}_${inputs.qualifier}`, outputs: { result } };
  },
  async update({ inputs, old }, context) {
    const result = await invoke(inputs, inputs.lifecycleScope === "CRUD" ? "update" : "create", context, old);
    return { result };
  },
  async delete(inputs, _id, context) {
    if (inputs.lifecycleScope === "CRUD") await invoke(inputs, "delete", context);
  },
});

interface InvocationInputs {
  readonly functionName: string;
  readonly qualifier: string;
  readonly input: string;
  readonly lifecycleScope: "CREATE_ONLY" | "CRUD";
  readonly terraformKey: string;
}

/** What the function answers. Throws its error, as the provider does. */
async function invoke(
  inputs: InvocationInputs,
  action: "create" | "update" | "delete",
  context: CreateContext,
  old?: InvocationInputs,
): Promise<string> {
  const { functionName, qualifier, input, lifecycleScope, terraformKey } = inputs;
  const previous: unknown = old === undefined ? null : JSON.parse(old.input);
  const lifecycle = { [terraformKey]: { action, prev_input: previous } };
  const event =
    lifecycleScope === "CRUD" ? JSON.stringify({ ...(JSON.parse(input) as object), ...lifecycle }) : input;
  const { Payload, FunctionError } = await context.call("lambda", "Invoke", {
    FunctionName: functionName,
    Qualifier: qualifier,
    Payload: Buffer.from(event),
  });
  const answer = Buffer.from(Payload ?? []).toString("utf8");
  if (FunctionError !== undefined) throw new Error(`${functionName} failed: ${answer}`);
  return answer;
}

export const lambda = [
  alias,
  lambdaFunction,
  permission,
  eventSourceMapping,
  functionEventInvokeConfig,
  invocation,
];
