import { pageOf } from "../../core/paging";
import type { Call, CloudContext } from "../../core/service";
import { parsePolicyDocument } from "../../core/iam/policyDocument";
import { checkTagTotal } from "../../wire/givenTags";
import { operationsOf } from "../../wire/operation";
import { checkAttributeName, invalidParameter } from "./errors";
import { publish } from "./publish";
import { topicAccess } from "./topicAccess";
import { byTopic, policyOf, topicArnRule, type Topics } from "./topics";
import { messageOf } from "../../core/messageOf";

/** Percent of deliveries to log; nothing is logged without a role for it, which is not supported. */
const SAMPLE_RATE = /^(HTTP|Firehose|Lambda|Application|SQS)SuccessFeedbackSampleRate$/;
/** Topic attributes that are kept, and what SNS's API reference knows beside them. */
const TOPIC_ATTRIBUTES = ["DisplayName", "KmsMasterKeyId", "Policy", "SignatureVersion", "TracingConfig"];
const OTHER_ATTRIBUTES =
  /^(DeliveryPolicy|ArchivePolicy|FifoTopic|FifoThroughputScope|ContentBasedDeduplication|(HTTP|Firehose|Lambda|Application|SQS)(SuccessFeedbackRoleArn|SuccessFeedbackSampleRate|FailureFeedbackRoleArn))$/;

const tagRules = { "Tags.Key": { length: [1, 128] }, "Tags.Value": { length: [0, 256] } } as const;
const byResource = { supports: ["ResourceArn"], rules: { ResourceArn: topicArnRule } } as const;

const PAGE = 100;

export function topicOperations(context: CloudContext, topics: Topics) {
  const on = topicAccess(topics, context.accountId);
  const onTopic = (action: string) => (input: { readonly TopicArn: string }, call: Call) =>
    on(action, input.TopicArn, call);
  const onResource = (action: string) => (input: { readonly ResourceArn: string }, call: Call) =>
    on(action, input.ResourceArn, call);
  const operation = operationsOf("sns", context);

  return {
    ...publish(context, topics),

    ...operation(
      "CreateTopic",
      {
        supports: ["Name", "Attributes", "Tags"],
        rules: { Name: { pattern: /^[A-Za-z0-9_-]{1,256}$/ }, ...tagRules },
      },
      (input) => [{ action: "sns:CreateTopic", resource: topics.arnOf(input.Name) }],
      ({ Name, Attributes = {}, Tags = [] }) => {
        const attributes = Object.entries(Attributes);
        for (const [name, value] of attributes) checkAttribute(context, name, value);
        const tags = new Map(Tags.map((tag) => [tag.Key, tag.Value]));
        return { TopicArn: topics.create(Name, new Map(attributes), tags).arn };
      },
    ),

    ...operation("DeleteTopic", byTopic, onTopic("DeleteTopic"), (input) => {
      topics.delete(input.TopicArn);
      return {};
    }),

    ...operation(
      "ListTopics",
      { supports: ["NextToken"] },
      () => [{ action: "sns:ListTopics", resource: "*" }],
      (input) => {
        const { items, next } = pageOf(topics.list(), input.NextToken, PAGE, "InvalidParameterException");
        return { Topics: items.map((topic) => ({ TopicArn: topic.arn })), NextToken: next };
      },
    ),

    ...operation("GetTopicAttributes", byTopic, onTopic("GetTopicAttributes"), (input) => {
      const topic = topics.get(input.TopicArn);
      const subscriptions = [...topic.subscriptions.values()];
      const confirmed = subscriptions.filter((subscription) => subscription.confirmed).length;
      return {
        Attributes: {
          TopicArn: topic.arn,
          Owner: context.accountId,
          DisplayName: "",
          SubscriptionsConfirmed: String(confirmed),
          SubscriptionsPending: String(subscriptions.length - confirmed),
          SubscriptionsDeleted: "0",
          ...Object.fromEntries(topic.attributes),
          Policy: policyOf(topic, context.accountId),
        },
      };
    }),

    ...operation(
      "SetTopicAttributes",
      { supports: ["TopicArn", "AttributeName", "AttributeValue"], rules: byTopic.rules },
      onTopic("SetTopicAttributes"),
      ({ TopicArn: arn, AttributeName: name, AttributeValue: value = "" }) => {
        const topic = topics.get(arn);
        checkAttribute(context, name, value);
        if (value === "") topic.attributes.delete(name);
        else topic.attributes.set(name, value);
        return {};
      },
    ),

    ...operation(
      "TagResource",
      { supports: ["ResourceArn", "Tags"], rules: { ...byResource.rules, ...tagRules } },
      onResource("TagResource"),
      (input) => {
        const { tags } = topics.tagged(input.ResourceArn);
        checkTagTotal(
          "sns",
          tags.keys(),
          input.Tags.map(({ Key }) => Key),
        );
        for (const tag of input.Tags) tags.set(tag.Key, tag.Value);
        return {};
      },
    ),

    ...operation(
      "UntagResource",
      { supports: ["ResourceArn", "TagKeys"], rules: byResource.rules },
      onResource("UntagResource"),
      (input) => {
        const { tags } = topics.tagged(input.ResourceArn);
        for (const key of input.TagKeys) tags.delete(key);
        return {};
      },
    ),

    ...operation("ListTagsForResource", byResource, onResource("ListTagsForResource"), (input) => ({
      Tags: [...topics.tagged(input.ResourceArn).tags].map(([Key, Value]) => ({ Key, Value })),
    })),
  };
}

function checkAttribute(context: CloudContext, name: string, value: string): void {
  if (SAMPLE_RATE.test(name)) {
    if (/^(\d{1,2}|100)$/.test(value)) return;
    throw invalidParameter(`${name} Reason: got "${value}"; expected a whole number from 0 to 100`);
  }
  // An attribute that is taken away, or never set, asks for nothing.
  if (value === "" && OTHER_ATTRIBUTES.test(name)) return;
  checkAttributeName(name, "topic", TOPIC_ATTRIBUTES, OTHER_ATTRIBUTES);
  if (name !== "Policy" || value === "") return;
  try {
    const unknown = context.policies.unknownPrincipal(parsePolicyDocument(value, "resource"));
    if (unknown !== undefined) throw new Error(`PrincipalNotFound: there is no ${unknown}`);
  } catch (error) {
    throw invalidParameter(`Policy Reason: ${messageOf(error)}`);
  }
}
