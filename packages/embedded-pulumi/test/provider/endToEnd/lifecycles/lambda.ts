import type { Cloud } from "embedded-aws";
import { type Lifecycle, tags, TAGS, archive, roleOf, functionOf, queueOf } from "./parts";

export const lambda: readonly Lifecycle[] = [
  {
    type: "aws:lambda/function:Function",
    base: async (make) => {
      await queueOf(make, "failures");
      await roleOf(make, "other");
      return {
        name: "f",
        role: await roleOf(make),
        code: archive("exports.handler = async () => 1;"),
        handler: "index.handler",
        runtime: "nodejs24.x",
        reservedConcurrentExecutions: 3,
        tags,
      };
    },
    changes: {
      role: { role: "arn:aws:iam::000000000000:role/other" },
      code: { code: archive("exports.handler = async () => 22;") },
      handler: { handler: "index.other" },
      runtime: { runtime: "nodejs22.x" },
      architectures: { architectures: ["arm64"] },
      description: { description: "d" },
      memorySize: { memorySize: 256 },
      timeout: { timeout: 9 },
      environment: { environment: { variables: { AA: "1" } } },
      ephemeralStorage: { ephemeralStorage: { size: 1024 } },
      tracingConfig: { tracingConfig: { mode: "Active" } },
      deadLetterConfig: { deadLetterConfig: { targetArn: "arn:aws:sqs:us-east-1:000000000000:failures" } },
      loggingConfig: { loggingConfig: { logFormat: "JSON", logGroup: "g", applicationLogLevel: "WARN" } },
      reservedConcurrentExecutions: { reservedConcurrentExecutions: undefined },
      tags: TAGS,
    },
    // Published versions stay, and are told apart from $LATEST below; a key of one's own is refused by the cloud.
    silent: ["publish", "kmsKeyArn"],
    describe: async (call, FunctionName) => {
      const {
        Configuration: configuration,
        Tags,
        Concurrency,
      } = await call("lambda", "GetFunction", { FunctionName });
      return { ...configuration, RevisionId: undefined, Tags, Concurrency };
    },
  },

  {
    type: "aws:lambda/permission:Permission",
    base: async (make) => {
      await functionOf(make);
      return {
        function: "fn",
        statementId: "s",
        action: "lambda:InvokeFunction",
        principal: "events.amazonaws.com",
      };
    },
    changes: {},
    describe: (call) => call("lambda", "GetPolicy", { FunctionName: "fn" }),
  },

  {
    type: "aws:lambda/alias:Alias",
    base: async (make, call) => {
      await functionOf(make, "fn", { publish: true });
      await call("lambda", "UpdateFunctionConfiguration", { FunctionName: "fn", MemorySize: 256 });
      await call("lambda", "PublishVersion", { FunctionName: "fn" });
      return { name: "live", functionName: "fn", functionVersion: "1" };
    },
    changes: {
      functionVersion: { functionVersion: "2" },
      description: { description: "d" },
      routingConfig: { routingConfig: { additionalVersionWeights: { "2": 0.5 } } },
    },
    describe: async (call) => {
      const alias = await call("lambda", "GetAlias", { FunctionName: "fn", Name: "live" });
      return { ...alias, RevisionId: undefined };
    },
  },

  {
    type: "aws:lambda/eventSourceMapping:EventSourceMapping",
    base: async (make) => {
      await functionOf(make);
      await functionOf(make, "other");
      const { outputs } = await queueOf(make);
      return { functionName: "fn", eventSourceArn: outputs.arn!, batchSize: 5, tags };
    },
    changes: {
      functionName: { functionName: "other" },
      enabled: { enabled: false },
      batchSize: { batchSize: undefined },
      maximumBatchingWindowInSeconds: { maximumBatchingWindowInSeconds: 2 },
      functionResponseTypes: { functionResponseTypes: ["ReportBatchItemFailures"] },
      scalingConfig: { scalingConfig: { maximumConcurrency: 4 } },
      filterCriteria: { filterCriteria: { filters: [{ pattern: '{"body":{"a":[1]}}' }] } },
    },
    silent: [
      // A stream's own, tried below; metrics are refused by the cloud.
      "bisectBatchOnFunctionError",
      "maximumRetryAttempts",
      "maximumRecordAgeInSeconds",
      "parallelizationFactor",
      "destinationConfig",
      "metricsConfig",
      // The cloud keeps none of a mapping.
      "tags",
    ],
    describe: describeMapping,
  },

  {
    type: "aws:lambda/eventSourceMapping:EventSourceMapping",
    base: async (make) => {
      await functionOf(make);
      await queueOf(make, "failures");
      const table = await make("aws:dynamodb/table:Table", {
        name: "items",
        hashKey: "id",
        attributes: [{ name: "id", type: "S" }],
        billingMode: "PAY_PER_REQUEST",
        streamEnabled: true,
        streamViewType: "NEW_IMAGE",
      });
      return {
        functionName: "fn",
        eventSourceArn: table.outputs.streamArn!,
        startingPosition: "LATEST",
        enabled: false,
      };
    },
    changes: {
      bisectBatchOnFunctionError: { bisectBatchOnFunctionError: true },
      maximumRetryAttempts: { maximumRetryAttempts: 4 },
      maximumRecordAgeInSeconds: { maximumRecordAgeInSeconds: 600 },
      parallelizationFactor: { parallelizationFactor: 3 },
      destinationConfig: {
        destinationConfig: { onFailure: { destinationArn: "arn:aws:sqs:us-east-1:000000000000:failures" } },
      },
    },
    silent: [
      "functionName",
      "enabled",
      "batchSize",
      "maximumBatchingWindowInSeconds",
      "functionResponseTypes",
      "scalingConfig",
      "filterCriteria",
      "metricsConfig",
      "tags",
    ],
    describe: describeMapping,
  },

  {
    type: "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
    base: async (make) => {
      await functionOf(make);
      await queueOf(make, "failures");
      return { functionName: "fn", maximumRetryAttempts: 1 };
    },
    changes: {
      maximumEventAgeInSeconds: { maximumEventAgeInSeconds: 120 },
      maximumRetryAttempts: { maximumRetryAttempts: 0 },
      destinationConfig: {
        destinationConfig: { onFailure: { destination: "arn:aws:sqs:us-east-1:000000000000:failures" } },
      },
    },
    describe: async (call) => {
      const config = await call("lambda", "GetFunctionEventInvokeConfig", {
        FunctionName: "fn",
      });
      return { ...config, LastModified: undefined };
    },
  },
];

async function describeMapping(call: Cloud["call"], UUID: string): Promise<unknown> {
  const mapping = await call("lambda", "GetEventSourceMapping", { UUID });
  return { ...mapping, LastModified: undefined };
}
