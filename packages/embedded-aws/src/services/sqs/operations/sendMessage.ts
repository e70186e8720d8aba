import { AwsError } from "../../../core/errors";
import type { Call } from "../../../core/service";
import type { Principal } from "../../../core/iam/principal";
import { checkKeyOf, queueAccess } from "../access";
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
import { checkPlaces, fifoPlace, standardPlace, type PlaceInput } from "../fifo";
import type { Queue } from "../queues";
import { countCall, type Sqs } from "./parts";

const messageMembers = [
  "MessageBody",
  "MessageGroupId",
  "MessageDeduplicationId",
  "DelaySeconds",
  ...attributeMembers("MessageAttributes"),
  ...attributeMembers("MessageSystemAttributes"),
] as const;

interface NewMessage extends PlaceInput {
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
      checkKeyOf(context, queue, call.caller, "send");
      countCall(queue, "SendMessage");
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
      checkPlaces(entries, queue.settings);
      checkKeyOf(context, queue, call.caller, "send");
      countCall(queue, "SendMessage");
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
    const { memory } = queue.fifo ?? {};
    const { deduplicationScope } = queue.settings;
    const place = memory === undefined ? undefined : fifoPlace(input, queue.settings);
    const group = memory === undefined ? standardPlace(input) : undefined;
    const bodyMd5 = md5OfBody(body);
    const answer = (messageId: string, sequenceNumber: string | undefined) => ({
      MessageId: messageId,
      MD5OfMessageBody: bodyMd5,
      ...(sequenceNumber === undefined ? {} : { SequenceNumber: sequenceNumber }),
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
    });
    // Accepted as if it were new, and never delivered.
    const duplicate = place && memory?.duplicateOf(place, deduplicationScope);
    if (duplicate !== undefined) return answer(duplicate.messageId, duplicate.sequenceNumber);
    const messageId = context.random.uuid();
    const sequenceNumber = place && memory?.remember(place, deduplicationScope, messageId).sequenceNumber;
    const now = context.clock.now();
    queue.messages.send(
      now,
      {
        messageId,
        body,
        bodyMd5,
        attributes,
        ...(traceHeader === undefined ? {} : { traceHeader }),
        ...place,
        ...group,
        ...(sequenceNumber === undefined ? {} : { sequenceNumber }),
        senderId: senderIdOf(call.caller),
        sentAt: now,
      },
      DelaySeconds === undefined || queue.settings.fifo ? queue.settings.delayMs : DelaySeconds * 1000,
    );
    queue.totals.sent++;
    context.events.publish({ type: "message-sent", queueName: queue.name, messageId, receiveCount: 0, body });
    return answer(messageId, sequenceNumber);
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
