import * as v from "valibot";
import { AwsError } from "../../core/errors";
import { type Access, type CloudContext, operation, type Operation } from "../../core/service";
import type { Dimension, MetricStore } from "./metricStore";
import {
  type InstancesWithTag,
  readPoint,
  selectMetrics,
  type Series,
  type SeriesPoint,
  seriesOf,
} from "./series";
import {
  Dimensions,
  ExtendedStatistic,
  MetricDataQuery,
  MetricName,
  Namespace,
  Period,
  SimpleStatistic,
  Timestamp,
  Unit,
} from "./shapes";
import { statistic } from "./statistics";

const GetMetricDataInput = v.strictObject({
  MetricDataQueries: v.pipe(v.array(MetricDataQuery), v.minLength(1), v.maxLength(500)),
  StartTime: Timestamp,
  EndTime: Timestamp,
  ScanBy: v.optional(v.picklist(["TimestampDescending", "TimestampAscending"]), "TimestampDescending"),
});

const GetMetricStatisticsInput = v.strictObject({
  Namespace,
  MetricName,
  Dimensions: v.optional(Dimensions),
  StartTime: Timestamp,
  EndTime: Timestamp,
  Period,
  Statistics: v.optional(v.array(SimpleStatistic), []),
  ExtendedStatistics: v.optional(v.array(ExtendedStatistic), []),
  Unit: v.optional(Unit),
});

const ListMetricsInput = v.strictObject({
  Namespace: v.optional(Namespace),
  MetricName: v.optional(MetricName),
  Dimensions: v.optional(
    v.array(v.strictObject({ Name: v.pipe(v.string(), v.minLength(1)), Value: v.optional(v.string()) })),
  ),
});

/** GetMetricStatistics and GetMetricData refuse to return more from one series. */
const MOST_POINTS = 100_800;

/** What reads metrics. */
export function metricOperations(
  context: CloudContext,
  store: MetricStore,
  instancesWithTag: InstancesWithTag,
): Record<string, Operation> {
  const anywhere = (action: string) => (): Access[] => [{ action, resource: "*" }];

  return {
    GetMetricData: operation(
      context,
      GetMetricDataInput,
      anywhere("cloudwatch:GetMetricData"),
      async (input) => {
        const results = input.MetricDataQueries.filter((query) => query.ReturnData !== false).map(
          async (query) => {
            const series = seriesOf(query);
            const metrics = await selectMetrics(series, store, instancesWithTag);
            const points = pointsBetween(series, metrics, store, input.StartTime, input.EndTime);
            if (input.ScanBy === "TimestampDescending") points.reverse();
            return {
              Id: query.Id,
              Label: query.Label ?? labelOf(series),
              Timestamps: points.map((point) => point.at / 1000),
              Values: points.map((point) => point.value),
              StatusCode: "Complete",
            };
          },
        );
        return { MetricDataResults: await Promise.all(results), Messages: [] };
      },
    ),

    GetMetricStatistics: operation(
      context,
      GetMetricStatisticsInput,
      anywhere("cloudwatch:GetMetricStatistics"),
      (input) => {
        if (input.Statistics.length + input.ExtendedStatistics.length === 0) {
          throw invalid(
            "Statistics: got none; expected at least one statistic in Statistics or ExtendedStatistics",
          );
        }
        const identity = {
          namespace: input.Namespace,
          name: input.MetricName,
          dimensions: input.Dimensions ?? [],
        };
        const datapoints = periodStarts(input.StartTime, input.EndTime, input.Period).flatMap((start) => {
          const data = store.read(identity, start, start + input.Period * 1000);
          if (data === undefined) return [];
          const simple = input.Statistics.map((name) => [name, statistic(data, name)]);
          const extended = input.ExtendedStatistics.map((name) => [name, statistic(data, name)]);
          return [
            {
              Timestamp: start / 1000,
              ...(Object.fromEntries(simple) as Record<string, number>),
              ...(extended.length === 0
                ? {}
                : { ExtendedStatistics: Object.fromEntries(extended) as object }),
              Unit: input.Unit ?? "None",
            },
          ];
        });
        return { Label: input.MetricName, Datapoints: datapoints };
      },
    ),

    ListMetrics: operation(context, ListMetricsInput, anywhere("cloudwatch:ListMetrics"), (input) => ({
      Metrics: store
        .list()
        .filter(
          (metric) =>
            (input.Namespace === undefined || metric.namespace === input.Namespace) &&
            (input.MetricName === undefined || metric.name === input.MetricName) &&
            (input.Dimensions ?? []).every((wanted) => hasDimension(metric.dimensions, wanted)),
        )
        .map((metric) => ({
          Namespace: metric.namespace,
          MetricName: metric.name,
          Dimensions: metric.dimensions,
        })),
    })),
  };
}

function hasDimension(
  dimensions: readonly Dimension[],
  wanted: { readonly Name: string; readonly Value?: string | undefined },
): boolean {
  return dimensions.some(
    (d) => d.Name === wanted.Name && (wanted.Value === undefined || d.Value === wanted.Value),
  );
}

/** Starts of the periods from `start` to `end` (seconds), as epoch milliseconds, on the period's own grid. */
function periodStarts(start: number, end: number, period: number): number[] {
  if (start >= end) throw invalid(`StartTime: got ${start}; expected a time before EndTime, ${end}`);
  const first = Math.floor(start / period) * period;
  const count = Math.ceil((end - first) / period);
  if (count > MOST_POINTS) {
    throw invalid(
      `StartTime, EndTime and Period ask for ${count} datapoints; expected at most ${MOST_POINTS}`,
    );
  }
  return Array.from({ length: count }, (_, index) => (first + index * period) * 1000);
}

function pointsBetween(
  series: Series,
  metrics: Awaited<ReturnType<typeof selectMetrics>>,
  store: MetricStore,
  start: number,
  end: number,
): SeriesPoint[] {
  return periodStarts(start, end, series.period).flatMap((at) => readPoint(series, metrics, store, at) ?? []);
}

function labelOf(series: Series): string {
  return series.kind === "metric" ? series.metric.name : `${series.query.metricName} ${series.stat}`;
}

function invalid(message: string): AwsError {
  return new AwsError("InvalidParameterValueException", message);
}
