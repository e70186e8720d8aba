import * as v from "valibot";
import type { CreateContext } from "../resourceType";
import { retag } from "../retag";
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
  async update(change, context) {
    const { id, inputs, changed } = change;
    const values = {
      displayName: ["DisplayName", inputs.displayName ?? ""],
      kmsMasterKeyId: ["KmsMasterKeyId", inputs.kmsMasterKeyId ?? ""],
      policy: ["Policy", inputs.policy ?? ownerPolicy(id, context)],
      signatureVersion: ["SignatureVersion", String(inputs.signatureVersion ?? 1)],
      tracingConfig: ["TracingConfig", inputs.tracingConfig ?? "PassThrough"],
    } as const;
    for (const [property, [name, value]] of Object.entries(values))
      if (changed.has(property)) await setTopicAttribute(id, name, value, context);
    await retag(
      change,
      (tags) => context.call("sns", "TagResource", { ResourceArn: id, Tags: tagList(tags) }),
      (TagKeys) => context.call("sns", "UntagResource", { ResourceArn: id, TagKeys }),
    );
    return undefined;
  },
  async delete(_inputs, id, context) {
    await context.call("sns", "DeleteTopic", { TopicArn: id });
  },
});

function setTopicAttribute(TopicArn: string, name: string, value: string, context: CreateContext) {
  return context.call("sns", "SetTopicAttributes", {
    TopicArn,
    AttributeName: name,
    AttributeValue: value,
  });
}

/** What SNS gives a topic for which nobody says anything else: its account may use it. */
function ownerPolicy(topicArn: string, { accountId }: CreateContext): string {
  const actions = ["GetTopicAttributes", "SetTopicAttributes", "AddPermission", "RemovePermission"];
  return JSON.stringify({
    Version: "2008-10-17",
    Id: "__default_policy_ID",
    Statement: [
      {
        Sid: "__default_statement_ID",
        Effect: "Allow",
        Principal: { AWS: "*" },
        Action: [...actions, "DeleteTopic", "Subscribe", "ListSubscriptionsByTopic", "Publish"].map(
          (action) => `SNS:${action}`,
        ),
        Resource: topicArn,
        Condition: { StringEquals: { "AWS:SourceOwner": accountId } },
      },
    ],
  });
}

const topicPolicy = resource({
  type: "aws:sns/topicPolicy:TopicPolicy",
  inputs: v.strictObject({ arn: v.string(), policy: jsonDocument }),
  async create(inputs, context) {
    await setTopicAttribute(inputs.arn, "Policy", inputs.policy, context);
    return { id: inputs.arn, outputs: { owner: context.accountId } };
  },
  async update({ id, inputs }, context) {
    await setTopicAttribute(id, "Policy", inputs.policy, context);
    return undefined;
  },
  async delete(_inputs, id, context) {
    await setTopicAttribute(id, "Policy", ownerPolicy(id, context), context);
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
  async update({ id: SubscriptionArn, inputs, changed }, context) {
    const values = {
      rawMessageDelivery: ["RawMessageDelivery", String(inputs.rawMessageDelivery)],
      filterPolicy: ["FilterPolicy", inputs.filterPolicy ?? "{}"],
      filterPolicyScope: ["FilterPolicyScope", inputs.filterPolicyScope ?? "MessageAttributes"],
      redrivePolicy: ["RedrivePolicy", inputs.redrivePolicy ?? ""],
    } as const;
    // The scope first: a policy is read by it.
    for (const property of [
      "filterPolicyScope",
      "filterPolicy",
      "rawMessageDelivery",
      "redrivePolicy",
    ] as const)
      if (changed.has(property)) {
        const [AttributeName, AttributeValue] = values[property];
        const input = { SubscriptionArn, AttributeName, AttributeValue };
        await context.call("sns", "SetSubscriptionAttributes", input);
      }
    return { rawMessageDelivery: inputs.rawMessageDelivery };
  },
  async delete(_inputs, id, context) {
    await context.call("sns", "Unsubscribe", { SubscriptionArn: id });
  },
});

export const sns = [topic, topicPolicy, topicSubscription];
