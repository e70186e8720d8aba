import * as v from "valibot";
import { defined, jsonDocument, resource, tagList, tags } from "../schemas";

const topic = resource({
  type: "aws:sns/topic:Topic",
  inputs: v.strictObject({
    name: v.string(),
    displayName: v.optional(v.string()),
    kmsMasterKeyId: v.optional(v.string()),
    policy: v.optional(jsonDocument),
    signatureVersion: v.optional(v.number()),
    tracingConfig: v.optional(v.string()),
    tags,
  }),
  autoName: { property: "name" },
  async create(inputs, context) {
    const { TopicArn = "" } = await context.call("sns", "CreateTopic", {
      Name: inputs.name,
      Attributes: defined({
        DisplayName: inputs.displayName,
        KmsMasterKeyId: inputs.kmsMasterKeyId,
        Policy: inputs.policy,
        SignatureVersion: inputs.signatureVersion?.toString(),
        TracingConfig: inputs.tracingConfig,
      }),
      Tags: tagList(inputs.tags),
    });
    return { id: TopicArn, outputs: { arn: TopicArn, owner: context.accountId } };
  },
});

const topicPolicy = resource({
  type: "aws:sns/topicPolicy:TopicPolicy",
  inputs: v.strictObject({ arn: v.string(), policy: jsonDocument }),
  async create(inputs, context) {
    await context.call("sns", "SetTopicAttributes", {
      TopicArn: inputs.arn,
      AttributeName: "Policy",
      AttributeValue: inputs.policy,
    });
    return { id: inputs.arn, outputs: { owner: context.accountId } };
  },
});

const topicSubscription = resource({
  type: "aws:sns/topicSubscription:TopicSubscription",
  inputs: v.strictObject({
    topic: v.string(),
    protocol: v.string(),
    endpoint: v.string(),
    rawMessageDelivery: v.optional(v.boolean(), false),
    filterPolicy: v.optional(jsonDocument),
    filterPolicyScope: v.optional(v.string()),
    redrivePolicy: v.optional(jsonDocument),
  }),
  async create(inputs, context) {
    const attributes = defined({
      RawMessageDelivery: inputs.rawMessageDelivery ? "true" : undefined,
      FilterPolicy: inputs.filterPolicy,
      FilterPolicyScope: inputs.filterPolicyScope,
      RedrivePolicy: inputs.redrivePolicy,
    });
    const { SubscriptionArn = "" } = await context.call("sns", "Subscribe", {
      TopicArn: inputs.topic,
      Protocol: inputs.protocol,
      Endpoint: inputs.endpoint,
      // An e-mail subscription still waiting for its confirmation has an ARN all the same.
      ReturnSubscriptionArn: true,
      ...(Object.keys(attributes).length > 0 && { Attributes: attributes }),
    });
    return {
      id: SubscriptionArn,
      outputs: {
        arn: SubscriptionArn,
        ownerId: context.accountId,
        rawMessageDelivery: inputs.rawMessageDelivery,
      },
    };
  },
});

export const sns = [topic, topicPolicy, topicSubscription];
