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

/** The unit of data that was put without one. */
const NO_UNIT = "None";

const SECOND_MS = 1000;
export const MINUTE_MS = 60_000;

/** "GetMetricStatistics": one-minute datapoints are kept for 15 days, those of high resolution for 3 hours. */
export const RETENTION_MS = 15 * 24 * 60 * MINUTE_MS;
const FINE_RETENTION_MS = 3 * 60 * MINUTE_MS;

/** The data of one metric in one unit: AWS keeps units apart, and converts none into another. */
interface Line {
  /** Aggregates by the start of their minute. */
  readonly minutes: Map<number, Aggregate>;
  /** By the second, with data of standard resolution at the start of its minute; once there is finer data. */
  seconds: Map<number, Aggregate> | undefined;
}

interface Metric {
  readonly identity: MetricIdentity;
  readonly byUnit: Map<string, Line>;
}

const keys = new WeakMap<MetricIdentity, string>();

/** A metric is read once for each period that is asked for: its key is made once. */
function keyOf(identity: MetricIdentity): string {
  const known = keys.get(identity);
  if (known !== undefined) return known;
  const dimensions = identity.dimensions.map((d) => `${d.Name}\u0000${d.Value}`).sort();
  const key = [identity.namespace, identity.name, ...dimensions].join("\u0001");
  keys.set(identity, key);
  return key;
}

/** Every metric's values: one aggregate a minute and unit for 15 days, and one a second where it was put so. */
export class MetricStore {
  readonly #metrics = new Map<string, Metric>();

  /**
   * Adds `data` to the minute in which `at` (epoch milliseconds) falls, and to the second if it is of high resolution.
   */
  put(identity: MetricIdentity, at: number, data: Aggregate, unit = NO_UNIT, resolution: 1 | 60 = 60): void {
    const key = keyOf(identity);
    const metric = this.#metrics.get(key) ?? { identity, byUnit: new Map<string, Line>() };
    this.#metrics.set(key, metric);
    const line = metric.byUnit.get(unit) ?? { minutes: new Map<number, Aggregate>(), seconds: undefined };
    metric.byUnit.set(unit, line);
    const minute = Math.floor(at / MINUTE_MS) * MINUTE_MS;
    add(line.minutes, minute, data);
    forget(line.minutes, minute - RETENTION_MS);
    if (resolution === 1) line.seconds ??= new Map<number, Aggregate>();
    if (line.seconds === undefined) return;
    const second = resolution === 1 ? Math.floor(at / SECOND_MS) * SECOND_MS : minute;
    add(line.seconds, second, data);
    forget(line.seconds, second - FINE_RETENTION_MS);
  }

  /**
   * What the metric received from `start` (inclusive) to `end` (exclusive), in `unit` or in whichever; undefined when
   * nothing. Times that are no full minutes ask for data of high resolution: other data lies at its minute's start.
   */
  read(identity: MetricIdentity, start: number, end: number, unit?: string): Aggregate | undefined {
    const lines = this.#metrics.get(keyOf(identity))?.byUnit;
    if (lines === undefined) return undefined;
    let total: Aggregate | undefined;
    for (const line of unit === undefined ? lines.values() : [lines.get(unit)]) {
      const data = line === undefined ? undefined : readLine(line, start, end);
      if (data !== undefined) total = total === undefined ? data : mergeAggregates(total, data);
    }
    return total;
  }

  /** The units in which the metric was put. */
  unitsOf(identity: MetricIdentity): readonly string[] {
    return [...(this.#metrics.get(keyOf(identity))?.byUnit.keys() ?? [])];
  }

  /** Every metric that has data, in the order of its first datapoint. */
  list(): readonly MetricIdentity[] {
    return [...this.#metrics.values()].map((metric) => metric.identity);
  }
}

function readLine(line: Line, start: number, end: number): Aggregate | undefined {
  const isFine = start % MINUTE_MS !== 0 || end % MINUTE_MS !== 0;
  const [data, step] =
    isFine && line.seconds !== undefined ? [line.seconds, SECOND_MS] : [line.minutes, MINUTE_MS];
  let total: Aggregate | undefined;
  for (let at = Math.ceil(start / step) * step; at < end; at += step) {
    const found = data.get(at);
    if (found !== undefined) total = total === undefined ? found : mergeAggregates(total, found);
  }
  return total;
}

function add(to: Map<number, Aggregate>, at: number, data: Aggregate): void {
  const before = to.get(at);
  to.set(at, before === undefined ? data : mergeAggregates(before, data));
}

function forget(data: Map<number, Aggregate>, before: number): void {
  // They mostly arrive in order, so the oldest ones stand first.
  for (const at of data.keys()) {
    if (at >= before) break;
    data.delete(at);
  }
}
