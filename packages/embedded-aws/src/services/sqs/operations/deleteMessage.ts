import { queueAccess } from "../access";
import { checkBatch, runBatch } from "../batch";
import type { Queue } from "../queues";
import { messageIdOf } from "../receiptHandle";
import type { Sqs } from "./parts";

export function deleteOperations({ context, queues, operation }: Sqs) {
  const deleteMessage = operation(
    "DeleteMessage",
    { supports: ["QueueUrl", "ReceiptHandle"] },
    ({ QueueUrl }) => queueAccess(queues.byUrl(QueueUrl), "DeleteMessage"),
    ({ QueueUrl, ReceiptHandle }) => remove(queues.byUrl(QueueUrl), ReceiptHandle),
  );

  const deleteMessageBatch = operation(
    "DeleteMessageBatch",
    { supports: ["QueueUrl", "Entries"] },
    ({ QueueUrl }) => queueAccess(queues.byUrl(QueueUrl), "DeleteMessage"),
    ({ QueueUrl, Entries }) => {
      const queue = queues.byUrl(QueueUrl);
      return runBatch(checkBatch(Entries), ({ ReceiptHandle }) => remove(queue, ReceiptHandle));
    },
  );

  /** A message that is gone already counts as deleted, so that a client may repeat itself. */
  function remove(queue: Queue, handle: string): object {
    const messageId = messageIdOf(queue, handle);
    const deleted = queue.messages.delete(context.clock.now(), messageId);
    if (deleted !== undefined) {
      queue.totals.deleted++;
      const { receiveCount } = deleted;
      context.events.publish({ type: "message-deleted", queueName: queue.name, messageId, receiveCount });
    }
    return {};
  }

  return { ...deleteMessage, ...deleteMessageBatch };
}
