import { queueAccess } from "../access";
import { checkBatch, runBatch } from "../batch";
import type { Queue } from "../queues";
import { invalidParameter } from "../errors";
import { countCall } from "./parts";
import { deliveryOf } from "../receiptHandle";
import type { Sqs } from "./parts";

export function deleteOperations({ context, queues, operation }: Sqs) {
  const deleteMessage = operation(
    "DeleteMessage",
    { supports: ["QueueUrl", "ReceiptHandle"] },
    ({ QueueUrl }) => queueAccess(queues.byUrl(QueueUrl), "DeleteMessage"),
    ({ QueueUrl, ReceiptHandle }) => {
      const queue = queues.byUrl(QueueUrl);
      countCall(queue, "DeleteMessage");
      return remove(queue, ReceiptHandle);
    },
  );

  const deleteMessageBatch = operation(
    "DeleteMessageBatch",
    { supports: ["QueueUrl", "Entries"] },
    ({ QueueUrl }) => queueAccess(queues.byUrl(QueueUrl), "DeleteMessage"),
    ({ QueueUrl, Entries }) => {
      const queue = queues.byUrl(QueueUrl);
      countCall(queue, "DeleteMessage");
      return runBatch(checkBatch(Entries), ({ ReceiptHandle }) => remove(queue, ReceiptHandle));
    },
  );

  /** A message that is gone already counts as deleted, so that a client may repeat itself. */
  function remove(queue: Queue, handle: string): object {
    const { messageId, deliveryNumber } = deliveryOf(queue, handle);
    const deleted = queue.messages.delete(context.clock.now(), messageId, deliveryNumber);
    if (deleted === "expired") {
      throw invalidParameter(
        `Value ${handle} for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.`,
      );
    }
    if (deleted !== undefined) {
      // Its group may go on.
      if (queue.settings.fifo) queue.arrivals.announce();
      queue.totals.deleted++;
      const { receiveCount } = deleted;
      context.events.publish({ type: "message-deleted", queueName: queue.name, messageId, receiveCount });
    }
    return {};
  }

  return { ...deleteMessage, ...deleteMessageBatch };
}
