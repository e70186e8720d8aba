import { type Aggregate, mergeAggregates } from "./statistics";

export interface Dimension {
  readonly Name: string;
  readonly Value: string;
}

/** What identifies a metric: two with different dimensions have nothing to do with each other. */
export interface MetricIdentity {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: readonly Dimension[];
}

export const MINUTE_MS = 60_000;

/** CloudWatch keeps one-minute datapoints for 15 days; so does this store. */
const RETENTION_MS = 15 * 24 * 60 * MINUTE_MS;

interface Metric {
  readonly identity: MetricIdentity;
  /** Aggregates by the start of their minute. */
  readonly minutes: Map<number, Aggregate>;
}

function keyOf(identity: MetricIdentity): string {
  const dimensions = identity.dimensions.map((d) => `${d.Name}\u0000${d.Value}`).sort();
  return [identity.namespace, identity.name, ...dimensions].join("\u0001");
}

/** Every metric's values, one aggregate a minute, for 15 days. */
export class MetricStore {
  readonly #metrics = new Map<string, Metric>();

  /** Adds `data` to the minute in which `at` (epoch milliseconds) falls. */
  put(identity: MetricIdentity, at: number, data: Aggregate): void {
    const key = keyOf(identity);
    const metric = this.#metrics.get(key) ?? { identity, minutes: new Map<number, Aggregate>() };
    this.#metrics.set(key, metric);
    const minute = Math.floor(at / MINUTE_MS) * MINUTE_MS;
    const before = metric.minutes.get(minute);
    metric.minutes.set(minute, before === undefined ? data : mergeAggregates(before, data));
    this.#forget(metric, minute - RETENTION_MS);
  }

  /** What the metric received from `start` (inclusive) to `end` (exclusive); undefined when nothing. */
  read(identity: MetricIdentity, start: number, end: number): Aggregate | undefined {
    const minutes = this.#metrics.get(keyOf(identity))?.minutes;
    if (minutes === undefined) return undefined;
    let total: Aggregate | undefined;
    for (let at = Math.ceil(start / MINUTE_MS) * MINUTE_MS; at < end; at += MINUTE_MS) {
      const minute = minutes.get(at);
      if (minute !== undefined) total = total === undefined ? minute : mergeAggregates(total, minute);
    }
    return total;
  }

  /** Every metric that has data, in the order of its first datapoint. */
  list(): readonly MetricIdentity[] {
    return [...this.#metrics.values()].map((metric) => metric.identity);
  }

  #forget(metric: Metric, before: number): void {
    // Minutes mostly arrive in order, so the oldest ones stand first.
    for (const minute of metric.minutes.keys()) {
      if (minute >= before) break;
      metric.minutes.delete(minute);
    }
  }
}
