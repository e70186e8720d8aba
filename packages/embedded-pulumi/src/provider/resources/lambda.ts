import * as v from "valibot";
import { Archive } from "../../engine/values";
import { packageArchive } from "../package";
import { defined, definedOrNone, resource, strings, tags } from "../schemas";

interface FunctionDescription {
  readonly FunctionArn: string;
  readonly CodeSize: number;
  readonly CodeSha256: string;
  readonly LastModified: string;
  readonly Version: string;
}

const lambdaFunction = resource({
  type: "aws:lambda/function:Function",
  inputs: v.strictObject({
    name: v.string(),
    role: v.string(),
    code: v.instance(Archive, "an archive"),
    handler: v.string(),
    runtime: v.string(),
    packageType: v.optional(v.literal("Zip")),
    architectures: v.optional(v.array(v.string()), ["x86_64"]),
    description: v.optional(v.string()),
    memorySize: v.optional(v.number(), 128),
    timeout: v.optional(v.number(), 3),
    environment: v.optional(v.strictObject({ variables: v.optional(v.record(v.string(), v.string()), {}) })),
    ephemeralStorage: v.optional(v.strictObject({ size: v.number() })),
    tracingConfig: v.optional(v.strictObject({ mode: v.string() })),
    deadLetterConfig: v.optional(v.strictObject({ targetArn: v.string() })),
    loggingConfig: v.optional(
      v.strictObject({
        logFormat: v.string(),
        logGroup: v.optional(v.string()),
        applicationLogLevel: v.optional(v.string()),
        systemLogLevel: v.optional(v.string()),
      }),
    ),
    /** -1, the provider's default, reserves nothing. */
    reservedConcurrentExecutions: v.optional(v.number(), -1),
    kmsKeyArn: v.optional(v.string()),
    publish: v.optional(v.literal(false)),
    tags,
  }),
  autoName: { property: "name" },
  async create(inputs, context) {
    const zip = await packageArchive(inputs.code, context.programDirectory);
    const created = await context.call<FunctionDescription>(
      "lambda",
      "CreateFunction",
      defined({
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
        Tags: inputs.tags,
      }),
    );
    if (inputs.reservedConcurrentExecutions >= 0) {
      await context.call("lambda", "PutFunctionConcurrency", {
        FunctionName: inputs.name,
        ReservedConcurrentExecutions: inputs.reservedConcurrentExecutions,
      });
    }
    const { FunctionArn: arn, Version: version } = created;
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
    sourceArn: v.optional(v.string()),
    sourceAccount: v.optional(v.string()),
  }),
  autoName: { property: "statementId" },
  async create(inputs, context) {
    await context.call(
      "lambda",
      "AddPermission",
      defined({
        FunctionName: inputs.function,
        StatementId: inputs.statementId,
        Action: inputs.action,
        Principal: inputs.principal,
        SourceArn: inputs.sourceArn,
        SourceAccount: inputs.sourceAccount,
      }),
    );
    return { id: inputs.statementId, outputs: {} };
  },
});

interface MappingDescription {
  readonly UUID: string;
  readonly EventSourceMappingArn?: string;
  readonly FunctionArn: string;
  readonly State: string;
  readonly BatchSize: number;
  readonly MaximumBatchingWindowInSeconds?: number;
}

const eventSourceMapping = resource({
  type: "aws:lambda/eventSourceMapping:EventSourceMapping",
  inputs: v.strictObject({
    functionName: v.string(),
    eventSourceArn: v.string(),
    enabled: v.optional(v.boolean(), true),
    batchSize: v.optional(v.number()),
    maximumBatchingWindowInSeconds: v.optional(v.number()),
    functionResponseTypes: strings,
    scalingConfig: v.optional(v.strictObject({ maximumConcurrency: v.optional(v.number()) })),
    filterCriteria: v.optional(v.strictObject({ filters: v.array(v.strictObject({ pattern: v.string() })) })),
    startingPosition: v.optional(v.string()),
    bisectBatchOnFunctionError: v.optional(v.boolean()),
    maximumRetryAttempts: v.optional(v.number()),
    maximumRecordAgeInSeconds: v.optional(v.number()),
    parallelizationFactor: v.optional(v.number()),
    destinationConfig: v.optional(
      v.strictObject({ onFailure: v.optional(v.strictObject({ destinationArn: v.string() })) }),
    ),
    metricsConfig: v.optional(v.strictObject({ metrics: v.array(v.string()) })),
    tags,
  }),
  async create(inputs, context) {
    const created = await context.call<MappingDescription>(
      "lambda",
      "CreateEventSourceMapping",
      defined({
        FunctionName: inputs.functionName,
        EventSourceArn: inputs.eventSourceArn,
        Enabled: inputs.enabled,
        BatchSize: inputs.batchSize,
        MaximumBatchingWindowInSeconds: inputs.maximumBatchingWindowInSeconds,
        FunctionResponseTypes: inputs.functionResponseTypes,
        ScalingConfig:
          inputs.scalingConfig &&
          definedOrNone({ MaximumConcurrency: inputs.scalingConfig.maximumConcurrency }),
        FilterCriteria: inputs.filterCriteria && {
          Filters: inputs.filterCriteria.filters.map(({ pattern }) => ({ Pattern: pattern })),
        },
        StartingPosition: inputs.startingPosition,
        BisectBatchOnFunctionError: inputs.bisectBatchOnFunctionError,
        MaximumRetryAttempts: inputs.maximumRetryAttempts,
        MaximumRecordAgeInSeconds: inputs.maximumRecordAgeInSeconds,
        ParallelizationFactor: inputs.parallelizationFactor,
        DestinationConfig: inputs.destinationConfig?.onFailure && {
          OnFailure: { Destination: inputs.destinationConfig.onFailure.destinationArn },
        },
        MetricsConfig: inputs.metricsConfig && { Metrics: inputs.metricsConfig.metrics },
        Tags: Object.keys(inputs.tags).length === 0 ? undefined : inputs.tags,
      }),
    );
    return {
      id: created.UUID,
      outputs: {
        uuid: created.UUID,
        arn:
          created.EventSourceMappingArn ??
          `arn:aws:lambda:${context.region}:${context.accountId}:event-source-mapping:${created.UUID}`,
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
    maximumEventAgeInSeconds: v.optional(v.number()),
    maximumRetryAttempts: v.optional(v.number()),
    destinationConfig: v.optional(
      v.strictObject({ onFailure: asyncDestination, onSuccess: asyncDestination }),
    ),
  }),
  async create(inputs, context) {
    const { onFailure, onSuccess } = inputs.destinationConfig ?? {};
    await context.call(
      "lambda",
      "PutFunctionEventInvokeConfig",
      defined({
        FunctionName: inputs.functionName,
        MaximumEventAgeInSeconds: inputs.maximumEventAgeInSeconds,
        MaximumRetryAttempts: inputs.maximumRetryAttempts,
        DestinationConfig: definedOrNone({
          OnFailure: onFailure && { Destination: onFailure.destination },
          OnSuccess: onSuccess && { Destination: onSuccess.destination },
        }),
      }),
    );
    return { id: inputs.functionName, outputs: {} };
  },
});

export const lambda = [lambdaFunction, permission, eventSourceMapping, functionEventInvokeConfig];
