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
 * Hands a message to one subscriber, once. What the subscriber refuses is lost, as in SNS without a redrive
 * policy; the refused call stands in the cloud's event stream.
 */
export async function deliver(
  context: CloudContext,
  topic: Topic,
  subscription: Subscription,
  notification: Notification,
): Promise<void> {
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
  }
}

function sqsMessage(
  context: CloudContext,
  subscription: Subscription,
  notification: Notification,
): Input<"sqs", "SendMessage"> {
  const [accountId = "", queueName = ""] = subscription.endpoint.split(":").slice(4);
  const QueueUrl = `${context.endpoint()}/${accountId}/${queueName}`;
  if (subscription.rawMessageDelivery) {
    const hasAttributes = Object.keys(notification.attributes).length > 0;
    return {
      QueueUrl,
      MessageBody: notification.message,
      ...(hasAttributes ? { MessageAttributes: notification.attributes } : {}),
    };
  }
  return {
    QueueUrl,
    MessageBody: JSON.stringify({ Type: "Notification", ...envelope(context, subscription, notification) }),
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
          MessageAttributes: attributesOf(notification),
        },
      },
    ],
  };
}

/** The members of a notification; signatures are left out, as nothing here has a key to sign with. */
function envelope(context: CloudContext, subscription: Subscription, notification: Notification): object {
  return {
    MessageId: notification.messageId,
    TopicArn: subscription.topicArn,
    ...(notification.subject === undefined ? {} : { Subject: notification.subject }),
    Message: notification.message,
    Timestamp: new Date(context.clock.now()).toISOString(),
    ...(Object.keys(notification.attributes).length === 0
      ? {}
      : { MessageAttributes: attributesOf(notification) }),
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
