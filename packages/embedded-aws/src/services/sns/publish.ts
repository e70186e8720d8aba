import { AwsError } from "../../core/errors";
import { recordOf } from "../../core/record";
import type { CloudContext } from "../../core/service";
import { operationsOf, type Supported } from "../../wire/operation";
import { authorizeUseOfKey } from "../kms/useOfKey";
import { deliver, type MessageAttribute } from "./delivery";
import { invalidParameter, missingParameter } from "./errors";
import { topicAccess } from "./topicAccess";
import { topicArnRule, type Topics } from "./topics";

/** Publish, SNS API reference: bytes of a message; characters of a subject. */
const MOST_BYTES = 262_144;
const SUBJECT = /^[\x20-\x7e]{1,100}$/;

const input = {
  supports: ["TopicArn", "Message", "Subject", "MessageAttributes.DataType", "MessageAttributes.StringValue"],
  rules: { TopicArn: topicArnRule, Subject: { pattern: SUBJECT } },
} as const;
type Input = Supported<"sns", "Publish", (typeof input.supports)[number]>;

export function publish(context: CloudContext, topics: Topics) {
  const on = topicAccess(topics, context.accountId);
  return operationsOf("sns", context)(
    "Publish",
    input,
    ({ TopicArn: arn }, call) => {
      // AWS's model leaves it open: a message may go to a phone number or a device instead.
      if (arn === undefined) throw missingParameter("TopicArn or TargetArn");
      return on("Publish", arn, call);
    },
    async ({ TopicArn: arn = "", Message: message, Subject: subject, MessageAttributes }, { caller }) => {
      const topic = topics.get(arn);
      const keyId = topic.attributes.get("KmsMasterKeyId");
      if (keyId !== undefined) await authorizeUseOfKey(context, keyId, caller, "sns");
      checkMessage(message, context.conditions.payloadLimits ? MOST_BYTES : Infinity);
      const attributes = attributesOf(MessageAttributes);
      const messageId = context.random.uuid();
      const withSubject = subject === undefined ? {} : { subject };
      context.events.publish({
        type: "notification-published",
        topicArn: topic.arn,
        messageId,
        ...withSubject,
        message,
      });
      const notification = { messageId, ...withSubject, message, attributes };
      for (const subscription of topic.subscriptions.values()) {
        void context.clock.busy(deliver(context, topic, subscription, notification));
      }
      return { MessageId: messageId };
    },
  );
}

function checkMessage(message: string, mostBytes: number): void {
  if (message === "") throw invalidParameter("Empty message");
  const bytes = Buffer.byteLength(message);
  if (bytes > mostBytes) {
    throw invalidParameter(`Message too long. Got ${bytes} bytes; expected at most ${mostBytes}.`);
  }
}

function attributesOf(given: Input["MessageAttributes"] = {}): Readonly<Record<string, MessageAttribute>> {
  return recordOf(
    Object.entries(given).map(([name, { DataType, StringValue = "" }]) => {
      if (StringValue === "") {
        throw new AwsError(
          "InvalidParameterValueException",
          `The message attribute '${name}' must contain non-empty message attribute value for message attribute type '${DataType}'.`,
        );
      }
      return [name, { DataType, StringValue }] as const;
    }),
  );
}
