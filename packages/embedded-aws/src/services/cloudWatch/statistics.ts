/** What is kept of the values that a metric received in one minute, or in several put together. */
export interface Aggregate {
  readonly count: number;
  readonly sum: number;
  readonly minimum: number;
  readonly maximum: number;
  /** Values by their logarithmic bin, for percentiles; empty when only a statistic set was reported. */
  readonly bins: ReadonlyMap<number, Bin>;
}

/** Values within about one percent of each other, represented by the first of them. */
interface Bin {
  readonly value: number;
  readonly count: number;
}

/** Bins grow by two percent, so that memory stays bounded however many values arrive. */
const BIN_GROWTH = Math.log(1.02);

function binOf(value: number): number {
  if (value === 0) return 0;
  // The offset keeps the bins of numbers below one apart from those of negative numbers.
  const magnitude = Math.round(Math.log(Math.abs(value)) / BIN_GROWTH) + 100_000;
  return value > 0 ? magnitude : -magnitude;
}

export function aggregateOfValue(value: number, count = 1): Aggregate {
  return {
    count,
    sum: value * count,
    minimum: value,
    maximum: value,
    bins: new Map([[binOf(value), { value, count }]]),
  };
}

export function mergeAggregates(a: Aggregate, b: Aggregate): Aggregate {
  const bins = new Map(a.bins);
  for (const [key, bin] of b.bins) {
    const other = bins.get(key);
    bins.set(key, { value: other?.value ?? bin.value, count: bin.count + (other?.count ?? 0) });
  }
  return {
    count: a.count + b.count,
    sum: a.sum + b.sum,
    minimum: Math.min(a.minimum, b.minimum),
    maximum: Math.max(a.maximum, b.maximum),
    bins,
  };
}

export const SIMPLE_STATISTICS = ["SampleCount", "Average", "Sum", "Minimum", "Maximum"] as const;
export type SimpleStatistic = (typeof SIMPLE_STATISTICS)[number];

/** A percentile: "p0" to "p100", with up to ten decimals. */
const PERCENTILE = /^p(100|\d{1,2}(?:\.\d{1,10})?)$/;

/** Whether `name` is a statistic that the embedded cloud computes: the five simple ones and percentiles. */
export function isStatistic(name: string): boolean {
  return isSimpleStatistic(name) || PERCENTILE.test(name);
}

function isSimpleStatistic(name: string): name is SimpleStatistic {
  return (SIMPLE_STATISTICS as readonly string[]).includes(name);
}

/** The statistic `name` of `data`; undefined for a percentile of values that were never reported one by one. */
export function statistic(data: Aggregate, name: string): number | undefined {
  if (!isSimpleStatistic(name)) return percentile(data, Number(PERCENTILE.exec(name)?.[1]));
  switch (name) {
    case "SampleCount":
      return data.count;
    case "Average":
      return data.sum / data.count;
    case "Sum":
      return data.sum;
    case "Minimum":
      return data.minimum;
    case "Maximum":
      return data.maximum;
  }
}

/** The nearest-rank percentile, exact where values differ by more than a percent. */
function percentile(data: Aggregate, percent: number): number | undefined {
  const bins = [...data.bins].sort(([a], [b]) => a - b).map(([, bin]) => bin);
  const total = bins.reduce((sum, bin) => sum + bin.count, 0);
  if (total === 0 || Number.isNaN(percent)) return undefined;
  let left = Math.max(1, (percent / 100) * total);
  for (const bin of bins) {
    left -= bin.count;
    if (left <= 0) return bin.value;
  }
  return data.maximum;
}
