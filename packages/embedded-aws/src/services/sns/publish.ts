import { AwsError } from "../../core/errors";
import type { Principal } from "../../core/iam/principal";
import type { CloudContext } from "../../core/service";
import { operationsOf, type Supported } from "../../wire/operation";
import { authorizeUseOfKey } from "../kms/useOfKey";
import { deliver } from "./delivery";
import { invalidParameter, missingParameter } from "./errors";
import { attributesOf, bytesOf, type GivenAttributes } from "./messageAttributes";
import { textsOf } from "./messageStructure";
import { topicAccess } from "./topicAccess";
import { topicArnRule, type Topic, type Topics } from "./topics";

/** Publish, SNS API reference: bytes of a message with its attributes; characters of a subject. */
const MOST_BYTES = 262_144;
const SUBJECT = /^[\x20-\x7e]{1,100}$/;

const input = {
  supports: [
    ...(["TopicArn", "TargetArn", "Message", "MessageStructure", "Subject"] as const),
    ...(["MessageAttributes.DataType", "MessageAttributes.StringValue"] as const),
  ],
  rules: { TopicArn: topicArnRule, TargetArn: topicArnRule, Subject: { pattern: SUBJECT } },
} as const;
type Input = Supported<"sns", "Publish", (typeof input.supports)[number]>;
type MessageInput = Pick<Input, "Message" | "MessageStructure" | "Subject" | "MessageAttributes">;

export function publish(context: CloudContext, topics: Topics) {
  const on = topicAccess(topics, context.accountId);
  const operation = operationsOf("sns", context);
  const mostBytes = () => (context.conditions.payloadLimits ? MOST_BYTES : Infinity);

  function checkKeyOf(topic: Topic, caller: Principal): void {
    const keyId = topic.attributes.get("KmsMasterKeyId");
    if (keyId !== undefined) authorizeUseOfKey(context, keyId, caller, "sns");
  }

  /** Checks a message and hands it to the topic's subscribers; returns its id. */
  function send(topic: Topic, { Subject: subject, MessageAttributes, ...given }: MessageInput): string {
    checkMessage(given.Message, bytesOf(given.Message, MessageAttributes), mostBytes());
    const texts = textsOf(given);
    const message = texts("default");
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
    for (const subscription of topic.subscriptions.values()) {
      const text = texts(subscription.protocol);
      const notification = { messageId, ...withSubject, message: text, attributes };
      void context.clock.busy(deliver(context, topic, subscription, notification));
    }
    return messageId;
  }

  const publishOne = operation(
    "Publish",
    input,
    ({ TopicArn, TargetArn: arn = TopicArn }, call) => {
      // AWS's model leaves it open: a message may go to a phone number or a device instead.
      if (arn === undefined) throw missingParameter("TopicArn or TargetArn");
      return on("Publish", arn, call);
    },
    ({ TopicArn = "", TargetArn: arn = TopicArn, ...message }, { caller }) => {
      const topic = topics.get(arn);
      checkKeyOf(topic, caller);
      return { MessageId: send(topic, message) };
    },
  );

  const publishBatch = operation(
    "PublishBatch",
    {
      supports: [
        "TopicArn",
        "PublishBatchRequestEntries.Id",
        "PublishBatchRequestEntries.Message",
        "PublishBatchRequestEntries.MessageStructure",
        "PublishBatchRequestEntries.Subject",
        "PublishBatchRequestEntries.MessageAttributes.DataType",
        "PublishBatchRequestEntries.MessageAttributes.StringValue",
      ],
      rules: { TopicArn: topicArnRule },
    },
    (input, call) => on("Publish", input.TopicArn, call),
    ({ TopicArn, PublishBatchRequestEntries: entries }, { caller }) => {
      const topic = topics.get(TopicArn);
      checkEntries(entries, mostBytes());
      // As AWS does: one entry without a text for everybody refuses the batch.
      for (const entry of entries) textsOf(entry);
      checkKeyOf(topic, caller);
      const Successful: { Id: string; MessageId: string }[] = [];
      const Failed: { Id: string; Code: string; Message: string; SenderFault: boolean }[] = [];
      for (const { Id, ...message } of entries) {
        try {
          if (message.Subject !== undefined && !SUBJECT.test(message.Subject))
            throw invalidParameter("Subject");
          const MessageId = send(topic, message);
          Successful.push({ Id, MessageId });
        } catch (error) {
          if (!(error instanceof AwsError)) throw error;
          Failed.push({
            Id,
            Code: error.code.replace(/Exception$/, ""),
            Message: error.message,
            SenderFault: true,
          });
        }
      }
      return { Successful, Failed };
    },
  );

  return { ...publishOne, ...publishBatch };
}

/** SNS API reference, PublishBatch: 1 to 10 entries with ids of their own, 256 KB together. */
function checkEntries(
  entries: readonly {
    readonly Id: string;
    readonly Message: string;
    readonly MessageAttributes?: GivenAttributes;
  }[],
  mostBytes: number,
): void {
  if (entries.length === 0) {
    throw new AwsError("EmptyBatchRequestException", "The batch request doesn't contain any entries.");
  }
  if (entries.length > 10) {
    throw new AwsError(
      "TooManyEntriesInBatchRequestException",
      `The batch request contains more entries than permissible: got ${entries.length}; expected at most 10.`,
    );
  }
  const wrong = entries.find(({ Id }) => !/^[A-Za-z0-9_-]{1,80}$/.test(Id));
  if (wrong !== undefined) {
    throw new AwsError(
      "InvalidBatchEntryIdException",
      `The Id of a batch entry in a batch request doesn't abide by the specification: got "${wrong.Id}".`,
    );
  }
  if (new Set(entries.map(({ Id }) => Id)).size < entries.length) {
    throw new AwsError(
      "BatchEntryIdsNotDistinctException",
      "Two or more batch entries in the request have the same Id.",
    );
  }
  const bytes = entries.reduce((sum, entry) => sum + bytesOf(entry.Message, entry.MessageAttributes), 0);
  if (bytes > mostBytes) {
    throw new AwsError(
      "BatchRequestTooLongException",
      `The length of all the batch messages put together is more than the limit: got ${bytes} bytes; expected at most ${mostBytes}.`,
    );
  }
}

function checkMessage(message: string, bytes: number, mostBytes: number): void {
  if (message === "") throw invalidParameter("Empty message");
  if (bytes > mostBytes) {
    throw invalidParameter(`Message too long. Got ${bytes} bytes; expected at most ${mostBytes}.`);
  }
}
