import type { CloudContext } from "../../core/service";
import { Queues, type QueueTotals } from "./queues";

/** What CloudWatch's AWS/SQS metrics are made of. */
export interface QueueStatistics extends Readonly<QueueTotals> {
  readonly queueName: string;
  readonly available: number;
  readonly inFlight: number;
  readonly delayed: number;
  /** The last call that named it, epoch milliseconds. */
  readonly usedAt: number;
  readonly createdAt: number;
  /** Milliseconds; 0 for an empty queue. */
  readonly oldestMessageAge: number;
}

const queuesOfCloud = new WeakMap<CloudContext, Queues>();

/** The queues of one cloud: its SQS service and whoever measures it see the same. */
export function queuesOf(context: CloudContext): Queues {
  const known = queuesOfCloud.get(context);
  if (known !== undefined) return known;
  const queues = new Queues(context);
  queuesOfCloud.set(context, queues);
  return queues;
}

/** The present numbers of each queue; totals count from the queue's creation. */
export function queueStatistics(context: CloudContext): readonly QueueStatistics[] {
  const now = context.clock.now();
  return queuesOf(context)
    .all()
    .map((queue) => ({
      queueName: queue.name,
      usedAt: queue.usedAt,
      createdAt: queue.createdAt,
      ...queue.totals,
      ...queue.messages.counts(now),
      oldestMessageAge: queue.messages.oldestAge(now),
    }));
}
