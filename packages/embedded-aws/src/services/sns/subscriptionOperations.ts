import { pageOf } from "../../core/paging";
import { elsewhere, isOwnArn } from "../../core/ownArn";
import type { Call, CloudContext } from "../../core/service";
import { operationsOf, type Output } from "../../wire/operation";
import { invalidParameter, missingParameter } from "./errors";
import { topicAccess } from "./topicAccess";
import { byTopic, PROTOCOLS, type Subscription, type SubscriptionProtocol, type Topics } from "./topics";

const PAGE = 100;

const bySubscription = { supports: ["SubscriptionArn"] } as const;

/** The SNS API reference, Subscribe. */
const ALL_PROTOCOLS = [
  ...PROTOCOLS,
  ...["http", "https", "email-json", "sms", "application", "firehose"],
] as const;

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
        if (protocol !== "email" && !isOwnArn(context, endpoint)) throw elsewhere("The endpoint", endpoint);
        const subscription = topics.subscribe(topics.get(TopicArn), protocol, endpoint, Attributes);
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
            ...(subscription.attributes.FilterPolicy !== undefined && {
              FilterPolicyScope: "MessageAttributes",
            }),
            ...subscription.attributes,
            RawMessageDelivery: String(subscription.settings.rawMessageDelivery),
          },
        };
      },
    ),

    ...operation(
      "SetSubscriptionAttributes",
      { supports: ["SubscriptionArn", "AttributeName", "AttributeValue"] },
      onSubscription("SetSubscriptionAttributes"),
      ({ SubscriptionArn, AttributeName: name, AttributeValue: value = "" }) => {
        const { subscription } = topics.subscription(SubscriptionArn);
        const { [name]: _, ...others } = subscription.attributes;
        // An empty value, and an empty filter, take the present one away.
        const isEmpty = value === "" || (name === "FilterPolicy" && value.replace(/\s/g, "") === "{}");
        subscription.settings = topics.settings({ ...others, [name]: value });
        subscription.attributes = isEmpty ? others : { ...others, [name]: value };
        return {};
      },
    ),

    ...operation(
      "ListSubscriptions",
      { supports: ["NextToken"] },
      () => [{ action: "sns:ListSubscriptions", resource: "*" }],
      (input) => {
        const all = topics.list().flatMap((topic) => [...topic.subscriptions.values()]);
        const { items, next } = pageOf(all, input.NextToken, PAGE, "InvalidParameterException");
        return {
          Subscriptions: items.map((subscription) => subscriptionElement(subscription, context.accountId)),
          NextToken: next,
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

function checkEndpoint(protocol: SubscriptionProtocol, endpoint: string): void {
  const shapes = {
    sqs: { shape: /^arn:aws:sqs:[^:]+:\d{12}:[^:]+$/, expected: "a queue's ARN" },
    lambda: { shape: /^arn:aws:lambda:[^:]+:\d{12}:function:.+$/, expected: "a function's ARN" },
    email: { shape: /^[^@\s]+@[^@\s]+$/, expected: "an e-mail address" },
  };
  const { shape, expected } = shapes[protocol];
  // FifoTopic is not supported, so that every topic is a standard one.
  if (protocol === "sqs" && endpoint.endsWith(".fifo")) {
    throw invalidParameter(
      "Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics",
    );
  }
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
