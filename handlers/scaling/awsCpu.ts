import { CloudWatchClient, GetMetricDataCommand, type MetricDataResult } from "@aws-sdk/client-cloudwatch";
import { clientConfig } from "../shared/retry";
import { traced } from "../shared/tracing";
import { measurementsFrom, metricQueries } from "./cpuMetric";
import type { CpuReader } from "./reconcile";

/** The fleet's metrics as CloudWatch knows them. */
export function awsCpu(): CpuReader {
  const cloudWatch = traced(new CloudWatchClient({ ...clientConfig, maxAttempts: 3 }));
  return {
    async since(from, instanceIds, wakeMetric) {
      const results: MetricDataResult[] = [];
      for (const MetricDataQueries of metricQueries(instanceIds, wakeMetric)) {
        let NextToken: string | undefined;
        do {
          const page = await cloudWatch.send(
            new GetMetricDataCommand({
              MetricDataQueries,
              StartTime: new Date(from),
              EndTime: new Date(),
              ...(NextToken !== undefined && { NextToken }),
            }),
          );
          for (const result of page.MetricDataResults ?? []) results.push(result);
          NextToken = page.NextToken;
        } while (NextToken);
      }
      return measurementsFrom(results);
    },
  };
}
