import { AwsError } from "../../../core/errors";
import { checkKeyOf, queueAccess } from "../access";
import { numericAttributes } from "../attributes";
import { checkRange, queueDoesNotExist, unknownAttribute } from "../errors";
import { longPoll } from "../longPoll";
import { md5OfAttributes } from "../md5";
import type { Delivery } from "../message";
import { selectMessageAttributes } from "../messageAttributes";
import type { Queue } from "../queues";
import { receiptHandle } from "../receiptHandle";
import { standardReceive } from "../fifo";
import { countCall, type Sqs } from "./parts";

const systemAttributes: Readonly<Record<string, (delivery: Delivery) => string | undefined>> = {
  SenderId: ({ content }) => content.senderId,
  SentTimestamp: ({ content }) => String(Math.floor(content.sentAt)),
  // Over all queues, as the SQS API reference has it: `ReceiveMessage`.
  ApproximateReceiveCount: ({ content, receiveCount }) =>
    String((content.earlierReceives ?? 0) + receiveCount),
  ApproximateFirstReceiveTimestamp: ({ firstReceivedAt }) => String(Math.floor(firstReceivedAt)),
  AWSTraceHeader: ({ content }) => content.traceHeader,
  DeadLetterQueueSourceArn: ({ content }) => content.deadLetterSourceArn,
  SequenceNumber: ({ content }) => content.sequenceNumber,
  MessageDeduplicationId: ({ content }) => content.messageDeduplicationId,
  MessageGroupId: ({ content }) => content.messageGroupId,
};

const systemAttributeNames = Object.keys(systemAttributes);

/** What clients from before `MessageSystemAttributeNames` send, deprecated in AWS's model; SQS honours both. */
interface FormerInput {
  readonly AttributeNames?: readonly string[] | undefined;
}

export function receiveOperations({ context, queues, operation }: Sqs) {
  const receiveMessage = operation(
    "ReceiveMessage",
    {
      supports: [
        "QueueUrl",
        // The former name of MessageSystemAttributeNames.
        "AttributeNames",
        "MessageSystemAttributeNames",
        "MessageAttributeNames",
        "MaxNumberOfMessages",
        "VisibilityTimeout",
        "WaitTimeSeconds",
        "ReceiveRequestAttemptId",
      ],
    },
    ({ QueueUrl }) => queueAccess(queues.byUrl(QueueUrl), "ReceiveMessage"),
    async (input, call) => {
      const queue = queues.byUrl(input.QueueUrl);
      const { MaxNumberOfMessages = 1, VisibilityTimeout, WaitTimeSeconds } = input;
      checkRange("MaxNumberOfMessages", MaxNumberOfMessages, 1, 10);
      checkOptional("VisibilityTimeout", VisibilityTimeout, numericAttributes.VisibilityTimeout);
      checkOptional("WaitTimeSeconds", WaitTimeSeconds, numericAttributes.ReceiveMessageWaitTimeSeconds);
      const { AttributeNames = [] }: FormerInput = input;
      const { MessageSystemAttributeNames = [] } = input;
      const wantedSystem = systemNames([...AttributeNames, ...MessageSystemAttributeNames]);
      const { ReceiveRequestAttemptId: attemptId } = input;
      if (!queue.settings.fifo) standardReceive(attemptId);
      checkKeyOf(context, queue, call.caller, "receive");
      countCall(queue, "ReceiveMessage");
      const waitMs = WaitTimeSeconds === undefined ? queue.settings.waitTimeMs : WaitTimeSeconds * 1000;

      const deliveries = await longPoll({ clock: context.clock, queue, waitMs, signal: call.signal }, () => {
        if (!queues.has(queue)) throw queueDoesNotExist(`${queue.name} was deleted meanwhile`);
        if (waitMs === 0) checkInFlight(queue);
        const repeated = attemptId === undefined ? undefined : repeat(queue, attemptId, VisibilityTimeout);
        if (repeated !== undefined) return repeated;
        const received = receive(queue, MaxNumberOfMessages, VisibilityTimeout);
        if (received.length === 0) return undefined;
        if (attemptId !== undefined) queue.fifo?.memory.rememberAttempt(attemptId, received);
        return received;
      });
      if (deliveries === undefined) {
        queue.totals.emptyReceives++;
        return {};
      }
      return {
        Messages: deliveries.map((delivery) =>
          describe(queue, delivery, wantedSystem, input.MessageAttributeNames ?? []),
        ),
      };
    },
  );

  /** The same messages as at an attempt of the same id, as long as nothing has become of them since. */
  function repeat(queue: Queue, attemptId: string, visibilityTimeout: number | undefined) {
    const deliveries = queue.fifo?.memory.attempt(attemptId);
    if (queue.fifo === undefined || deliveries === undefined) return undefined;
    const timeoutMs =
      visibilityTimeout === undefined ? queue.settings.visibilityTimeoutMs : visibilityTimeout * 1000;
    return queue.fifo.messages.repeat(context.clock.now(), deliveries, timeoutMs) ? deliveries : undefined;
  }

  /** Only a short poll of a standard queue is told; others just get nothing: SQS API reference, ReceiveMessage. */
  function checkInFlight(queue: Queue): void {
    if (queue.settings.fifo) return;
    const { maxInFlight } = queue.messages;
    if (queue.messages.counts(context.clock.now()).inFlight < maxInFlight) return;
    throw new AwsError(
      "OverLimit",
      `The queue ${queue.name} has ${maxInFlight} messages in flight, the most that a standard queue may have; delete messages that are done.`,
      403,
    );
  }

  function receive(queue: Queue, max: number, visibilityTimeout: number | undefined): readonly Delivery[] {
    const now = context.clock.now();
    const { redrivePolicy, visibilityTimeoutMs } = queue.settings;
    const deadLetterQueue =
      redrivePolicy === undefined ? undefined : queues.byArn(redrivePolicy.deadLetterTargetArn);
    const { deliveries, exhausted } = queue.messages.receive(now, {
      max,
      visibilityTimeoutMs: visibilityTimeout === undefined ? visibilityTimeoutMs : visibilityTimeout * 1000,
      // Without a dead-letter queue to go to, a message stays rather than being lost.
      ...(redrivePolicy === undefined || deadLetterQueue === undefined
        ? {}
        : { maxReceiveCount: redrivePolicy.maxReceiveCount }),
    });
    for (const { content, receiveCount } of exhausted) {
      deadLetterQueue?.messages.send(now, {
        ...content,
        deadLetterSourceArn: queue.arn,
        earlierReceives: (content.earlierReceives ?? 0) + receiveCount,
      });
      context.events.publish({
        type: "message-dead-lettered",
        queueName: queue.name,
        messageId: content.messageId,
        receiveCount,
        ...(deadLetterQueue !== undefined && { deadLetterQueueName: deadLetterQueue.name }),
      });
    }
    if (exhausted.length > 0) deadLetterQueue?.arrivals.announce();
    queue.totals.received += deliveries.length;
    for (const { content, receiveCount } of deliveries) {
      context.events.publish({
        type: "message-received",
        queueName: queue.name,
        messageId: content.messageId,
        receiveCount,
      });
    }
    return deliveries;
  }

  return { ...receiveMessage };
}

function checkOptional(name: string, value: number | undefined, limits: { min: number; max: number }): void {
  if (value !== undefined) checkRange(name, value, limits.min, limits.max);
}

function systemNames(asked: readonly string[]): readonly string[] {
  for (const name of asked) {
    if (name !== "All" && !Object.hasOwn(systemAttributes, name)) throw unknownAttribute(name);
  }
  return asked.includes("All") ? systemAttributeNames : asked;
}

function describe(
  queue: Queue,
  delivery: Delivery,
  wantedSystem: readonly string[],
  wantedAttributes: readonly string[],
) {
  const { content, deliveryNumber } = delivery;
  const system: Record<string, string> = {};
  for (const name of wantedSystem) {
    const value = systemAttributes[name]?.(delivery);
    if (value !== undefined) system[name] = value;
  }
  const attributes = selectMessageAttributes(content.attributes, wantedAttributes);
  return {
    MessageId: content.messageId,
    ReceiptHandle: receiptHandle(queue, content.messageId, deliveryNumber),
    MD5OfBody: content.bodyMd5,
    Body: content.body,
    ...(Object.keys(system).length === 0 ? {} : { Attributes: system }),
    ...(Object.keys(attributes).length === 0
      ? {}
      : { MessageAttributes: attributes, MD5OfMessageAttributes: md5OfAttributes(attributes) }),
  };
}
