import type { Random } from "../../core/random";
import type { CloudContext } from "../../core/service";
import type { QueueStatistics } from "../sqs/statistics";
import { MINUTE_MS } from "./metricStore";

/** SQS developer guide, "Available CloudWatch metrics for Amazon SQS". */
const ACTIVE_MS = 6 * 60 * MINUTE_MS;
const REACTIVATION_MS = 15 * MINUTE_MS;

/** Of which queues SQS reports just now: those with messages, or that somebody has called in six hours. */
export class QueueActivity {
  readonly #chance: Random;
  /** By name: from when an active queue is reported on; nothing for one that is not active. */
  readonly #reportedFrom = new Map<string, number>();

  constructor(private readonly context: Pick<CloudContext, "clock" | "conditions" | "chance">) {
    this.#chance = context.chance("lateQueueMetrics");
  }

  /** How late the metrics of a queue's minute come, in milliseconds; undefined when they do not come at all. */
  lateness(queue: QueueStatistics): number | undefined {
    if (!this.context.conditions.lateQueueMetrics) return 0;
    const now = this.context.clock.now();
    const messages = queue.available + queue.inFlight + queue.delayed;
    if (messages === 0 && queue.usedAt < now - ACTIVE_MS) {
      this.#reportedFrom.set(queue.queueName, Infinity);
      return undefined;
    }
    const known = this.#reportedFrom.get(queue.queueName);
    const isNew = known === undefined || queue.createdAt > now - MINUTE_MS;
    const from = isNew ? now : known === Infinity ? now + this.#chance.next() * REACTIVATION_MS : known;
    this.#reportedFrom.set(queue.queueName, from);
    return from > now ? undefined : this.#chance.next() * MINUTE_MS;
  }
}
