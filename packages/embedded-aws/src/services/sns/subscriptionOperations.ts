import { pageOf } from "../../core/paging";
import type { Call, CloudContext } from "../../core/service";
import { operationsOf, type Output } from "../../wire/operation";
import { checkAttributeName, invalidParameter, missingParameter } from "./errors";
import { topicAccess } from "./topicAccess";
import { byTopic, PROTOCOLS, type Subscription, type SubscriptionProtocol, type Topics } from "./topics";

const PAGE = 100;

const bySubscription = { supports: ["SubscriptionArn"] } as const;

/** The SNS API reference, Subscribe. */
const ALL_PROTOCOLS = [
  ...PROTOCOLS,
  ...["http", "https", "email-json", "sms", "application", "firehose"],
] as const;
const OTHER_ATTRIBUTES =
  /^(DeliveryPolicy|FilterPolicy|FilterPolicyScope|RedrivePolicy|ReplayPolicy|SubscriptionRoleArn)$/;

export function subscriptionOperations(context: CloudContext, topics: Topics) {
  const on = topicAccess(topics, context.accountId);
  const onTopic = (action: string) => (input: { readonly TopicArn: string }, call: Call) =>
    on(action, input.TopicArn, call);
  const onSubscription = (action: string) => (input: { readonly SubscriptionArn: string }, call: Call) =>
    on(action, input.SubscriptionArn.split(":").slice(0, 6).join(":"), call);
  const operation = operationsOf("sns", context);

  return {
    ...operation(
      "Subscribe",
      {
        supports: ["TopicArn", "Protocol", "Endpoint", "Attributes", "ReturnSubscriptionArn"],
        rules: { ...byTopic.rules, Protocol: { oneOf: ALL_PROTOCOLS, supported: PROTOCOLS } },
      },
      onTopic("Subscribe"),
      ({ TopicArn, Protocol, Endpoint: endpoint, Attributes = {}, ReturnSubscriptionArn: wantsArn }) => {
        const protocol = Protocol as SubscriptionProtocol;
        if (endpoint === undefined) throw missingParameter("Endpoint");
        checkEndpoint(protocol, endpoint);
        const raw = rawMessageDelivery(Attributes);
        const subscription = topics.subscribe(topics.get(TopicArn), protocol, endpoint, raw);
        return {
          SubscriptionArn:
            subscription.confirmed || wantsArn === true ? subscription.arn : "pending confirmation",
        };
      },
    ),

    ...operation("Unsubscribe", bySubscription, onSubscription("Unsubscribe"), (input) => {
      const { topic, subscription } = topics.subscription(input.SubscriptionArn);
      topic.subscriptions.delete(subscription.arn);
      return {};
    }),

    ...operation(
      "GetSubscriptionAttributes",
      bySubscription,
      onSubscription("GetSubscriptionAttributes"),
      (input) => {
        const { subscription } = topics.subscription(input.SubscriptionArn);
        return {
          Attributes: {
            SubscriptionArn: subscription.arn,
            TopicArn: subscription.topicArn,
            Protocol: subscription.protocol,
            Endpoint: subscription.endpoint,
            Owner: context.accountId,
            PendingConfirmation: String(!subscription.confirmed),
            RawMessageDelivery: String(subscription.rawMessageDelivery),
          },
        };
      },
    ),

    ...operation(
      "ListSubscriptionsByTopic",
      { supports: ["TopicArn", "NextToken"], rules: byTopic.rules },
      onTopic("ListSubscriptionsByTopic"),
      (input) => {
        const all = [...topics.get(input.TopicArn).subscriptions.values()];
        const { items, next } = pageOf(all, input.NextToken, PAGE, "InvalidParameterException");
        return {
          Subscriptions: items.map((subscription) => subscriptionElement(subscription, context.accountId)),
          NextToken: next,
        };
      },
    ),
  };
}

function rawMessageDelivery(attributes: Readonly<Record<string, string>>): boolean {
  for (const [name, value] of Object.entries(attributes)) {
    checkAttributeName(name, "subscription", ["RawMessageDelivery"], OTHER_ATTRIBUTES);
    if (value !== "true" && value !== "false") {
      throw invalidParameter(`Attributes Reason: ${name}: got ${value}; expected true or false`);
    }
  }
  return attributes.RawMessageDelivery === "true";
}

function checkEndpoint(protocol: SubscriptionProtocol, endpoint: string): void {
  const shapes = {
    sqs: { shape: /^arn:aws:sqs:[^:]+:\d{12}:[^:]+$/, expected: "a queue's ARN" },
    lambda: { shape: /^arn:aws:lambda:[^:]+:\d{12}:function:.+$/, expected: "a function's ARN" },
    email: { shape: /^[^@\s]+@[^@\s]+$/, expected: "an e-mail address" },
  };
  const { shape, expected } = shapes[protocol];
  if (!shape.test(endpoint))
    throw invalidParameter(
      `Endpoint Reason: got "${endpoint}"; expected ${expected} for protocol ${protocol}`,
    );
}

function subscriptionElement(
  subscription: Subscription,
  owner: string,
): NonNullable<Output<"sns", "ListSubscriptionsByTopic">["Subscriptions"]>[number] {
  return {
    SubscriptionArn: subscription.confirmed ? subscription.arn : "PendingConfirmation",
    Owner: owner,
    Protocol: subscription.protocol,
    Endpoint: subscription.endpoint,
    TopicArn: subscription.topicArn,
  };
}
