import type { Access, CloudContext } from "../../core/service";
import { operationsOf } from "../../wire/operation";
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
  below,
  checkPercentile,
  checkPeriod,
  checkQueries,
  invalidValue as invalid,
  metricRules,
  queryMembers,
  queryRules,
  scanOrder,
} from "./shapes";
import { SIMPLE_STATISTICS, statistic } from "./statistics";

/** GetMetricStatistics and GetMetricData refuse to return more from one series. */
const MOST_POINTS = 100_800;

/** What reads metrics. */
export function metricOperations(
  context: CloudContext,
  store: MetricStore,
  instancesWithTag: InstancesWithTag,
) {
  const operation = operationsOf("monitoring", context);
  const anywhere = (action: string) => (): Access[] => [{ action, resource: "*" }];

  return {
    ...operation(
      "GetMetricData",
      {
        supports: [
          ...queryMembers.map((member) => `MetricDataQueries.${member}` as const),
          "StartTime",
          "EndTime",
          "ScanBy",
        ],
        rules: {
          MetricDataQueries: { length: [1, 500] },
          ...below("MetricDataQueries", queryRules),
          ScanBy: scanOrder,
        },
      },
      anywhere("cloudwatch:GetMetricData"),
      async (input) => {
        checkQueries("MetricDataQueries", input.MetricDataQueries);
        const results = input.MetricDataQueries.filter((query) => query.ReturnData !== false).map(
          async (query) => {
            const series = seriesOf(query);
            const metrics = await selectMetrics(series, store, instancesWithTag);
            const points = pointsBetween(series, metrics, store, input.StartTime, input.EndTime);
            if (input.ScanBy !== "TimestampAscending") points.reverse();
            return {
              Id: query.Id,
              Label: query.Label ?? labelOf(series),
              Timestamps: points.map((point) => new Date(point.at)),
              Values: points.map((point) => point.value),
              StatusCode: "Complete" as const,
            };
          },
        );
        return { MetricDataResults: await Promise.all(results), Messages: [] };
      },
    ),

    ...operation(
      "GetMetricStatistics",
      {
        supports: [
          "Namespace",
          "MetricName",
          "Dimensions",
          "StartTime",
          "EndTime",
          "Period",
          "Statistics",
          "ExtendedStatistics",
          "Unit",
        ],
        rules: { ...metricRules, Statistics: { oneOf: SIMPLE_STATISTICS } },
      },
      anywhere("cloudwatch:GetMetricStatistics"),
      ({ Statistics = [], ExtendedStatistics = [], Dimensions = [], ...input }) => {
        checkPeriod("Period", input.Period);
        for (const name of ExtendedStatistics) checkPercentile("ExtendedStatistics", name);
        if (Statistics.length + ExtendedStatistics.length === 0) {
          throw invalid(
            "Statistics: got none; expected at least one statistic in Statistics or ExtendedStatistics",
          );
        }
        const identity = { namespace: input.Namespace, name: input.MetricName, dimensions: Dimensions };
        const datapoints = periodStarts(input.StartTime, input.EndTime, input.Period).flatMap((start) => {
          const data = store.read(identity, start, start + input.Period * 1000);
          if (data === undefined) return [];
          const valuesOf = (names: readonly string[]) =>
            Object.fromEntries(
              names.flatMap((name) => {
                const value = statistic(data, name);
                return value === undefined ? [] : [[name, value]];
              }),
            );
          return [
            {
              Timestamp: new Date(start),
              ...valuesOf(Statistics),
              ...(ExtendedStatistics.length === 0
                ? {}
                : { ExtendedStatistics: valuesOf(ExtendedStatistics) }),
              Unit: input.Unit ?? ("None" as const),
            },
          ];
        });
        return { Label: input.MetricName, Datapoints: datapoints };
      },
    ),

    ...operation(
      "ListMetrics",
      {
        supports: ["Namespace", "MetricName", "Dimensions"],
        rules: {
          Namespace: metricRules.Namespace,
          MetricName: metricRules.MetricName,
          "Dimensions.Name": metricRules["Dimensions.Name"],
        },
      },
      anywhere("cloudwatch:ListMetrics"),
      (input) => ({
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
      }),
    ),
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

/** Starts of the periods (of `period` seconds) from `start` to `end`, as epoch milliseconds, on the period's own grid. */
function periodStarts(start: Date, end: Date, period: number): number[] {
  if (start >= end) {
    throw invalid(
      `StartTime: got ${start.toISOString()}; expected a time before EndTime, ${end.toISOString()}`,
    );
  }
  const periodMs = period * 1000;
  const first = Math.floor(start.getTime() / periodMs) * periodMs;
  const count = Math.ceil((end.getTime() - first) / periodMs);
  if (count > MOST_POINTS) {
    throw invalid(
      `StartTime, EndTime and Period ask for ${count} datapoints; expected at most ${MOST_POINTS}`,
    );
  }
  return Array.from({ length: count }, (_, index) => first + index * periodMs);
}

function pointsBetween(
  series: Series,
  metrics: Awaited<ReturnType<typeof selectMetrics>>,
  store: MetricStore,
  start: Date,
  end: Date,
): SeriesPoint[] {
  return periodStarts(start, end, series.period).flatMap((at) => readPoint(series, metrics, store, at) ?? []);
}

function labelOf(series: Series): string {
  return series.kind === "metric" ? series.metric.name : `${series.query.metricName} ${series.stat}`;
}
