import * as v from "valibot";
import { AwsError } from "../../core/errors";
import { type CloudContext, operation, type Operation } from "../../core/service";
import { MINUTE_MS, type MetricStore } from "./metricStore";
import { Dimensions, MetricName, Namespace, Timestamp, Unit } from "./shapes";
import { type Aggregate, aggregateOfValue, mergeAggregates } from "./statistics";

const PutMetricDataInput = v.strictObject({
  Namespace: v.pipe(Namespace, v.regex(/^[^:]/, "a namespace that does not begin with a colon")),
  MetricData: v.pipe(
    v.array(
      v.strictObject({
        MetricName,
        Dimensions: v.optional(Dimensions),
        Timestamp: v.optional(Timestamp),
        Value: v.optional(v.number()),
        Values: v.optional(v.pipe(v.array(v.number()), v.maxLength(150))),
        Counts: v.optional(v.array(v.pipe(v.number(), v.minValue(0)))),
        StatisticValues: v.optional(
          v.strictObject({
            SampleCount: v.number(),
            Sum: v.number(),
            Minimum: v.number(),
            Maximum: v.number(),
          }),
        ),
        Unit: v.optional(Unit),
        StorageResolution: v.optional(v.literal(60)),
      }),
    ),
    v.minLength(1),
    v.maxLength(1000),
  ),
});
type MetricDatum = v.InferOutput<typeof PutMetricDataInput>["MetricData"][number];

/** CloudWatch takes times from two weeks ago to two hours ahead. */
const OLDEST_MS = 14 * 24 * 60 * MINUTE_MS;
const NEWEST_MS = 120 * MINUTE_MS;

export function putMetricData(context: CloudContext, store: MetricStore): Operation {
  return operation(
    context,
    PutMetricDataInput,
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
      // All or nothing: every datum is read before the first is kept.
      const data = input.MetricData.map((datum) => ({
        identity: {
          namespace: input.Namespace,
          name: datum.MetricName,
          dimensions: datum.Dimensions ?? [],
        },
        at: timeOf(datum, now),
        aggregate: aggregateOf(datum),
      }));
      for (const { identity, at, aggregate } of data) store.put(identity, at, aggregate);
      return {};
    },
  );
}

function timeOf(datum: MetricDatum, now: number): number {
  const at = datum.Timestamp === undefined ? now : datum.Timestamp * 1000;
  if (at < now - OLDEST_MS || at > now + NEWEST_MS) {
    throw invalid(
      `Timestamp of ${datum.MetricName}: got ${at / 1000}; expected a time from two weeks ago to two hours ahead of ${now / 1000}`,
    );
  }
  return at;
}

function aggregateOf(datum: MetricDatum): Aggregate {
  const { MetricName: name, Value: value, Values: values, Counts: counts, StatisticValues: set } = datum;
  const given = [value, values, set].filter((form) => form !== undefined).length;
  if (given !== 1) throw invalid(`Metric ${name}: expected exactly one of Value, Values and StatisticValues`);
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

function invalid(message: string): AwsError {
  return new AwsError("InvalidParameterValueException", message);
}
