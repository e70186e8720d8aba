import * as v from "valibot";
import { AwsError } from "../../core/errors";
import { pageOf } from "../../core/paging";
import { type Call, type CloudContext, operation, type Operation } from "../../core/service";
import { topicAccess } from "./topicAccess";
import { PROTOCOLS, type Subscription, TopicArn, type Topics } from "./topics";

const PAGE = 100;

export function subscriptionOperations(context: CloudContext, topics: Topics): Record<string, Operation> {
  const on = topicAccess(topics, context.accountId);
  const onTopic = (action: string) => (input: { readonly TopicArn: string }, call: Call) =>
    on(action, input.TopicArn, call);
  const onSubscription = (action: string) => (input: { readonly SubscriptionArn: string }, call: Call) =>
    on(action, input.SubscriptionArn.split(":").slice(0, 6).join(":"), call);

  return {
    Subscribe: operation(
      context,
      v.strictObject({
        TopicArn,
        Protocol: v.picklist(PROTOCOLS),
        Endpoint: v.string(),
        Attributes: v.optional(
          v.strictObject({ RawMessageDelivery: v.optional(v.picklist(["true", "false"])) }),
          {},
        ),
        ReturnSubscriptionArn: v.optional(v.union([v.boolean(), v.picklist(["true", "false"])])),
      }),
      onTopic("Subscribe"),
      (input) => {
        checkEndpoint(input.Protocol, input.Endpoint);
        const subscription = topics.subscribe(
          topics.get(input.TopicArn),
          input.Protocol,
          input.Endpoint,
          input.Attributes.RawMessageDelivery === "true",
        );
        const wantsArn = String(input.ReturnSubscriptionArn ?? false) === "true";
        return {
          SubscriptionArn: subscription.confirmed || wantsArn ? subscription.arn : "pending confirmation",
        };
      },
    ),

    Unsubscribe: operation(
      context,
      v.strictObject({ SubscriptionArn: v.string() }),
      onSubscription("Unsubscribe"),
      (input) => {
        const { topic, subscription } = topics.subscription(input.SubscriptionArn);
        topic.subscriptions.delete(subscription.arn);
        return {};
      },
    ),

    GetSubscriptionAttributes: operation(
      context,
      v.strictObject({ SubscriptionArn: v.string() }),
      onSubscription("GetSubscriptionAttributes"),
      (input) => {
        const { subscription } = topics.subscription(input.SubscriptionArn);
        return {
          Attributes: new Map([
            ["SubscriptionArn", subscription.arn],
            ["TopicArn", subscription.topicArn],
            ["Protocol", subscription.protocol],
            ["Endpoint", subscription.endpoint],
            ["Owner", context.accountId],
            ["PendingConfirmation", String(!subscription.confirmed)],
            ["RawMessageDelivery", String(subscription.rawMessageDelivery)],
          ]),
        };
      },
    ),

    ListSubscriptionsByTopic: operation(
      context,
      v.strictObject({ TopicArn, NextToken: v.optional(v.string()) }),
      onTopic("ListSubscriptionsByTopic"),
      (input) => {
        const all = [...topics.get(input.TopicArn).subscriptions.values()];
        const { items, next } = pageOf(all, input.NextToken, PAGE, "InvalidParameter");
        return {
          Subscriptions: items.map((subscription) => subscriptionElement(subscription, context.accountId)),
          ...(next === undefined ? {} : { NextToken: next }),
        };
      },
    ),
  };
}

function checkEndpoint(protocol: Subscription["protocol"], endpoint: string): void {
  const shapes = {
    sqs: { shape: /^arn:aws:sqs:[^:]+:\d{12}:[^:]+$/, expected: "a queue's ARN" },
    lambda: { shape: /^arn:aws:lambda:[^:]+:\d{12}:function:.+$/, expected: "a function's ARN" },
    email: { shape: /^[^@\s]+@[^@\s]+$/, expected: "an e-mail address" },
  };
  const { shape, expected } = shapes[protocol];
  if (!shape.test(endpoint))
    throw invalid(`Endpoint: got "${endpoint}"; expected ${expected} for protocol ${protocol}`);
}

function subscriptionElement(subscription: Subscription, owner: string): object {
  return {
    SubscriptionArn: subscription.confirmed ? subscription.arn : "PendingConfirmation",
    Owner: owner,
    Protocol: subscription.protocol,
    Endpoint: subscription.endpoint,
    TopicArn: subscription.topicArn,
  };
}

function invalid(message: string): AwsError {
  return new AwsError("InvalidParameter", `Invalid parameter: ${message}`);
}
