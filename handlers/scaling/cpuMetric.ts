import type { MetricDataQuery, MetricDataResult } from "@aws-sdk/client-cloudwatch";
import type { CpuSample } from "./demand";

const PERIOD_SECONDS = 60;

/** What one call of `GetMetricData` takes: Amazon CloudWatch API reference. */
const MOST_QUERIES = 500;

/**
 * The queries for the CPU of these instances by minute, as many calls as they need. Each instance's own metric
 * is read, not one that instances share: the latter holds whatever else has the same image or type.
 */
export function cpuQueries(instanceIds: readonly string[]): MetricDataQuery[][] {
  const calls: MetricDataQuery[][] = [];
  for (let from = 0; from < instanceIds.length; from += MOST_QUERIES) {
    calls.push(instanceIds.slice(from, from + MOST_QUERIES).map(cpuQuery));
  }
  return calls;
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

/** The samples in the answers to `cpuQueries`; what is no number is left out. */
export function samplesFrom(results: readonly MetricDataResult[]): CpuSample[] {
  return results.flatMap(({ Id = "", Timestamps = [], Values = [] }) =>
    Timestamps.flatMap((timestamp, index) => {
      const value = Values[index];
      return value === undefined || !Number.isFinite(value)
        ? []
        : [{ instanceId: Id.replaceAll("_", "-"), time: timestamp.getTime(), cpuPercent: value }];
    }),
  );
}
