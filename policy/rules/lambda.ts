import { elements, members, referredBy, referringTo, strings } from "../read";
import { findingIf, type PolicyResource, type Rule } from "../rule";

const FUNCTION = "aws:lambda/function:Function";
const MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping";
const INVOKE_CONFIG = "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig";

/** Node.js runtimes that get security patches: AWS Lambda developer guide, "Supported runtimes". */
const SUPPORTED_RUNTIMES = ["nodejs22.x", "nodejs24.x"];

/** Lambda's own defaults. */
const DEFAULT_TIMEOUT_SECONDS = 3;
const DEFAULT_VISIBILITY_TIMEOUT_SECONDS = 30;

/** An AWS access key's id, or a private key. */
const SECRET_VALUE = /\b(AKIA|ASIA)[A-Z0-9]{16}\b|-----BEGIN [A-Z ]*PRIVATE KEY-----/;
const SECRET_NAME = /(^|_)(PASSWORD|SECRET|TOKEN|API_?KEY|PRIVATE_?KEY)$/i;

export const lambdaRules: readonly Rule[] = [
  {
    name: "lambda-supported-runtime",
    ids: ["Lambda.2", "AwsSolutions-L1", "CKV_AWS_363"],
    severity: "high",
    description: "Functions run on a runtime that still gets security patches.",
    advice: `Set runtime to one of ${SUPPORTED_RUNTIMES.join(", ")}.`,
    types: [FUNCTION],
    judges: "resource",
    check: ({ props }) =>
      findingIf(
        !SUPPORTED_RUNTIMES.includes(String(props.runtime)),
        `runs on ${String(props.runtime)}; expected one of ${SUPPORTED_RUNTIMES.join(", ")}`,
      ),
  },
  {
    name: "lambda-tracing",
    ids: ["Lambda.7", "Serverless-LambdaTracing", "CKV_AWS_50"],
    severity: "medium",
    description: "Functions are traced.",
    advice: 'Set tracingConfig: { mode: "Active" }.',
    types: [FUNCTION],
    judges: "resource",
    check: ({ props }) => findingIf(members(props.tracingConfig).mode !== "Active", "is not traced actively"),
  },
  {
    name: "lambda-no-plain-secrets",
    ids: ["CKV_AWS_45"],
    severity: "critical",
    description: "Functions' environments hold no secrets.",
    advice: "Keep the secret in SSM or Secrets Manager, and give the function its name and the permission.",
    types: [FUNCTION],
    judges: "resource",
    check: ({ props }) => {
      const variables = members(members(props.environment).variables);
      return Object.keys(variables)
        .filter((name) => SECRET_NAME.test(name) || SECRET_VALUE.test(String(variables[name])))
        .map((name) => ({
          reason: `has an environment variable ${name} that looks like a secret`,
          subject: name,
        }));
    },
  },
  {
    name: "lambda-concurrency-bounded",
    ids: ["CKV_AWS_115"],
    severity: "medium",
    description: "No function can use up the account's concurrency.",
    advice:
      "Set reservedConcurrentExecutions, or scalingConfig.maximumConcurrency on its event source mapping.",
    types: [FUNCTION],
    judges: "stack",
    check: (fn, stack) => {
      const mappings = referringTo(fn, stack, MAPPING, "functionName");
      // A stream runs one batch a shard at a time; -1 stands for no reservation.
      const bounded =
        Number(fn.props.reservedConcurrentExecutions ?? -1) >= 0 ||
        (mappings.length > 0 &&
          mappings.every(
            ({ props }) => isStream(props) || members(props.scalingConfig).maximumConcurrency !== undefined,
          ));
      return findingIf(!bounded, "has no limit of concurrent executions");
    },
  },
  {
    name: "lambda-failure-destination",
    ids: ["CKV_AWS_116", "Serverless-LambdaDLQ", "Serverless-LambdaAsyncFailureDestination"],
    severity: "high",
    description: "Events that a function fails to handle are kept.",
    advice: "Add a FunctionEventInvokeConfig with an on-failure destination.",
    types: [FUNCTION],
    judges: "stack",
    check: (fn, stack) => {
      const configs = referringTo(fn, stack, INVOKE_CONFIG, "functionName");
      return findingIf(
        fn.props.deadLetterConfig === undefined &&
          !configs.some(({ props }) => members(props.destinationConfig).onFailure !== undefined),
        "has neither an on-failure destination nor a dead-letter queue of its own",
      );
    },
  },
  {
    name: "lambda-log-group",
    ids: ["Serverless-CloudWatchLogGroupRetention"],
    severity: "medium",
    description: "Functions write to a log group of this stack, whose retention somebody chose.",
    advice: "Create a LogGroup with retentionInDays and name it in loggingConfig.logGroup.",
    types: [FUNCTION],
    judges: "stack",
    check: (fn, stack) => {
      const groups = referredBy(fn, stack, "loggingConfig", "aws:cloudwatch/logGroup:LogGroup");
      return findingIf(
        !groups.some(({ props }) => Number(props.retentionInDays ?? 0) > 0),
        "has no log group with a retention in this stack: Lambda would create one that keeps logs for ever",
      );
    },
  },
  {
    name: "lambda-permission-names-its-source",
    ids: ["Lambda.1", "CKV_AWS_301", "CKV_AWS_364"],
    severity: "critical",
    description: "Only the resource that is meant to can call a function.",
    advice: "Set principal to the service, and sourceArn to the rule, topic or bucket.",
    types: ["aws:lambda/permission:Permission"],
    judges: "resource",
    check: ({ props }) => {
      const caller = String(props.principal);
      return [
        ...findingIf(caller === "*", 'lets the principal "*" call the function'),
        ...findingIf(
          !(props.sourceArn ?? props.sourceAccount),
          `lets ${caller} call the function for anybody: it has no sourceArn`,
        ),
      ];
    },
  },
  {
    name: "lambda-in-vpc",
    ids: ["CKV_AWS_117"],
    severity: "low",
    description: "Functions run in a network of the account's own.",
    advice: "Set vpcConfig with subnets that have endpoints for the services that the function calls.",
    types: [FUNCTION],
    judges: "resource",
    check: ({ props }) => findingIf(props.vpcConfig === undefined, "does not run in a VPC"),
  },
  {
    name: "lambda-code-signing",
    ids: ["CKV_AWS_272"],
    severity: "low",
    description: "Functions run signed code only.",
    advice: "Set codeSigningConfigArn, and sign each package with AWS Signer before it is deployed.",
    types: [FUNCTION],
    judges: "resource",
    check: ({ props }) => findingIf(!props.codeSigningConfigArn, "accepts code that nobody signed"),
  },
  {
    name: "lambda-environment-customer-key",
    ids: ["CKV_AWS_173"],
    severity: "low",
    description: "Functions' environments are encrypted with a key of the account's own.",
    advice: "Set kmsKeyArn.",
    types: [FUNCTION],
    judges: "resource",
    check: ({ props }) =>
      findingIf(!props.kmsKeyArn, "does not encrypt its environment with a customer-managed key"),
  },
  {
    name: "event-source-visibility-timeout",
    ids: ["Serverless-LambdaEventSourceSQSVisibilityTimeout"],
    severity: "high",
    description: "A queue hides messages for six times the function's timeout plus the batching window.",
    advice: "Raise the queue's visibilityTimeoutSeconds, or lower the function's timeout or the window.",
    types: [MAPPING],
    judges: "stack",
    check: (mapping, stack) => {
      const queues = referredBy(mapping, stack, "eventSourceArn", "aws:sqs/queue:Queue");
      const functions = referredBy(mapping, stack, "functionName", FUNCTION);
      return queues.flatMap((queue) => functions.flatMap((fn) => visibilityFinding(mapping, queue, fn)));
    },
  },
  {
    name: "event-source-failure-destination",
    ids: ["Serverless-LambdaEventSourceMappingDestination"],
    severity: "high",
    description: "Records of a stream are retried within bounds, and kept when given up on.",
    advice: "Set destinationConfig.onFailure, maximumRetryAttempts and maximumRecordAgeInSeconds.",
    types: [MAPPING],
    judges: "resource",
    check: ({ props }) => {
      if (!isStream(props)) return [];
      const unbounded = ["maximumRetryAttempts", "maximumRecordAgeInSeconds"].filter(
        (property) => Number(props[property] ?? -1) < 0,
      );
      return [
        ...findingIf(
          members(props.destinationConfig).onFailure === undefined,
          "has no on-failure destination",
        ),
        ...unbounded.map((property) => ({
          reason: `has no ${property}: one bad record would block its shard for a day`,
        })),
      ];
    },
  },
  {
    name: "event-source-partial-responses",
    ids: [],
    severity: "medium",
    description: "One bad message does not bring back the whole batch.",
    advice: 'Set functionResponseTypes: ["ReportBatchItemFailures"].',
    types: [MAPPING],
    judges: "resource",
    check: ({ props }) =>
      findingIf(
        !strings(props.functionResponseTypes).includes("ReportBatchItemFailures"),
        "does not report batch item failures",
      ),
  },
];

/** Streams have a position to start from; queues have none. */
function isStream(props: PolicyResource["props"]): boolean {
  return elements(props.startingPosition).length > 0;
}

function visibilityFinding(mapping: PolicyResource, queue: PolicyResource, fn: PolicyResource) {
  const timeout = Number(fn.props.timeout ?? DEFAULT_TIMEOUT_SECONDS);
  const window = Number(mapping.props.maximumBatchingWindowInSeconds ?? 0);
  const visibility = Number(queue.props.visibilityTimeoutSeconds ?? DEFAULT_VISIBILITY_TIMEOUT_SECONDS);
  const wanted = 6 * timeout + window;
  return findingIf(
    visibility < wanted,
    `reads queue "${queue.name}", which hides messages for ${visibility} seconds; expected at least ${wanted}`,
  );
}
