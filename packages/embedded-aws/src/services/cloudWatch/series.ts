import { AwsError, notSupported } from "../../core/errors";
import { type InsightsQuery, isInsightsQuery, parseInsightsQuery } from "./insightsQuery";
import type { MetricIdentity, MetricStore } from "./metricStore";
import { type MetricDataQuery, missing } from "./shapes";
import { type Aggregate, mergeAggregates, statistic } from "./statistics";

/** One line of datapoints: a statistic of one metric, or of all the metrics that a query selects. */
export type Series = {
  /** Seconds that one datapoint covers. */
  readonly period: number;
  readonly stat: string;
} & (
  | { readonly kind: "metric"; readonly metric: MetricIdentity }
  | { readonly kind: "insights"; readonly query: InsightsQuery }
);

/** The EC2 instances that carry a tag. */
export type InstancesWithTag = (key: string, value: string) => Promise<ReadonlySet<string>>;

export interface SeriesPoint {
  /** Start of the period, epoch milliseconds. */
  readonly at: number;
  readonly value: number;
  readonly sampleCount: number;
}

export function seriesOf(query: MetricDataQuery): Series {
  const { Id, MetricStat: metricStat, Expression: expression } = query;
  if (metricStat !== undefined && expression === undefined) {
    const { Namespace: namespace, MetricName: name, Dimensions: dimensions = [] } = metricStat.Metric;
    if (namespace === undefined) throw missing("MetricStat.Metric.Namespace");
    if (name === undefined) throw missing("MetricStat.Metric.MetricName");
    return {
      kind: "metric",
      metric: { namespace, name, dimensions },
      period: metricStat.Period,
      stat: metricStat.Stat,
    };
  }
  if (metricStat !== undefined || expression === undefined) {
    throw new AwsError(
      "ValidationException",
      `Metric query ${Id}: expected exactly one of MetricStat and Expression`,
    );
  }
  if (!isInsightsQuery(expression)) throw notSupported(`Metric query ${Id}: the metric math "${expression}"`);
  if (query.Period === undefined) {
    throw new AwsError(
      "ValidationException",
      `Metric query ${Id}: Period: got none; expected the seconds that one datapoint of the expression covers`,
    );
  }
  const parsed = parseInsightsQuery(expression);
  return { kind: "insights", query: parsed, period: query.Period, stat: parsed.statistic };
}

/** The metrics that a series reads; for a query, those whose labels fit it at this moment. */
export async function selectMetrics(
  series: Series,
  store: MetricStore,
  instancesWithTag: InstancesWithTag,
): Promise<readonly MetricIdentity[]> {
  if (series.kind === "metric") return [series.metric];
  const { namespace, metricName, schema, conditions } = series.query;
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
  series: Series,
  metrics: readonly MetricIdentity[],
  store: MetricStore,
  start: number,
): SeriesPoint | undefined {
  let total: Aggregate | undefined;
  for (const metric of metrics) {
    const data = store.read(metric, start, start + series.period * 1000);
    if (data !== undefined) total = total === undefined ? data : mergeAggregates(total, data);
  }
  const value = total === undefined ? undefined : statistic(total, series.stat);
  return total === undefined || value === undefined
    ? undefined
    : { at: start, value, sampleCount: total.count };
}
