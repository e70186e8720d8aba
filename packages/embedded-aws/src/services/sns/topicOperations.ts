import * as v from "valibot";
import { AwsError } from "../../core/errors";
import { pageOf } from "../../core/paging";
import { record } from "../../core/record";
import { type Call, type CloudContext, operation, type Operation } from "../../core/service";
import { parsePolicyDocument } from "../../core/iam/policyDocument";
import { authorizeUseOfKey } from "../kms/useOfKey";
import { deliver } from "./delivery";
import { topicAccess } from "./topicAccess";
import { policyOf, TopicArn, type Topics } from "./topics";
import { messageOf } from "../../core/messageOf";

const Attributes = v.optional(record(v.string(), v.string()), {});
const Tags = v.optional(
  v.array(v.strictObject({ Key: v.pipe(v.string(), v.minLength(1), v.maxLength(128)), Value: v.string() })),
  [],
);

/** Topic attributes that are kept; none of the others is there. */
const TOPIC_ATTRIBUTES = ["DisplayName", "KmsMasterKeyId", "Policy", "SignatureVersion", "TracingConfig"];

/** Publish, SNS API reference: bytes of a message; characters of a subject. */
const MOST_BYTES = 262_144;
const Subject = v.pipe(v.string(), v.regex(/^[\x20-\x7e]{1,100}$/));

const PAGE = 100;

export function topicOperations(context: CloudContext, topics: Topics): Record<string, Operation> {
  const on = topicAccess(topics, context.accountId);
  const onTopic = (action: string) => (input: { readonly TopicArn: string }, call: Call) =>
    on(action, input.TopicArn, call);
  const onResource = (action: string) => (input: { readonly ResourceArn: string }, call: Call) =>
    on(action, input.ResourceArn, call);

  return {
    CreateTopic: operation(
      context,
      v.strictObject({ Name: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{1,256}$/)), Attributes, Tags }),
      (input) => [{ action: "sns:CreateTopic", resource: topics.arnOf(input.Name) }],
      (input) => {
        for (const [name, value] of Object.entries(input.Attributes)) checkAttribute(name, value);
        const tags = new Map(input.Tags.map((tag) => [tag.Key, tag.Value]));
        return { TopicArn: topics.create(input.Name, new Map(Object.entries(input.Attributes)), tags).arn };
      },
    ),

    DeleteTopic: operation(context, v.strictObject({ TopicArn }), onTopic("DeleteTopic"), (input) => {
      topics.delete(input.TopicArn);
      return {};
    }),

    ListTopics: operation(
      context,
      v.strictObject({ NextToken: v.optional(v.string()) }),
      () => [{ action: "sns:ListTopics", resource: "*" }],
      (input) => {
        const { items, next } = pageOf(topics.list(), input.NextToken, PAGE, "InvalidParameter");
        return {
          Topics: items.map((topic) => ({ TopicArn: topic.arn })),
          ...(next === undefined ? {} : { NextToken: next }),
        };
      },
    ),

    GetTopicAttributes: operation(
      context,
      v.strictObject({ TopicArn }),
      onTopic("GetTopicAttributes"),
      (input) => {
        const topic = topics.get(input.TopicArn);
        const subscriptions = [...topic.subscriptions.values()];
        const confirmed = subscriptions.filter((subscription) => subscription.confirmed).length;
        return {
          Attributes: new Map([
            ["TopicArn", topic.arn],
            ["Owner", context.accountId],
            ["DisplayName", ""],
            ["SubscriptionsConfirmed", String(confirmed)],
            ["SubscriptionsPending", String(subscriptions.length - confirmed)],
            ["SubscriptionsDeleted", "0"],
            ...topic.attributes,
            ["Policy", policyOf(topic, context.accountId)],
          ]),
        };
      },
    ),

    SetTopicAttributes: operation(
      context,
      v.strictObject({ TopicArn, AttributeName: v.string(), AttributeValue: v.optional(v.string(), "") }),
      onTopic("SetTopicAttributes"),
      ({ TopicArn: arn, AttributeName: name, AttributeValue: value }) => {
        const topic = topics.get(arn);
        checkAttribute(name, value);
        if (value === "") topic.attributes.delete(name);
        else topic.attributes.set(name, value);
        return {};
      },
    ),

    Publish: operation(
      context,
      v.strictObject({
        TopicArn,
        Message: v.pipe(v.string(), v.minLength(1)),
        Subject: v.optional(Subject),
        MessageAttributes: v.optional(
          record(v.string(), v.strictObject({ DataType: v.string(), StringValue: v.string() })),
          {},
        ),
      }),
      onTopic("Publish"),
      async (input, { caller }) => {
        const topic = topics.get(input.TopicArn);
        const keyId = topic.attributes.get("KmsMasterKeyId");
        if (keyId !== undefined) await authorizeUseOfKey(context, keyId, caller, "sns");
        const bytes = Buffer.byteLength(input.Message);
        if (bytes > MOST_BYTES) {
          throw invalid(`Message: got ${bytes} bytes; expected at most ${MOST_BYTES}`);
        }
        const messageId = context.random.uuid();
        const subject = input.Subject === undefined ? {} : { subject: input.Subject };
        context.events.publish({
          type: "notification-published",
          topicArn: topic.arn,
          messageId,
          ...subject,
          message: input.Message,
        });
        const notification = {
          messageId,
          ...subject,
          message: input.Message,
          attributes: input.MessageAttributes,
        };
        for (const subscription of topic.subscriptions.values()) {
          void context.clock.busy(deliver(context, topic, subscription, notification));
        }
        return { MessageId: messageId };
      },
    ),

    TagResource: operation(
      context,
      v.strictObject({ ResourceArn: TopicArn, Tags }),
      onResource("TagResource"),
      (input) => {
        const { tags } = topics.get(input.ResourceArn);
        for (const tag of input.Tags) tags.set(tag.Key, tag.Value);
        return {};
      },
    ),

    UntagResource: operation(
      context,
      v.strictObject({ ResourceArn: TopicArn, TagKeys: v.array(v.string()) }),
      onResource("UntagResource"),
      (input) => {
        const { tags } = topics.get(input.ResourceArn);
        for (const key of input.TagKeys) tags.delete(key);
        return {};
      },
    ),

    ListTagsForResource: operation(
      context,
      v.strictObject({ ResourceArn: TopicArn }),
      onResource("ListTagsForResource"),
      (input) => ({
        Tags: [...topics.get(input.ResourceArn).tags].map(([Key, Value]) => ({ Key, Value })),
      }),
    ),
  };
}

function checkAttribute(name: string, value: string): void {
  if (!TOPIC_ATTRIBUTES.includes(name)) {
    throw invalid(`AttributeName: got ${name}; the embedded cloud supports ${TOPIC_ATTRIBUTES.join(", ")}`);
  }
  if (name !== "Policy" || value === "") return;
  try {
    parsePolicyDocument(value, "resource");
  } catch (error) {
    throw invalid(`Policy: ${messageOf(error)}`);
  }
}

function invalid(message: string): AwsError {
  return new AwsError("InvalidParameter", `Invalid parameter: ${message}`);
}
