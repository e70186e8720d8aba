import type { InsightsQuery } from "./insightsQuery";
import type { MathNode } from "./metricMath/parse";
import type { MetricIdentity, MetricStore } from "./metricStore";
import { type Aggregate, mergeAggregates, statistic } from "./statistics";

/** Datapoints as they are read: a statistic of one metric, or of all the metrics that a query selects. */
export type Source = {
  /** Seconds that one datapoint covers. */
  readonly period: number;
  readonly stat: string;
} & (
  | { readonly kind: "metric"; readonly metric: MetricIdentity; readonly unit: string | undefined }
  | { readonly kind: "insights"; readonly query: InsightsQuery }
);

/** What is to be done for one query of a request. */
export type QueryPlan =
  | { readonly kind: "source"; readonly source: Source }
  | {
      readonly kind: "expression";
      readonly node: MathNode;
      /** The ids of all the metrics that it comes to rest on. */
      readonly sources: readonly string[];
      /** Seconds: what was asked for, or the longest of its metrics; undefined where it rests on none. */
      readonly period: number | undefined;
    };

/** By the queries' ids, in the order of the request. */
export type QueryPlans = ReadonlyMap<string, QueryPlan>;

/** One line of datapoints, or what several come to by an expression. */
export type Series =
  | Source
  | {
      readonly kind: "expression";
      /** Of the expression among `plans`. */
      readonly id: string;
      readonly period: number;
      readonly plans: QueryPlans;
    };

/** The EC2 instances that carry a tag. */
export type InstancesWithTag = (key: string, value: string) => Promise<ReadonlySet<string>>;

export interface SeriesPoint {
  /** Start of the period, epoch milliseconds. */
  readonly at: number;
  readonly value: number;
  /** Undefined for what an expression came to. */
  readonly sampleCount?: number;
}

/** The metrics that are read; for a query, those whose labels fit it at this moment. */
export async function selectMetrics(
  source: Source,
  store: MetricStore,
  instancesWithTag: InstancesWithTag,
): Promise<readonly MetricIdentity[]> {
  if (source.kind === "metric") return [source.metric];
  const { namespace, metricName, schema, conditions } = source.query;
  let metrics = store.list().filter((metric) => {
    const names = metric.dimensions.map((dimension) => dimension.Name);
    return (
      metric.namespace === namespace &&
      metric.name === metricName &&
      (schema === undefined ||
        (names.length === schema.length && schema.every((name) => names.includes(name))))
    );
  });
  for (const { kind, name, value } of conditions) {
    const dimension = kind === "tag" ? "InstanceId" : name;
    const values = kind === "tag" ? await instancesWithTag(name, value) : new Set([value]);
    metrics = metrics.filter((metric) =>
      metric.dimensions.some((d) => d.Name === dimension && values.has(d.Value)),
    );
  }
  return metrics;
}

/** The datapoint of one period, or undefined when nothing was reported in it. `start` is epoch milliseconds. */
export function readPoint(
  source: Source,
  metrics: readonly MetricIdentity[],
  store: MetricStore,
  start: number,
): SeriesPoint | undefined {
  const unit = source.kind === "metric" ? source.unit : undefined;
  let total: Aggregate | undefined;
  for (const metric of metrics) {
    const data = store.read(metric, start, start + source.period * 1000, unit);
    if (data !== undefined) total = total === undefined ? data : mergeAggregates(total, data);
  }
  const value = total === undefined ? undefined : statistic(total, source.stat);
  return total === undefined || value === undefined
    ? undefined
    : { at: start, value, sampleCount: total.count };
}
