import type { CloudContext } from "../../../core/service";
import type { operationsOf } from "../../../wire/operation";
import type { MoveTasks } from "../moveTasks";
import type { Queue, Queues } from "../queues";

/** What the operations of SQS work on. */
export interface Sqs {
  readonly context: CloudContext;
  readonly queues: Queues;
  readonly moveTasks: MoveTasks;
  readonly operation: ReturnType<typeof operationsOf<"sqs">>;
}

/** Counts a call of "SendMessage", "ReceiveMessage" or "DeleteMessage", or a batch of it, against a FIFO queue's quota. */
export function countCall(queue: Queue, action: string): void {
  if (queue.settings.highThroughput !== true) queue.fifo?.memory.count(action);
}
