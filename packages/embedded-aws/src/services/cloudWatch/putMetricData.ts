import type { CloudContext } from "../../core/service";
import { operationsOf, type Supported } from "../../wire/operation";
import { MINUTE_MS, type MetricStore } from "./metricStore";
import { below, invalidValue as invalid, metricRules, missing, STANDARD_UNITS } from "./shapes";
import { type Aggregate, aggregateOfValue, mergeAggregates } from "./statistics";

type MetricDatum = NonNullable<Supported<"monitoring", "PutMetricData", "MetricData">["MetricData"]>[number];

/** From the CloudWatch API reference, PutMetricData and MetricDatum. */
const rules = {
  Namespace: { length: [1, 255], pattern: /^[^:]/ },
  MetricData: { length: [1, 1000] },
  ...below("MetricData", metricRules),
  "MetricData.Values": { length: [0, 150] },
  "MetricData.StorageResolution": { oneOf: [1, 60] },
  "MetricData.Unit": { oneOf: STANDARD_UNITS },
} as const;

/** CloudWatch takes times from two weeks ago to two hours ahead. */
const OLDEST_MS = 14 * 24 * 60 * MINUTE_MS;
const NEWEST_MS = 120 * MINUTE_MS;

export function putMetricData(context: CloudContext, store: MetricStore) {
  return operationsOf("monitoring", context)(
    "PutMetricData",
    { supports: ["Namespace", "MetricData"], rules },
    (input, call) =>
      // AWS's own services report past all policies.
      call.caller.kind === "service"
        ? []
        : [
            {
              action: "cloudwatch:PutMetricData",
              resource: "*",
              context: { "cloudwatch:namespace": input.Namespace },
            },
          ],
    (input, call) => {
      if (input.Namespace.startsWith("AWS/") && call.caller.kind !== "service") {
        throw invalid(`Namespace: got "${input.Namespace}"; only AWS's services report to AWS/*`);
      }
      const now = context.clock.now();
      if (input.MetricData === undefined) throw missing("MetricData");
      // All or nothing: every datum is read before the first is kept.
      const data = input.MetricData.map((datum) => ({
        identity: {
          namespace: input.Namespace,
          name: datum.MetricName,
          dimensions: datum.Dimensions ?? [],
        },
        at: timeOf(datum, now),
        unit: datum.Unit,
        resolution: datum.StorageResolution === 1 ? (1 as const) : (60 as const),
        aggregate: aggregateOf(datum),
      }));
      for (const { identity, at, aggregate, unit, resolution } of data)
        store.put(identity, at, aggregate, unit, resolution);
      return {};
    },
  );
}

function timeOf(datum: MetricDatum, now: number): number {
  const at = datum.Timestamp?.getTime() ?? now;
  if (at < now - OLDEST_MS || at > now + NEWEST_MS) {
    throw invalid(
      `Timestamp of ${datum.MetricName}: got ${new Date(at).toISOString()}; expected a time from two weeks ago to two hours ahead of ${new Date(now).toISOString()}`,
    );
  }
  return at;
}

/** MetricDatum: "in the range of -2^360 to 2^360. In addition, special values (…) are not supported." */
const LARGEST = 2 ** 360;

function checkNumbers(name: string, numbers: readonly (number | undefined)[]): void {
  const wrong = numbers.find((number) => number !== undefined && !(Math.abs(number) <= LARGEST));
  if (wrong !== undefined)
    throw invalid(`Metric ${name}: got ${wrong}; expected a finite number from -2^360 to 2^360`);
}

function aggregateOf(datum: MetricDatum): Aggregate {
  const { MetricName: name, Value: value, Values: values, Counts: counts, StatisticValues: set } = datum;
  const given = [value, values, set].filter((form) => form !== undefined).length;
  if (given !== 1) throw invalid(`Metric ${name}: expected exactly one of Value, Values and StatisticValues`);
  checkNumbers(name, [value, ...(values ?? []), ...(counts ?? []), ...Object.values(set ?? {})]);
  const negative = counts?.find((count) => count < 0);
  if (negative !== undefined)
    throw invalid(`Metric ${name}: Counts: got ${negative}; expected no less than 0`);
  if (value !== undefined) return aggregateOfValue(value);
  if (set !== undefined) {
    if (set.SampleCount <= 0) {
      throw invalid(
        `Metric ${name}: StatisticValues.SampleCount: got ${set.SampleCount}; expected more than 0`,
      );
    }
    const bins = new Map<number, never>();
    return { count: set.SampleCount, sum: set.Sum, minimum: set.Minimum, maximum: set.Maximum, bins };
  }
  const list = values ?? [];
  if (counts !== undefined && counts.length !== list.length) {
    throw invalid(
      `Metric ${name}: got ${counts.length} Counts; expected one for each of the ${list.length} Values`,
    );
  }
  const aggregates = list
    .map((item, index) => aggregateOfValue(item, counts?.[index] ?? 1))
    .filter((a) => a.count > 0);
  const [first, ...rest] = aggregates;
  if (first === undefined) throw invalid(`Metric ${name}: Values: got none; expected at least one value`);
  return rest.reduce(mergeAggregates, first);
}
