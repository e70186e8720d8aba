import { foreignCode } from "../foreignCode";
import { namedAs, type Reader, type Readers, tagsFrom } from "./reader";

const lambdaFunction: Reader = async ({ id: FunctionName, inputs, outputs }, { call }) => {
  const {
    Configuration: found = {},
    Tags,
    Concurrency,
  } = await call("lambda", "GetFunction", { FunctionName });
  const sha256 = found.CodeSha256 ?? "";
  const logging = found.LoggingConfig ?? {};
  return {
    inputs: {
      role: found.Role,
      // It is known by its hash alone.
      ...(sha256 !== outputs.codeSha256 && { code: foreignCode(sha256) }),
      handler: found.Handler,
      runtime: found.Runtime,
      architectures: found.Architectures,
      description: found.Description,
      memorySize: found.MemorySize,
      timeout: found.Timeout,
      environment: { variables: found.Environment?.Variables },
      ephemeralStorage: { size: found.EphemeralStorage?.Size },
      tracingConfig: { mode: found.TracingConfig?.Mode },
      deadLetterConfig: { targetArn: found.DeadLetterConfig?.TargetArn },
      loggingConfig: {
        logFormat: logging.LogFormat,
        logGroup: logging.LogGroup,
        applicationLogLevel: logging.ApplicationLogLevel,
        systemLogLevel: logging.SystemLogLevel,
      },
      reservedConcurrentExecutions: Concurrency?.ReservedConcurrentExecutions ?? -1,
      kmsKeyArn: found.KMSKeyArn,
      tags: tagsFrom(Tags),
    },
    defaults: {
      ephemeralStorage: { size: 512 },
      tracingConfig: { mode: "PassThrough" },
      loggingConfig: {
        logFormat: "Text",
        logGroup: `/aws/lambda/${FunctionName}`,
        ...(formatOf(inputs.loggingConfig) === "JSON" && {
          applicationLogLevel: "INFO",
          systemLogLevel: "INFO",
        }),
      },
    },
    outputs: { codeSha256: sha256, sourceCodeHash: sha256, sourceCodeSize: found.CodeSize },
  };
};

function formatOf(logging: unknown): unknown {
  return typeof logging === "object" && logging !== null && "logFormat" in logging
    ? logging.logFormat
    : undefined;
}

interface Statement {
  readonly Sid?: string;
  readonly Action?: string;
  readonly Principal?: string | Readonly<Record<string, string>>;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

const permission: Reader = async ({ id, inputs, text }, { call }) => {
  const { Policy = "{}" } = await call("lambda", "GetPolicy", {
    FunctionName: text("function"),
    Qualifier: text("qualifier") || undefined,
  });
  const { Statement: statements = [] } = JSON.parse(Policy) as { Statement?: readonly Statement[] };
  const found = statements.find(({ Sid }) => Sid === id);
  if (found === undefined) return undefined;
  const { Principal = "" } = found;
  const principal = typeof Principal === "string" ? Principal : (Object.values(Principal)[0] ?? "");
  const conditions = Object.assign({}, ...Object.values(found.Condition ?? {})) as Record<string, string>;
  return {
    inputs: {
      action: found.Action,
      principal: principalAs(inputs.principal, principal),
      sourceArn: conditions["AWS:SourceArn"] ?? conditions["aws:SourceArn"],
      sourceAccount: conditions["AWS:SourceAccount"] ?? conditions["aws:SourceAccount"],
    },
  };
};

/** An account that a program names by its number is shown by its root. */
function principalAs(given: unknown, principal: string): string {
  return typeof given === "string" && principal === `arn:aws:iam::${given}:root` ? given : principal;
}

const alias: Reader = async ({ text }, { call }) => {
  const found = await call("lambda", "GetAlias", { FunctionName: text("functionName"), Name: text("name") });
  return {
    inputs: {
      functionVersion: found.FunctionVersion,
      description: found.Description,
      routingConfig: { additionalVersionWeights: found.RoutingConfig?.AdditionalVersionWeights },
    },
  };
};

const eventSourceMapping: Reader = async ({ id: UUID, inputs }, { call }) => {
  const found = await call("lambda", "GetEventSourceMapping", { UUID });
  const stream = inputs.startingPosition !== undefined;
  return {
    inputs: {
      functionName: namedAs(inputs.functionName, found.FunctionArn),
      enabled: !(found.State ?? "").startsWith("Disabl"),
      batchSize: found.BatchSize,
      maximumBatchingWindowInSeconds: found.MaximumBatchingWindowInSeconds,
      functionResponseTypes: found.FunctionResponseTypes,
      filterCriteria: {
        filters: found.FilterCriteria?.Filters?.map(({ Pattern }) => ({ pattern: Pattern })),
      },
      metricsConfig: { metrics: found.MetricsConfig?.Metrics },
      ...(stream
        ? {
            bisectBatchOnFunctionError: found.BisectBatchOnFunctionError,
            maximumRetryAttempts: found.MaximumRetryAttempts,
            maximumRecordAgeInSeconds: found.MaximumRecordAgeInSeconds,
            parallelizationFactor: found.ParallelizationFactor,
            destinationConfig: {
              onFailure: { destinationArn: found.DestinationConfig?.OnFailure?.Destination },
            },
          }
        : { scalingConfig: { maximumConcurrency: found.ScalingConfig?.MaximumConcurrency } }),
    },
    defaults: {
      batchSize: stream ? 100 : 10,
      maximumBatchingWindowInSeconds: 0,
      bisectBatchOnFunctionError: false,
      maximumRetryAttempts: -1,
      maximumRecordAgeInSeconds: -1,
      parallelizationFactor: 1,
    },
  };
};

const functionEventInvokeConfig: Reader = async ({ text }, { call }) => {
  const found = await call("lambda", "GetFunctionEventInvokeConfig", {
    FunctionName: text("functionName"),
    Qualifier: text("qualifier") || undefined,
  });
  return {
    inputs: {
      maximumEventAgeInSeconds: found.MaximumEventAgeInSeconds,
      maximumRetryAttempts: found.MaximumRetryAttempts,
      destinationConfig: {
        onFailure: { destination: found.DestinationConfig?.OnFailure?.Destination },
        onSuccess: { destination: found.DestinationConfig?.OnSuccess?.Destination },
      },
    },
    defaults: { maximumEventAgeInSeconds: 21_600, maximumRetryAttempts: 2 },
  };
};

/** A call leaves nothing to be read; it is gone with its function. */
const invocation: Reader = async ({ text }, { call }) => {
  await call("lambda", "GetFunctionConfiguration", { FunctionName: text("functionName") });
  return { inputs: {} };
};

export const lambdaReaders: Readers = {
  "aws:lambda/function:Function": lambdaFunction,
  "aws:lambda/permission:Permission": permission,
  "aws:lambda/alias:Alias": alias,
  "aws:lambda/eventSourceMapping:EventSourceMapping": eventSourceMapping,
  "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": functionEventInvokeConfig,
  "aws:lambda/invocation:Invocation": invocation,
};
