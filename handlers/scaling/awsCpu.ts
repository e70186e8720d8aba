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
      // Stryker disable next-line ArrayDeclaration: what has no values measures nothing.
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
          // Stryker disable next-line ArrayDeclaration: what has no values measures nothing.
          for (const result of page.MetricDataResults ?? []) {
            demandAnswer(result);
            results.push(result);
          }
          NextToken = page.NextToken;
        } while (NextToken);
      }
      return measurementsFrom(results);
    },
  };
}

/**
 * What CloudWatch fails to read of one metric alone looks like silence: a healthy instance would be ended for it, and a fleet
 * that is called for be put to sleep. The next call may know.
 *
 * @throws an error that names the metric.
 */
function demandAnswer({ Id, StatusCode, Messages }: MetricDataResult): void {
  if (StatusCode !== "InternalError" && StatusCode !== "Forbidden") return;
  // Stryker disable next-line ArrayDeclaration: what says nothing gives no reason.
  const reasons = (Messages ?? []).map(({ Value }) => Value).join("; ");
  throw new Error(`CloudWatch could not read ${Id ?? "a metric"}: ${StatusCode}${reasons && `: ${reasons}`}`);
}
