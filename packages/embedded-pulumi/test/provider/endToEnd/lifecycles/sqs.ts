import { type Lifecycle, tags, TAGS, queueOf } from "./parts";

const queueAttribute = (
  type: string,
  property: string,
  value: (arn: string) => string,
  other: (arn: string) => string,
): Lifecycle => ({
  type,
  base: async (make) => {
    const dead = await queueOf(make, "dead");
    const { id } = await queueOf(make);
    return { queueUrl: id, [property]: value(dead.outputs.arn as string) };
  },
  changes: { [property]: { [property]: other("arn:aws:sqs:us-east-1:000000000000:dead") } },
  describe: async (call, id) => {
    const { Attributes = {} } = await call("sqs", "GetQueueAttributes", {
      QueueUrl: id,
      AttributeNames: ["All"],
    });
    const name = `${property[0]?.toUpperCase()}${property.slice(1)}`;
    return Attributes[name as "Policy"];
  },
});

const queuePolicy = (Action: string) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { AWS: "000000000000" },
        Action,
        Resource: "arn:aws:sqs:us-east-1:000000000000:q",
      },
    ],
  });

export const sqs: readonly Lifecycle[] = [
  {
    type: "aws:sqs/queue:Queue",
    base: async (make) => {
      await queueOf(make, "dead");
      return { name: "letters", delaySeconds: 3, tags };
    },
    changes: {
      delaySeconds: { delaySeconds: undefined },
      maxMessageSize: { maxMessageSize: 2048 },
      messageRetentionSeconds: { messageRetentionSeconds: 120 },
      receiveWaitTimeSeconds: { receiveWaitTimeSeconds: 2 },
      visibilityTimeoutSeconds: { visibilityTimeoutSeconds: 90 },
      sqsManagedSseEnabled: { sqsManagedSseEnabled: false },
      kmsMasterKeyId: { kmsMasterKeyId: "alias/aws/sqs", kmsDataKeyReusePeriodSeconds: 600 },
      policy: { policy: queuePolicy("sqs:SendMessage").replace(":q", ":letters") },
      redrivePolicy: {
        redrivePolicy: JSON.stringify({
          deadLetterTargetArn: "arn:aws:sqs:us-east-1:000000000000:dead",
          maxReceiveCount: 3,
        }),
      },
      redriveAllowPolicy: { redriveAllowPolicy: JSON.stringify({ redrivePermission: "denyAll" }) },
      tags: TAGS,
    },
    // FIFO queues' own: tried below.
    silent: ["contentBasedDeduplication", "deduplicationScope", "fifoThroughputLimit"],
    describe: async (call, QueueUrl) => ({
      KmsDataKeyReusePeriodSeconds: "300",
      ...(await call("sqs", "GetQueueAttributes", { QueueUrl, AttributeNames: ["All"] })).Attributes,
      tags: (await call("sqs", "ListQueueTags", { QueueUrl })).Tags,
    }),
  },

  {
    type: "aws:sqs/queue:Queue",
    base: () => ({ name: "letters.fifo", fifoQueue: true }),
    changes: {
      contentBasedDeduplication: { contentBasedDeduplication: true },
      deduplicationScope: { deduplicationScope: "messageGroup", fifoThroughputLimit: "perMessageGroupId" },
      fifoThroughputLimit: { fifoThroughputLimit: "perMessageGroupId", deduplicationScope: "messageGroup" },
    },
    silent: [
      "delaySeconds",
      "maxMessageSize",
      "messageRetentionSeconds",
      "receiveWaitTimeSeconds",
      "tags",
      "visibilityTimeoutSeconds",
      "sqsManagedSseEnabled",
      "kmsMasterKeyId",
      "kmsDataKeyReusePeriodSeconds",
      "policy",
      "redrivePolicy",
      "redriveAllowPolicy",
    ],
    describe: async (call, QueueUrl) =>
      (await call("sqs", "GetQueueAttributes", { QueueUrl, AttributeNames: ["All"] })).Attributes,
  },

  queueAttribute(
    "aws:sqs/queuePolicy:QueuePolicy",
    "policy",
    () => queuePolicy("sqs:SendMessage"),
    () => queuePolicy("sqs:ReceiveMessage"),
  ),

  queueAttribute(
    "aws:sqs/redrivePolicy:RedrivePolicy",
    "redrivePolicy",
    (deadLetterTargetArn) => JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 3 }),
    (deadLetterTargetArn) => JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 9 }),
  ),

  queueAttribute(
    "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy",
    "redriveAllowPolicy",
    () => JSON.stringify({ redrivePermission: "denyAll" }),
    (arn) => JSON.stringify({ redrivePermission: "byQueue", sourceQueueArns: [arn] }),
  ),
];
