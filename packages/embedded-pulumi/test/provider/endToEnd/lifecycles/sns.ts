import { type Lifecycle, tags, TAGS, queueOf } from "./parts";

export const sns: readonly Lifecycle[] = [
  {
    type: "aws:sns/topic:Topic",
    base: () => ({ name: "t", displayName: "T", tags }),
    changes: {
      displayName: { displayName: undefined },
      kmsMasterKeyId: { kmsMasterKeyId: "alias/aws/sns" },
      policy: { policy: topicPolicy("SNS:Publish") },
      signatureVersion: { signatureVersion: 2 },
      tracingConfig: { tracingConfig: "Active" },
      tags: TAGS,
    },
    describe: async (call, TopicArn) => {
      const { Attributes = {} } = await call("sns", "GetTopicAttributes", { TopicArn });
      const { Policy = "", SignatureVersion = "1", TracingConfig = "PassThrough", ...rest } = Attributes;
      const { KmsMasterKeyId = "" } = Attributes;
      const policy = Policy.includes("__default") ? "default" : Policy;
      const { Tags } = await call("sns", "ListTagsForResource", { ResourceArn: TopicArn });
      return { ...rest, KmsMasterKeyId, policy, SignatureVersion, TracingConfig, Tags };
    },
  },

  {
    type: "aws:sns/topicPolicy:TopicPolicy",
    base: async (make) => {
      const { id } = await make("aws:sns/topic:Topic", { name: "t" });
      return { arn: id, policy: topicPolicy("SNS:Publish") };
    },
    changes: { policy: { policy: topicPolicy("SNS:Subscribe") } },
    describe: async (call, TopicArn) => {
      const { Attributes = {} } = await call("sns", "GetTopicAttributes", { TopicArn });
      return Attributes.Policy?.includes("__default") === true ? undefined : Attributes.Policy;
    },
  },

  {
    type: "aws:sns/topicSubscription:TopicSubscription",
    base: async (make) => {
      const topic = await make("aws:sns/topic:Topic", { name: "t" });
      await queueOf(make, "dead");
      const queue = await queueOf(make);
      return { topic: topic.id, protocol: "sqs", endpoint: queue.outputs.arn! };
    },
    changes: {
      rawMessageDelivery: { rawMessageDelivery: true },
      filterPolicy: { filterPolicy: '{"a":["1"]}' },
      filterPolicyScope: { filterPolicy: '{"a":["1"]}', filterPolicyScope: "MessageBody" },
      redrivePolicy: { redrivePolicy: '{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:dead"}' },
    },
    describe: async (call, SubscriptionArn) => {
      const { Attributes = {} } = await call("sns", "GetSubscriptionAttributes", { SubscriptionArn });
      const { FilterPolicy = "{}", FilterPolicyScope, RedrivePolicy = "", ...rest } = Attributes;
      const scope = FilterPolicy === "{}" ? "MessageAttributes" : (FilterPolicyScope ?? "MessageAttributes");
      return { ...rest, FilterPolicy, scope, RedrivePolicy };
    },
  },
];

function topicPolicy(Action: string): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "s",
        Effect: "Allow",
        Principal: { AWS: "arn:aws:iam::000000000000:root" },
        Action,
        Resource: "arn:aws:sns:us-east-1:000000000000:t",
      },
    ],
  });
}
