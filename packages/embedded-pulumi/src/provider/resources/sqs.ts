import * as v from "valibot";
import type { Input } from "embedded-aws";
import { afterwards } from "../afterwards";
import type { CreateContext } from "../resourceType";
import { retag } from "../retag";
import { untilForgotten } from "../untilSettled";
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
    const input = { QueueName: inputs.name, Attributes: queueAttributes(inputs), tags: inputs.tags };
    const { QueueUrl = "" } = await untilForgotten(context, () => context.call("sqs", "CreateQueue", input));
    const outputs = await afterwards(QueueUrl, () => queueOutputs(QueueUrl, context));
    return { id: QueueUrl, outputs };
  },
  async update(change, context) {
    const { id: QueueUrl, inputs, old, changed } = change;
    const [wanted, before] = [queueAttributes(inputs), queueAttributes(old)];
    const gone = Object.keys(before).filter((name) => !Object.hasOwn(wanted, name));
    const attributes = {
      ...Object.fromEntries(gone.map((name) => [name, DEFAULTS[name] ?? ""])),
      // A queue that loses its key is encrypted with SQS's own again.
      ...(gone.includes("KmsMasterKeyId") ? { SqsManagedSseEnabled: "true" } : {}),
      ...wanted,
      // They cannot be changed, nor said again.
      FifoQueue: undefined,
    };
    if ([...changed].some((name) => name !== "tags"))
      await context.call("sqs", "SetQueueAttributes", { QueueUrl, Attributes: defined(attributes) });
    await retag(
      change,
      (Tags) => context.call("sqs", "TagQueue", { QueueUrl, Tags }),
      (TagKeys) => context.call("sqs", "UntagQueue", { QueueUrl, TagKeys }),
    );
    return await queueOutputs(QueueUrl, context);
  },
  async delete(_inputs, id, context) {
    await context.call("sqs", "DeleteQueue", { QueueUrl: id });
  },
});

/** What SQS takes for an attribute that is no longer given; those without a value of their own become empty. */
const DEFAULTS: Readonly<Record<string, string>> = {
  ContentBasedDeduplication: "false",
  DeduplicationScope: "queue",
  FifoThroughputLimit: "perQueue",
  DelaySeconds: "0",
  MaximumMessageSize: "1048576",
  MessageRetentionPeriod: "345600",
  ReceiveMessageWaitTimeSeconds: "0",
  VisibilityTimeout: "30",
  SqsManagedSseEnabled: "true",
  KmsDataKeyReusePeriodSeconds: "300",
};

async function queueOutputs(QueueUrl: string, context: CreateContext) {
  const { Attributes: actual = {} } = await context.call("sqs", "GetQueueAttributes", {
    QueueUrl,
    AttributeNames: ["All"],
  });
  return {
    // As the provider has it in every state: a preview knows it then, though the program does not say it.
    fifoQueue: actual.FifoQueue === "true",
    url: QueueUrl,
    arn: actual.QueueArn,
    delaySeconds: Number(actual.DelaySeconds),
    maxMessageSize: Number(actual.MaximumMessageSize),
    messageRetentionSeconds: Number(actual.MessageRetentionPeriod),
    receiveWaitTimeSeconds: Number(actual.ReceiveMessageWaitTimeSeconds),
    visibilityTimeoutSeconds: Number(actual.VisibilityTimeout),
    sqsManagedSseEnabled: actual.SqsManagedSseEnabled === "true",
  };
}

/** Resources that are one attribute of a queue. */
function queueAttribute(type: string, property: string, attribute: string) {
  const set = (QueueUrl: string, value: string, context: CreateContext) =>
    context.call("sqs", "SetQueueAttributes", { QueueUrl, Attributes: { [attribute]: value } });
  return resource({
    type,
    inputs: v.strictObject({ queueUrl: v.string(), [property]: jsonDocument }),
    async create(inputs, context: CreateContext) {
      const { queueUrl, [property]: value = "" } = inputs as { queueUrl: string } & Record<string, string>;
      await set(queueUrl, value, context);
      return { id: queueUrl, outputs: {} };
    },
    async update({ id, inputs }, context) {
      await set(id, (inputs as Record<string, string>)[property] ?? "", context);
      return undefined;
    },
    async delete(_inputs, id, context) {
      await set(id, "", context);
    },
  });
}

export const sqs = [
  queue,
  queueAttribute("aws:sqs/queuePolicy:QueuePolicy", "policy", "Policy"),
  queueAttribute("aws:sqs/redrivePolicy:RedrivePolicy", "redrivePolicy", "RedrivePolicy"),
  queueAttribute("aws:sqs/redriveAllowPolicy:RedriveAllowPolicy", "redriveAllowPolicy", "RedriveAllowPolicy"),
];
