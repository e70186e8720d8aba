import { isPublic, refusesWithoutTls, statementsOf } from "../documents";
import { elements, isTrue, members, referredBy, referringTo } from "../read";
import { findingIf, type PolicyResource, type Rule } from "../rule";

const QUEUE = "aws:sqs/queue:Queue";
const QUEUE_POLICY = "aws:sqs/queuePolicy:QueuePolicy";

/** SQS keeps messages for four days unless told otherwise. */
const DEFAULT_RETENTION_SECONDS = 4 * 24 * 60 * 60;

/** Where a message, event or record goes that something else gave up on: the type, and its input. */
const GIVEN_UP_TO: readonly (readonly [string, string])[] = [
  [QUEUE, "redrivePolicy"],
  ["aws:cloudwatch/eventTarget:EventTarget", "deadLetterConfig"],
  ["aws:lambda/function:Function", "deadLetterConfig"],
  ["aws:lambda/eventSourceMapping:EventSourceMapping", "destinationConfig"],
  ["aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig", "destinationConfig"],
  ["aws:sns/topicSubscription:TopicSubscription", "redrivePolicy"],
];

export const sqsRules: readonly Rule[] = [
  {
    name: "sqs-encrypted",
    ids: ["SQS.1", "AwsSolutions-SQS2", "CKV_AWS_27"],
    severity: "high",
    description: "Queues encrypt their messages at rest.",
    advice: "Set sqsManagedSseEnabled: true, or give a kmsMasterKeyId.",
    types: [QUEUE],
    judges: "resource",
    check: ({ props }) =>
      findingIf(
        !isTrue(props.sqsManagedSseEnabled) && !props.kmsMasterKeyId,
        "has neither sqsManagedSseEnabled nor a kmsMasterKeyId",
      ),
  },
  {
    name: "sqs-tls-only",
    ids: ["AwsSolutions-SQS4"],
    severity: "high",
    description: "Queues refuse requests that do not use TLS.",
    advice: 'Attach a QueuePolicy that denies sqs:* to "*" when aws:SecureTransport is false.',
    types: [QUEUE],
    judges: "stack",
    check: (queue, stack) =>
      findingIf(
        !policiesOf(queue, stack).some((policy) =>
          statementsOf(policy).some((statement) => refusesWithoutTls(statement, "sqs:*")),
        ),
        "has no policy that denies every action when aws:SecureTransport is false",
      ),
  },
  {
    name: "sqs-not-public",
    ids: ["SQS.3", "CKV_AWS_168", "CKV_AWS_387"],
    severity: "critical",
    description: "Queue policies let nobody in whom they do not name.",
    advice: "Name the principal, or add a condition on aws:SourceArn or aws:SourceAccount.",
    types: [QUEUE_POLICY, QUEUE],
    judges: "resource",
    check: ({ props }) =>
      findingIf(
        statementsOf(props.policy).some(isPublic),
        'has a policy that allows the principal "*" without saying who that may be',
      ),
  },
  {
    name: "sqs-policy-names-actions",
    ids: ["CKV_AWS_72"],
    severity: "high",
    description: "Queue policies allow single actions, not all of them.",
    advice: "List the actions that the principal needs, such as sqs:SendMessage.",
    types: [QUEUE_POLICY, QUEUE],
    judges: "resource",
    check: ({ props }) =>
      findingIf(
        statementsOf(props.policy).some(
          ({ allows, actions, notActions }) =>
            allows && (notActions.length > 0 || actions.some((action) => action.endsWith("*"))),
        ),
        "has a policy that allows actions by a wildcard",
      ),
  },
  {
    name: "sqs-dead-letter-queue",
    ids: ["AwsSolutions-SQS3", "Serverless-SQSRedrivePolicy"],
    severity: "high",
    description: "Queues have a dead-letter queue, unless they are one.",
    advice: "Set a redrivePolicy with a deadLetterTargetArn and a maxReceiveCount of at least 5.",
    types: [QUEUE],
    judges: "stack",
    check: (queue, stack) => {
      if (GIVEN_UP_TO.some(([type, property]) => referringTo(queue, stack, type, property).length > 0))
        return [];
      if (queue.props.redrivePolicy === undefined) return [{ reason: "has no redrivePolicy" }];
      const { maxReceiveCount } = redriveOf(queue);
      return findingIf(
        !(Number(maxReceiveCount) >= 5),
        `gives up on a message after ${String(maxReceiveCount)} receives; expected at least 5: throttled functions use some up`,
      );
    },
  },
  {
    name: "sqs-dead-letters-outlive-messages",
    ids: [],
    severity: "medium",
    description: "Dead-letter queues keep messages longer than the queues that they serve.",
    advice:
      "Raise the dead-letter queue's messageRetentionSeconds: a message keeps its age when it moves, and is deleted by it.",
    types: [QUEUE],
    judges: "stack",
    check: (queue, stack) =>
      referredBy(queue, stack, "redrivePolicy", QUEUE).flatMap((deadLetters) =>
        findingIf(
          retentionOf(deadLetters) <= retentionOf(queue),
          `keeps messages for ${retentionOf(queue)} seconds, its dead-letter queue "${deadLetters.name}" for ${retentionOf(deadLetters)}; expected more there`,
        ),
      ),
  },
];

function policiesOf(queue: PolicyResource, stack: readonly PolicyResource[]): readonly unknown[] {
  const attached = referringTo(queue, stack, QUEUE_POLICY, "queueUrl").map(({ props }) => props.policy);
  return [...attached, ...elements(queue.props.policy)];
}

function redriveOf(queue: PolicyResource): Readonly<Record<string, unknown>> {
  const { redrivePolicy } = queue.props;
  return members(typeof redrivePolicy === "string" ? JSON.parse(redrivePolicy) : redrivePolicy);
}

function retentionOf(queue: PolicyResource): number {
  return Number(queue.props.messageRetentionSeconds ?? DEFAULT_RETENTION_SECONDS);
}
