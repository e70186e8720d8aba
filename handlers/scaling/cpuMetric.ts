import type { MetricDataQuery, MetricDataResult } from "@aws-sdk/client-cloudwatch";
import type { CpuSample } from "./demand";
import type { WakeMetric } from "./wakeMetric";

const PERIOD_SECONDS = 60;

/** What one call of `GetMetricData` takes: Amazon CloudWatch API reference. */
const MOST_QUERIES = 500;

/** No instance's: theirs begin with `i_`. */
const WAKE_ID = "wake";

/**
 * The queries for the CPU of these instances by minute, and for the metric that wakes the fleet where there is
 * one, as many calls as they need. Each instance's own metric is read, not one that instances share: the latter
 * holds whatever else has the same image or type.
 */
export function metricQueries(
  instanceIds: readonly string[],
  wakeMetric: WakeMetric | undefined,
): MetricDataQuery[][] {
  const queries = [
    ...(wakeMetric === undefined ? [] : [wakeQuery(wakeMetric)]),
    ...instanceIds.map(cpuQuery),
  ];
  const calls: MetricDataQuery[][] = [];
  for (let from = 0; from < queries.length; from += MOST_QUERIES) {
    calls.push(queries.slice(from, from + MOST_QUERIES));
  }
  return calls;
}

function wakeQuery({ namespace, name, dimensions }: WakeMetric): MetricDataQuery {
  return {
    Id: WAKE_ID,
    MetricStat: {
      Metric: {
        Namespace: namespace,
        MetricName: name,
        Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
      },
      Period: PERIOD_SECONDS,
      Stat: "Maximum",
    },
  };
}

function cpuQuery(instanceId: string): MetricDataQuery {
  return {
    // Ids of queries begin with a small letter and have no hyphens.
    Id: instanceId.replaceAll("-", "_"),
    MetricStat: {
      Metric: {
        Namespace: "AWS/EC2",
        MetricName: "CPUUtilization",
        Dimensions: [{ Name: "InstanceId", Value: instanceId }],
      },
      Period: PERIOD_SECONDS,
      Stat: "Average",
    },
  };
}

/** What CloudWatch holds of a fleet's last minutes. */
export interface Measurements {
  readonly cpu: readonly CpuSample[];
  /** Values of the metric that wakes the fleet; none where there is no such metric. */
  readonly wake: readonly number[];
}

/** What the answers to `metricQueries` hold; what is no number is left out. */
export function measurementsFrom(results: readonly MetricDataResult[]): Measurements {
  const ofWake = results.filter(({ Id }) => Id === WAKE_ID);
  return {
    cpu: samplesFrom(results.filter(({ Id }) => Id !== WAKE_ID)),
    // Stryker disable next-line ArrayDeclaration: what is no number is left out.
    wake: ofWake.flatMap(({ Values = [] }) => Values.filter(Number.isFinite)),
  };
}

function samplesFrom(results: readonly MetricDataResult[]): CpuSample[] {
  // Stryker disable next-line ArrayDeclaration: what is no date has no number beside it, and the other way round.
  return results.flatMap(({ Id = "", Timestamps = [], Values = [] }) =>
    Timestamps.flatMap((timestamp, index) => {
      const cpuPercent = Values[index] ?? NaN;
      return Number.isFinite(cpuPercent)
        ? [{ instanceId: Id.replaceAll("_", "-"), time: timestamp.getTime(), cpuPercent }]
        : [];
    }),
  );
}
