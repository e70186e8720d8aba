import type { Input } from "embedded-aws";
import * as v from "valibot";
import { Archive } from "../../engine/values";
import { packageArchive } from "../package";
import type { CreateContext } from "../resourceType";
import { defined, jsonDocument, resource, tags, textOf } from "../schemas";
import { untilSettled } from "../untilSettled";

type FunctionInput = Input<"lambda", "CreateFunction">;
type LoggingInput = NonNullable<FunctionInput["LoggingConfig"]>;
type MappingInput = Input<"lambda", "CreateEventSourceMapping">;

const lambdaFunction = resource({
  type: "aws:lambda/function:Function",
  inputs: v.strictObject({
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
  }),
  autoName: { property: "name" },
  async create(inputs, context) {
    const zip = await packageArchive(inputs.code, context.programDirectory);
    const input: FunctionInput = {
      FunctionName: inputs.name,
      Role: inputs.role,
      Code: { ZipFile: zip },
      Handler: inputs.handler,
      Runtime: inputs.runtime,
      PackageType: "Zip",
      Architectures: inputs.architectures,
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
      Publish: inputs.publish,
      Tags: inputs.tags,
    };
    const created = await untilSettled(context, () => context.call("lambda", "CreateFunction", input));
    if (inputs.reservedConcurrentExecutions >= 0) {
      await context.call("lambda", "PutFunctionConcurrency", {
        FunctionName: inputs.name,
        ReservedConcurrentExecutions: inputs.reservedConcurrentExecutions,
      });
    }
    const { FunctionArn = "", Version: version = "" } = created;
    // A published version's has its number behind it.
    const arn = FunctionArn.split(":").slice(0, 7).join(":");
    const invokeArn = (functionArn: string) =>
      `arn:aws:apigateway:${context.region}:lambda:path/2015-03-31/functions/${functionArn}/invocations`;
    return {
      id: inputs.name,
      outputs: {
        arn,
        version,
        qualifiedArn: `${arn}:${version}`,
        invokeArn: invokeArn(arn),
        qualifiedInvokeArn: invokeArn(`${arn}:${version}`),
        sourceCodeSize: created.CodeSize,
        codeSha256: created.CodeSha256,
        sourceCodeHash: created.CodeSha256,
        lastModified: created.LastModified,
        architectures: inputs.architectures,
        memorySize: inputs.memorySize,
        timeout: inputs.timeout,
        packageType: "Zip",
        reservedConcurrentExecutions: inputs.reservedConcurrentExecutions,
      },
    };
  },
});

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
});

const eventSourceMapping = resource({
  type: "aws:lambda/eventSourceMapping:EventSourceMapping",
  inputs: v.strictObject({
    functionName: v.string(),
    eventSourceArn: v.string(),
    enabled: v.optional(v.boolean(), true),
    batchSize: v.optional(v.number()),
    maximumBatchingWindowInSeconds: v.optional(v.number()),
    functionResponseTypes: v.optional(
      v.array(textOf<NonNullable<MappingInput["FunctionResponseTypes"]>[number]>()),
    ),
    scalingConfig: v.optional(v.strictObject({ maximumConcurrency: v.optional(v.number()) })),
    filterCriteria: v.optional(v.strictObject({ filters: v.array(v.strictObject({ pattern: v.string() })) })),
    startingPositionTimestamp: v.optional(v.string()),
    startingPosition: v.optional(textOf<NonNullable<MappingInput["StartingPosition"]>>()),
    bisectBatchOnFunctionError: v.optional(v.boolean()),
    maximumRetryAttempts: v.optional(v.number()),
    maximumRecordAgeInSeconds: v.optional(v.number()),
    parallelizationFactor: v.optional(v.number()),
    destinationConfig: v.optional(
      v.strictObject({ onFailure: v.optional(v.strictObject({ destinationArn: v.string() })) }),
    ),
    metricsConfig: v.optional(
      v.strictObject({ metrics: v.array(textOf<"EventCount" | "ErrorCount" | "KafkaMetrics">()) }),
    ),
    tags,
  }),
  async create(inputs, context) {
    const input: MappingInput = {
      FunctionName: inputs.functionName,
      EventSourceArn: inputs.eventSourceArn,
      Enabled: inputs.enabled,
      BatchSize: inputs.batchSize,
      MaximumBatchingWindowInSeconds: inputs.maximumBatchingWindowInSeconds,
      FunctionResponseTypes: inputs.functionResponseTypes,
      ScalingConfig: inputs.scalingConfig && { MaximumConcurrency: inputs.scalingConfig.maximumConcurrency },
      FilterCriteria: inputs.filterCriteria && {
        Filters: inputs.filterCriteria.filters.map(({ pattern }) => ({ Pattern: pattern })),
      },
      StartingPosition: inputs.startingPosition,
      StartingPositionTimestamp:
        inputs.startingPositionTimestamp === undefined
          ? undefined
          : new Date(inputs.startingPositionTimestamp),
      BisectBatchOnFunctionError: inputs.bisectBatchOnFunctionError,
      MaximumRetryAttempts: inputs.maximumRetryAttempts,
      MaximumRecordAgeInSeconds: inputs.maximumRecordAgeInSeconds,
      ParallelizationFactor: inputs.parallelizationFactor,
      DestinationConfig: inputs.destinationConfig?.onFailure && {
        OnFailure: { Destination: inputs.destinationConfig.onFailure.destinationArn },
      },
      MetricsConfig: inputs.metricsConfig && { Metrics: inputs.metricsConfig.metrics },
      Tags: Object.keys(inputs.tags).length === 0 ? undefined : inputs.tags,
    };
    const created = await untilSettled(context, () =>
      context.call("lambda", "CreateEventSourceMapping", input),
    );
    return {
      id: created.UUID ?? "",
      outputs: {
        uuid: created.UUID,
        arn: created.EventSourceMappingArn,
        functionArn: created.FunctionArn,
        state: created.State,
        batchSize: created.BatchSize,
        maximumBatchingWindowInSeconds: created.MaximumBatchingWindowInSeconds ?? 0,
      },
    };
  },
});

const asyncDestination = v.optional(v.strictObject({ destination: v.string() }));

const functionEventInvokeConfig = resource({
  type: "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
  inputs: v.strictObject({
    functionName: v.string(),
    qualifier: v.optional(v.string()),
    maximumEventAgeInSeconds: v.optional(v.number()),
    maximumRetryAttempts: v.optional(v.number()),
    destinationConfig: v.optional(
      v.strictObject({ onFailure: asyncDestination, onSuccess: asyncDestination }),
    ),
  }),
  async create(inputs, context) {
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
    const { functionName, qualifier } = inputs;
    return { id: qualifier === undefined ? functionName : `${functionName}:${qualifier}`, outputs: {} };
  },
});

const alias = resource({
  type: "aws:lambda/alias:Alias",
  inputs: v.strictObject({
    name: v.string(),
    functionName: v.string(),
    functionVersion: v.string(),
    description: v.optional(v.string()),
    routingConfig: v.optional(
      v.strictObject({ additionalVersionWeights: v.optional(v.record(v.string(), v.number())) }),
    ),
  }),
  autoName: { property: "name" },
  async create(inputs, context) {
    const { AliasArn: arn = "" } = await context.call("lambda", "CreateAlias", {
      FunctionName: inputs.functionName,
      Name: inputs.name,
      FunctionVersion: inputs.functionVersion,
      Description: inputs.description,
      RoutingConfig: inputs.routingConfig && {
        AdditionalVersionWeights: inputs.routingConfig.additionalVersionWeights,
      },
    });
    const invokeArn = `arn:aws:apigateway:${context.region}:lambda:path/2015-03-31/functions/${arn}/invocations`;
    return { id: arn, outputs: { arn, invokeArn } };
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
async function invoke(inputs: InvocationInputs, action: string, context: CreateContext): Promise<string> {
  const { functionName, qualifier, input, lifecycleScope, terraformKey } = inputs;
  const lifecycle = { [terraformKey]: { action, prev_input: null } };
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
