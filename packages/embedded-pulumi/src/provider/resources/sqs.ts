import * as v from "valibot";
import type { Input } from "embedded-aws";
import type { CreateContext } from "../resourceType";
import { defined, jsonDocument, resource, tags } from "../schemas";

const queueInputs = v.strictObject({
  name: v.string(),
  fifoQueue: v.optional(v.boolean(), false),
  contentBasedDeduplication: v.optional(v.boolean()),
  deduplicationScope: v.optional(v.string()),
  fifoThroughputLimit: v.optional(v.string()),
  delaySeconds: v.optional(v.number()),
  maxMessageSize: v.optional(v.number()),
  messageRetentionSeconds: v.optional(v.number()),
  receiveWaitTimeSeconds: v.optional(v.number()),
  visibilityTimeoutSeconds: v.optional(v.number()),
  sqsManagedSseEnabled: v.optional(v.boolean()),
  kmsMasterKeyId: v.optional(v.string()),
  kmsDataKeyReusePeriodSeconds: v.optional(v.number()),
  policy: v.optional(jsonDocument),
  redrivePolicy: v.optional(jsonDocument),
  redriveAllowPolicy: v.optional(jsonDocument),
  tags,
});

/** SQS's attributes are strings. */
function queueAttributes(
  inputs: v.InferOutput<typeof queueInputs>,
): NonNullable<Input<"sqs", "CreateQueue">["Attributes"]> {
  return defined({
    // SQS knows no "false" of a standard queue.
    FifoQueue: inputs.fifoQueue ? "true" : undefined,
    ContentBasedDeduplication: inputs.contentBasedDeduplication === true ? "true" : undefined,
    DeduplicationScope: inputs.deduplicationScope,
    FifoThroughputLimit: inputs.fifoThroughputLimit,
    DelaySeconds: inputs.delaySeconds?.toString(),
    MaximumMessageSize: inputs.maxMessageSize?.toString(),
    MessageRetentionPeriod: inputs.messageRetentionSeconds?.toString(),
    ReceiveMessageWaitTimeSeconds: inputs.receiveWaitTimeSeconds?.toString(),
    VisibilityTimeout: inputs.visibilityTimeoutSeconds?.toString(),
    SqsManagedSseEnabled: inputs.sqsManagedSseEnabled?.toString(),
    KmsMasterKeyId: inputs.kmsMasterKeyId,
    KmsDataKeyReusePeriodSeconds: inputs.kmsDataKeyReusePeriodSeconds?.toString(),
    Policy: inputs.policy,
    RedrivePolicy: inputs.redrivePolicy,
    RedriveAllowPolicy: inputs.redriveAllowPolicy,
  });
}

const queue = resource({
  type: "aws:sqs/queue:Queue",
  inputs: queueInputs,
  autoName: { property: "name", suffix: ({ fifoQueue }) => (fifoQueue === true ? ".fifo" : "") },
  async create(inputs, context) {
    const { QueueUrl = "" } = await context.call("sqs", "CreateQueue", {
      QueueName: inputs.name,
      Attributes: queueAttributes(inputs),
      tags: inputs.tags,
    });
    const { Attributes: actual = {} } = await context.call("sqs", "GetQueueAttributes", {
      QueueUrl,
      AttributeNames: ["All"],
    });
    return {
      id: QueueUrl,
      outputs: {
        url: QueueUrl,
        arn: actual.QueueArn,
        delaySeconds: Number(actual.DelaySeconds),
        maxMessageSize: Number(actual.MaximumMessageSize),
        messageRetentionSeconds: Number(actual.MessageRetentionPeriod),
        receiveWaitTimeSeconds: Number(actual.ReceiveMessageWaitTimeSeconds),
        visibilityTimeoutSeconds: Number(actual.VisibilityTimeout),
        sqsManagedSseEnabled: actual.SqsManagedSseEnabled === "true",
      },
    };
  },
});

/** Resources that are one attribute of a queue. */
function queueAttribute(type: string, property: string, attribute: string) {
  return resource({
    type,
    inputs: v.strictObject({ queueUrl: v.string(), [property]: jsonDocument }),
    async create(inputs, context: CreateContext) {
      const { queueUrl, [property]: value } = inputs as { queueUrl: string } & Record<string, string>;
      await context.call("sqs", "SetQueueAttributes", {
        QueueUrl: queueUrl,
        Attributes: { [attribute]: value },
      });
      return { id: queueUrl, outputs: {} };
    },
  });
}

export const sqs = [
  queue,
  queueAttribute("aws:sqs/queuePolicy:QueuePolicy", "policy", "Policy"),
  queueAttribute("aws:sqs/redrivePolicy:RedrivePolicy", "redrivePolicy", "RedrivePolicy"),
  queueAttribute("aws:sqs/redriveAllowPolicy:RedriveAllowPolicy", "redriveAllowPolicy", "RedriveAllowPolicy"),
];
