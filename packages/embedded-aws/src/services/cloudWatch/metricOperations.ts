import { AwsError } from "../../core/errors";
import type { Access, CloudContext } from "../../core/service";
import { operationsOf } from "../../wire/operation";
import { type Dimension, type MetricStore, MINUTE_MS, RETENTION_MS } from "./metricStore";
import { plannedSeries, planQueries } from "./queryPlan";
import { SeriesReader } from "./readSeries";
import type { InstancesWithTag, Series, SeriesPoint } from "./series";
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
  STANDARD_UNITS,
} from "./shapes";
import { SIMPLE_STATISTICS, statistic } from "./statistics";

/** GetMetricData: "If you omit this, the default of 100,800 is used"; GetMetricStatistics: "1,440 data points". */
const MOST_POINTS_OF_DATA = 100_800;
const MOST_POINTS_OF_STATISTICS = 1440;

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
          ...(["StartTime", "EndTime", "ScanBy", "MaxDatapoints", "NextToken"] as const),
        ],
        rules: {
          MetricDataQueries: { length: [1, 500] },
          ...below("MetricDataQueries", queryRules),
          ScanBy: scanOrder,
          MaxDatapoints: { range: [1, MOST_POINTS_OF_DATA] },
        },
      },
      anywhere("cloudwatch:GetMetricData"),
      async ({ StartTime, EndTime, ScanBy, ...input }) => {
        checkQueries("MetricDataQueries", input.MetricDataQueries);
        checkTimes(StartTime, EndTime);
        const plans = planQueries(input.MetricDataQueries);
        const reader = new SeriesReader(store, instancesWithTag, (period) =>
          periodStarts(StartTime, EndTime, period, context.clock.now()),
        );
        const results: MetricDataResult[] = [];
        for (const query of input.MetricDataQueries) {
          if (query.ReturnData === false) continue;
          const series = plannedSeries(query.Id, plans);
          for (const points of await reader.read(series)) {
            const inOrder = ScanBy === "TimestampAscending" ? points : [...points].reverse();
            results.push({ Id: query.Id, Label: query.Label ?? labelOf(series), points: inOrder });
          }
        }
        return pageOfResults(results, input.NextToken, input.MaxDatapoints ?? MOST_POINTS_OF_DATA);
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
        rules: { ...metricRules, Statistics: { oneOf: SIMPLE_STATISTICS }, Unit: { oneOf: STANDARD_UNITS } },
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
        checkTimes(input.StartTime, input.EndTime);
        const asked = countOfPeriods(input.StartTime, input.EndTime, input.Period);
        if (asked > MOST_POINTS_OF_STATISTICS) {
          throw new AwsError(
            "InvalidParameterCombinationException",
            `You have requested up to ${asked.toLocaleString("en")} datapoints, which exceeds the limit of 1,440. You may reduce the datapoints requested by increasing Period, or decreasing the time range.`,
          );
        }
        const identity = { namespace: input.Namespace, name: input.MetricName, dimensions: Dimensions };
        // "If you omit Unit, all data that was collected with any unit is returned, along with the … units".
        const units = input.Unit === undefined ? store.unitsOf(identity) : [input.Unit];
        const starts = periodStarts(input.StartTime, input.EndTime, input.Period, context.clock.now());
        const cells = starts.flatMap((start) => units.map((unit) => ({ start, unit })));
        const datapoints = cells.flatMap(({ start, unit }) => {
          const data = store.read(identity, start, start + input.Period * 1000, unit);
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
              Unit: unit as NonNullable<typeof input.Unit>,
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

interface MetricDataResult {
  readonly Id: string;
  readonly Label: string;
  readonly points: readonly SeriesPoint[];
}

/** At most `most` datapoints of all results together, and a token for the rest: the number of those before it. */
function pageOfResults(results: readonly MetricDataResult[], token: string | undefined, most: number) {
  if (token !== undefined && !/^[0-9]{1,12}$/.test(token))
    throw new AwsError("InvalidNextToken", `NextToken: got "${token}"; expected one that an answer gave`);
  let before = Number(token ?? 0);
  let left = most;
  const page = results.map(({ Id, Label, points }) => {
    const start = Math.min(before, points.length);
    const shown = points.slice(start, start + left);
    before -= start;
    left -= shown.length;
    const partial = start + shown.length < points.length;
    return {
      Id,
      Label,
      Timestamps: shown.map((point) => new Date(point.at)),
      Values: shown.map((point) => point.value),
      StatusCode: partial ? ("PartialData" as const) : ("Complete" as const),
    };
  });
  const rest = page.some(({ StatusCode }) => StatusCode === "PartialData");
  return {
    MetricDataResults: page,
    Messages: [],
    ...(rest ? { NextToken: String(Number(token ?? 0) + most) } : {}),
  };
}

function checkTimes(start: Date, end: Date): void {
  if (start < end) return;
  throw invalid(
    `StartTime: got ${start.toISOString()}; expected a time before EndTime, ${end.toISOString()}`,
  );
}

/** Periods are of seconds, and begin on a grid of their own. */
function countOfPeriods(start: Date, end: Date, period: number): number {
  const periodMs = period * 1000;
  return Math.ceil((end.getTime() - Math.floor(start.getTime() / periodMs) * periodMs) / periodMs);
}

/** PutMetricData takes no later times. */
const LATEST_MS = 120 * MINUTE_MS;

/**
 * Starts of the periods (of `period` seconds) from `start` to `end`, as epoch milliseconds, on the period's own grid;
 * but for those before and after which there are no data at all.
 */
function periodStarts(start: Date, end: Date, period: number, now: number): number[] {
  const periodMs = period * 1000;
  const grid = (at: number) => Math.floor(at / periodMs) * periodMs;
  const first = Math.max(grid(start.getTime()), grid(now - RETENTION_MS));
  const last = Math.min(end.getTime(), now + LATEST_MS);
  const count = Math.max(0, Math.ceil((last - first) / periodMs));
  return Array.from({ length: count }, (_, index) => first + index * periodMs);
}

function labelOf(series: Series): string {
  if (series.kind === "expression") return series.id;
  return series.kind === "metric" ? series.metric.name : `${series.query.metricName} ${series.stat}`;
}
