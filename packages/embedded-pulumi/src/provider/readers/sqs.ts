import type { CreateContext } from "../resourceType";
import { type Reader, type Readers, tagsFrom, whereGiven } from "./reader";

async function attributesOf(QueueUrl: string, { call }: CreateContext) {
  const { Attributes = {} } = await call("sqs", "GetQueueAttributes", { QueueUrl, AttributeNames: ["All"] });
  return Attributes;
}

const queue: Reader = async (asked, context) => {
  const { id: QueueUrl, inputs } = asked;
  const actual = await attributesOf(QueueUrl, context);
  const { Tags } = await context.call("sqs", "ListQueueTags", { QueueUrl });
  const fifo = actual.FifoQueue === "true";
  const ownKey = actual.KmsMasterKeyId !== undefined && actual.KmsMasterKeyId !== "";
  return {
    inputs: {
      delaySeconds: Number(actual.DelaySeconds),
      maxMessageSize: Number(actual.MaximumMessageSize),
      messageRetentionSeconds: Number(actual.MessageRetentionPeriod),
      receiveWaitTimeSeconds: Number(actual.ReceiveMessageWaitTimeSeconds),
      visibilityTimeoutSeconds: Number(actual.VisibilityTimeout),
      kmsMasterKeyId: actual.KmsMasterKeyId,
      // A key takes its place.
      ...(!ownKey &&
        inputs.kmsMasterKeyId === undefined && {
          sqsManagedSseEnabled: actual.SqsManagedSseEnabled === "true",
        }),
      // Of a queue without a key it says nothing.
      ...(ownKey && { kmsDataKeyReusePeriodSeconds: Number(actual.KmsDataKeyReusePeriodSeconds ?? 300) }),
      ...(fifo && {
        contentBasedDeduplication: actual.ContentBasedDeduplication === "true",
        deduplicationScope: actual.DeduplicationScope,
        fifoThroughputLimit: actual.FifoThroughputLimit,
      }),
      // Resources of their own set these as well.
      ...whereGiven(asked, {
        policy: actual.Policy,
        redrivePolicy: actual.RedrivePolicy,
        redriveAllowPolicy: actual.RedriveAllowPolicy,
      }),
      tags: tagsFrom(Tags),
    },
    defaults: {
      delaySeconds: 0,
      maxMessageSize: 1_048_576,
      messageRetentionSeconds: 345_600,
      receiveWaitTimeSeconds: 0,
      visibilityTimeoutSeconds: 30,
      sqsManagedSseEnabled: true,
      kmsDataKeyReusePeriodSeconds: 300,
      contentBasedDeduplication: false,
      deduplicationScope: "queue",
      fifoThroughputLimit: "perQueue",
    },
  };
};

/** A resource that is one attribute of a queue; gone with it. */
const attribute =
  (property: string, name: "Policy" | "RedrivePolicy" | "RedriveAllowPolicy"): Reader =>
  async (asked, context) => {
    const value = (await attributesOf(asked.text("queueUrl"), context))[name];
    return value === undefined || value === "" ? undefined : { inputs: { [property]: value } };
  };

export const sqsReaders: Readers = {
  "aws:sqs/queue:Queue": queue,
  "aws:sqs/queuePolicy:QueuePolicy": attribute("policy", "Policy"),
  "aws:sqs/redrivePolicy:RedrivePolicy": attribute("redrivePolicy", "RedrivePolicy"),
  "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy": attribute("redriveAllowPolicy", "RedriveAllowPolicy"),
};
