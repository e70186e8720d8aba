import {
  FUNCTION,
  INVOKE_CONFIG,
  LOG_GROUP,
  MAPPING,
  PERMISSION,
  QUEUE,
  resource,
  urnOf,
} from "../resources";
import { ARN, one, stream, type RuleCases } from "./ruleCases";

const calls = { functionName: [urnOf(FUNCTION, "it")] };
const mapped = (props: Readonly<Record<string, unknown>>) => [
  resource(FUNCTION, "it"),
  resource(MAPPING, "mapping", props, calls),
];
const reading = (
  visibilityTimeoutSeconds: number,
  timeout: number,
  maximumBatchingWindowInSeconds: number,
) => [
  resource(
    MAPPING,
    "it",
    { maximumBatchingWindowInSeconds },
    {
      eventSourceArn: [urnOf(QUEUE, "queue")],
      functionName: [urnOf(FUNCTION, "fn")],
    },
  ),
  resource(QUEUE, "queue", { visibilityTimeoutSeconds }),
  resource(FUNCTION, "fn", { timeout }),
];

export const lambdaCases: Readonly<Record<string, RuleCases>> = {
  "lambda-supported-runtime": {
    passes: { current: one(FUNCTION, { runtime: "nodejs24.x" }) },
    fails: { deprecated: one(FUNCTION, { runtime: "nodejs16.x" }) },
  },
  "lambda-tracing": {
    passes: { active: one(FUNCTION, { tracingConfig: { mode: "Active" } }) },
    fails: {
      "passed through": one(FUNCTION, { tracingConfig: { mode: "PassThrough" } }),
      "left out": one(FUNCTION),
    },
  },
  "lambda-no-plain-secrets": {
    passes: { names: one(FUNCTION, { environment: { variables: { ORDERS_TABLE_NAME: "orders" } } }) },
    fails: {
      "a telling name": one(FUNCTION, { environment: { variables: { DATABASE_PASSWORD: "x" } } }),
      "a telling value": one(FUNCTION, { environment: { variables: { ID: `AKIA${"A".repeat(16)}` } } }),
    },
  },
  "lambda-concurrency-bounded": {
    passes: {
      reserved: one(FUNCTION, { reservedConcurrentExecutions: 0 }),
      "by its queue": mapped({ scalingConfig: { maximumConcurrency: 10 } }),
      "by its stream": mapped(stream),
    },
    fails: {
      "not at all": one(FUNCTION, { reservedConcurrentExecutions: -1 }),
      "by one of two sources": [...mapped(stream), resource(MAPPING, "second", {}, calls)],
    },
  },
  "lambda-failure-destination": {
    passes: {
      "by an invoke configuration": [
        resource(FUNCTION, "it"),
        resource(INVOKE_CONFIG, "config", { destinationConfig: { onFailure: { destination: ARN } } }, calls),
      ],
      "by a dead-letter queue": one(FUNCTION, { deadLetterConfig: { targetArn: ARN } }),
    },
    fails: {
      "without either": one(FUNCTION),
      "with successes only": [
        resource(FUNCTION, "it"),
        resource(INVOKE_CONFIG, "config", { destinationConfig: { onSuccess: { destination: ARN } } }, calls),
      ],
    },
  },
  "lambda-log-group": {
    passes: {
      "of the stack": [
        resource(FUNCTION, "it", {}, { loggingConfig: [urnOf(LOG_GROUP, "logs")] }),
        resource(LOG_GROUP, "logs", { retentionInDays: 7 }),
      ],
    },
    fails: {
      "Lambda's own": one(FUNCTION),
      "kept for ever": [
        resource(FUNCTION, "it", {}, { loggingConfig: [urnOf(LOG_GROUP, "logs")] }),
        resource(LOG_GROUP, "logs"),
      ],
    },
  },
  "lambda-permission-names-its-source": {
    passes: { "a rule": one(PERMISSION, { principal: "events.amazonaws.com", sourceArn: ARN }) },
    fails: {
      "any rule": one(PERMISSION, { principal: "events.amazonaws.com" }),
      anybody: one(PERMISSION, { principal: "*", sourceArn: ARN }),
    },
  },
  "lambda-in-vpc": {
    passes: { inside: one(FUNCTION, { vpcConfig: { subnetIds: ["subnet-1"] } }) },
    fails: { outside: one(FUNCTION) },
  },
  "lambda-code-signing": {
    passes: { signed: one(FUNCTION, { codeSigningConfigArn: "arn:aws:lambda:::csc-1" }) },
    fails: { unsigned: one(FUNCTION) },
  },
  "lambda-environment-customer-key": {
    passes: { given: one(FUNCTION, { kmsKeyArn: "arn:aws:kms:::key/1" }) },
    fails: { "AWS's": one(FUNCTION) },
  },
  "event-source-visibility-timeout": {
    passes: { "six times and the window": reading(185, 30, 5), "of a stream": one(MAPPING, stream) },
    fails: { "a second short": reading(184, 30, 5) },
  },
  "event-source-failure-destination": {
    passes: { "of a stream": one(MAPPING, stream), "of a queue": one(MAPPING) },
    fails: {
      "without destination": one(MAPPING, { ...stream, destinationConfig: undefined }),
      "retrying for ever": one(MAPPING, { ...stream, maximumRetryAttempts: -1 }),
      "at any age": one(MAPPING, { ...stream, maximumRecordAgeInSeconds: undefined }),
    },
  },
  "event-source-partial-responses": {
    passes: { on: one(MAPPING, { functionResponseTypes: ["ReportBatchItemFailures"] }) },
    fails: { off: one(MAPPING) },
  },
};
