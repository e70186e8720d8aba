import { createHash } from "node:crypto";
import { AwsError } from "../../core/errors";
import type { CloudContext } from "../../core/service";
import type { Principal } from "../../core/iam/principal";
import type { Input } from "../../wire/operation";
import type { Subscription, Topic } from "./topics";

export interface MessageAttribute {
  readonly DataType: string;
  readonly StringValue: string;
}

export interface Notification {
  readonly messageId: string;
  readonly subject?: string;
  readonly message: string;
  readonly attributes: Readonly<Record<string, MessageAttribute>>;
}

/**
 * Hands a message to one subscriber, once, if its filter lets it through. What the subscriber refuses goes to the
 * subscription's dead-letter queue, and is lost without one; the refused call stands in the cloud's event stream.
 */
export async function deliver(
  context: CloudContext,
  topic: Topic,
  subscription: Subscription,
  notification: Notification,
): Promise<void> {
  if (!subscription.settings.accepts(notification)) return;
  const caller: Principal = { kind: "service", service: "sns.amazonaws.com", sourceArn: topic.arn };
  try {
    switch (subscription.protocol) {
      case "sqs":
        await context.call("sqs", "SendMessage", sqsMessage(context, subscription, notification), caller);
        return;
      case "lambda": {
        const payload = Buffer.from(JSON.stringify(lambdaEvent(context, subscription, notification)));
        await context.call(
          "lambda",
          "Invoke",
          { FunctionName: subscription.endpoint, InvocationType: "Event", Payload: payload },
          caller,
        );
        return;
      }
      case "email":
        return;
    }
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    await deadLetter(context, subscription, notification, caller);
  }
}

/** The message as it would have come to a queue. */
async function deadLetter(
  context: CloudContext,
  subscription: Subscription,
  notification: Notification,
  caller: Principal,
): Promise<void> {
  const { deadLetterArn } = subscription.settings;
  if (deadLetterArn === undefined) return;
  const message = sqsMessage(context, { ...subscription, endpoint: deadLetterArn }, notification);
  await context.call("sqs", "SendMessage", message, caller).catch((error: unknown) => {
    if (!(error instanceof AwsError)) throw error;
  });
}

function sqsMessage(
  context: CloudContext,
  subscription: Subscription,
  notification: Notification,
): Input<"sqs", "SendMessage"> {
  const [accountId = "", queueName = ""] = subscription.endpoint.split(":").slice(4);
  const QueueUrl = `${context.endpoint()}/${accountId}/${queueName}`;
  if (subscription.settings.rawMessageDelivery) {
    const hasAttributes = Object.keys(notification.attributes).length > 0;
    return {
      QueueUrl,
      MessageBody: notification.message,
      ...(hasAttributes ? { MessageAttributes: notification.attributes } : {}),
    };
  }
  return {
    QueueUrl,
    MessageBody: JSON.stringify({
      Type: "Notification",
      ...envelope(context, subscription, notification),
      ...signature(context, subscription, notification, "URL"),
      ...withAttributes(notification),
    }),
  };
}

function lambdaEvent(context: CloudContext, subscription: Subscription, notification: Notification): object {
  return {
    Records: [
      {
        EventSource: "aws:sns",
        EventVersion: "1.0",
        EventSubscriptionArn: subscription.arn,
        Sns: {
          Type: "Notification",
          ...envelope(context, subscription, notification),
          ...signature(context, subscription, notification, "Url"),
          MessageAttributes: attributesOf(notification),
        },
      },
    ],
  };
}

/** The members of a notification that come first. */
function envelope(context: CloudContext, subscription: Subscription, notification: Notification): object {
  return {
    MessageId: notification.messageId,
    TopicArn: subscription.topicArn,
    ...(notification.subject === undefined ? {} : { Subject: notification.subject }),
    Message: notification.message,
    Timestamp: new Date(context.clock.now()).toISOString(),
  };
}

function withAttributes(notification: Notification): object {
  if (Object.keys(notification.attributes).length === 0) return {};
  return { MessageAttributes: attributesOf(notification) };
}

/**
 * The members that say who sent a message. The signature stands for the message and its id, but nobody can verify it:
 * AWS's private key is not here. Lambda's events write "Url" where SNS itself writes "URL".
 */
function signature(
  context: CloudContext,
  { arn, topicArn }: Subscription,
  { messageId, message }: Notification,
  url: "URL" | "Url",
): object {
  const digest = createHash("sha256")
    .update(JSON.stringify([topicArn, messageId, message]))
    .digest("base64");
  return {
    SignatureVersion: "1",
    Signature: digest,
    [`SigningCert${url}`]: `https://sns.${context.region}.amazonaws.com/SimpleNotificationService-0000000000000000000000000000000a.pem`,
    [`Unsubscribe${url}`]: `${context.endpoint()}/?Action=Unsubscribe&SubscriptionArn=${arn}`,
  };
}

function attributesOf(notification: Notification): object {
  return Object.fromEntries(
    Object.entries(notification.attributes).map(([name, { DataType: Type, StringValue: Value }]) => [
      name,
      { Type, Value },
    ]),
  );
}
