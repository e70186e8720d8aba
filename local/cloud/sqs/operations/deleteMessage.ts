import * as v from "valibot";
import { operation } from "../../core/service";
import { queueAccess } from "../access";
import { batchSchema, checkBatch, runBatch } from "../batch";
import type { Queue } from "../queues";
import { messageIdOf } from "../receiptHandle";
import type { Sqs } from "./parts";

export function deleteOperations({ context, queues }: Sqs) {
  const deleteMessage = operation(
    context,
    v.strictObject({ QueueUrl: v.string(), ReceiptHandle: v.string() }),
    ({ QueueUrl }) => queueAccess(queues.byUrl(QueueUrl), "DeleteMessage"),
    ({ QueueUrl, ReceiptHandle }) => remove(queues.byUrl(QueueUrl), ReceiptHandle),
  );

  const deleteMessageBatch = operation(
    context,
    batchSchema({ ReceiptHandle: v.string() }),
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

  return { DeleteMessage: deleteMessage, DeleteMessageBatch: deleteMessageBatch };
}
