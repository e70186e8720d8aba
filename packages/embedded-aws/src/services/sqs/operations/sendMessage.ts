import { AwsError } from "../../../core/errors";
import type { Call } from "../../../core/service";
import type { Principal } from "../../../core/iam/principal";
import { queueAccess } from "../access";
import { maxMessageBytes, numericAttributes } from "../attributes";
import { checkBatch, inEntries, runBatch } from "../batch";
import { checkRange, invalidParameter, missingParameter } from "../errors";
import { md5OfAttributes, md5OfBody } from "../md5";
import {
  checkCharacters,
  attributeMembers,
  parseMessageAttributes,
  parseTraceHeader,
  sizeOfAttributes,
  type RawAttributes,
} from "../messageAttributes";
import type { Queue } from "../queues";
import type { Sqs } from "./parts";

const messageMembers = [
  "MessageBody",
  "DelaySeconds",
  ...attributeMembers("MessageAttributes"),
  ...attributeMembers("MessageSystemAttributes"),
] as const;

interface NewMessage {
  readonly MessageBody: string;
  readonly DelaySeconds?: number | undefined;
  readonly MessageAttributes?: RawAttributes | undefined;
  readonly MessageSystemAttributes?: RawAttributes | undefined;
}

export function sendOperations({ context, queues, operation }: Sqs) {
  const sendMessage = operation(
    "SendMessage",
    { supports: ["QueueUrl", ...messageMembers] },
    ({ QueueUrl }) => queueAccess(queues.byUrl(QueueUrl), "SendMessage"),
    (input, call) => {
      const queue = queues.byUrl(input.QueueUrl);
      const sent = send(queue, input, call);
      queue.arrivals.announce();
      return sent;
    },
  );

  const sendMessageBatch = operation(
    "SendMessageBatch",
    { supports: ["QueueUrl", "Entries.Id", ...inEntries(messageMembers)] },
    ({ QueueUrl }) => queueAccess(queues.byUrl(QueueUrl), "SendMessage"),
    ({ QueueUrl, Entries }, call) => {
      const queue = queues.byUrl(QueueUrl);
      const entries = checkBatch(Entries);
      const bytes = entries.reduce((sum, entry) => sum + sizeOf(entry), 0);
      if (bytes > maxMessageBytes) {
        throw new AwsError(
          "BatchRequestTooLong",
          `Batch requests cannot be longer than ${maxMessageBytes} bytes. You have sent ${bytes} bytes.`,
        );
      }
      const results = runBatch(entries, (entry) => send(queue, entry, call));
      queue.arrivals.announce();
      return results;
    },
  );

  function send(queue: Queue, input: NewMessage, call: Call) {
    const { MessageBody: body, DelaySeconds } = input;
    if (body === "") throw missingParameter("MessageBody");
    const { min, max } = numericAttributes.DelaySeconds;
    if (DelaySeconds !== undefined) checkRange("DelaySeconds", DelaySeconds, min, max);
    checkCharacters(body, "message body");
    const attributes = parseMessageAttributes(input.MessageAttributes);
    const traceHeader = parseTraceHeader(input.MessageSystemAttributes);
    if (sizeOf(input) > queue.settings.maxMessageBytes) {
      throw invalidParameter(
        `One or more parameters are invalid. Reason: Message must be shorter than ${queue.settings.maxMessageBytes} bytes; got ${sizeOf(input)}.`,
      );
    }
    const messageId = context.random.uuid();
    const now = context.clock.now();
    const bodyMd5 = md5OfBody(body);
    queue.messages.send(
      now,
      {
        messageId,
        body,
        bodyMd5,
        attributes,
        ...(traceHeader === undefined ? {} : { traceHeader }),
        senderId: senderIdOf(call.caller),
        sentAt: now,
      },
      DelaySeconds === undefined ? queue.settings.delayMs : DelaySeconds * 1000,
    );
    queue.totals.sent++;
    context.events.publish({ type: "message-sent", queueName: queue.name, messageId, receiveCount: 0 });
    return {
      MessageId: messageId,
      MD5OfMessageBody: bodyMd5,
      ...(Object.keys(attributes).length === 0
        ? {}
        : { MD5OfMessageAttributes: md5OfAttributes(attributes) }),
      ...(traceHeader === undefined
        ? {}
        : {
            MD5OfMessageSystemAttributes: md5OfAttributes({
              AWSTraceHeader: { DataType: "String", StringValue: traceHeader },
            }),
          }),
    };
  }

  return { ...sendMessage, ...sendMessageBatch };
}

/** Body and attributes; the trace header does not count: SQS developer guide, message system attributes. */
function sizeOf({ MessageBody, MessageAttributes }: NewMessage): number {
  return Buffer.byteLength(MessageBody) + sizeOfAttributes(MessageAttributes);
}

function senderIdOf(caller: Principal): string {
  switch (caller.kind) {
    case "administrator":
      return caller.accountId;
    case "role":
      return `${caller.roleName}:${caller.sessionName}`;
    case "service":
      return caller.service;
  }
}
