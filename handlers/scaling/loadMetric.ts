import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import { CloudWatchClient, GetMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { clientConfig } from "../shared/retry";
import { traced } from "../shared/tracing";
import { HISTORY_PERIOD_SECONDS, LOAD_HISTORY_MS, type LoadPoint } from "./forecast";

/** In instances' worth of work at full CPU, which no change of the target turns into another load. */
const NAME = "FleetLoad";

/** The load that the scaler has seen, kept as a metric of its own. */
export interface LoadMetric {
  /** Says what the load of a minute was; saying it twice changes nothing. */
  publish(point: LoadPoint): void;
  /** The greatest load of each stretch of the last weeks. Rejects with the SDK's errors. */
  history(now: number): Promise<LoadPoint[]>;
}

/** The metric beside the function's others, named like them by `POWERTOOLS_METRICS_NAMESPACE` and `…_SERVICE_NAME`. */
export function awsLoadMetric(namespace: string, service: string): LoadMetric {
  const cloudWatch = traced(new CloudWatchClient({ ...clientConfig, maxAttempts: 3 }));
  const metrics = new Metrics({ namespace, serviceName: service });
  return {
    publish({ time, load }) {
      const metric = metrics.singleMetric();
      // Of the minute that it was measured in, not of this one: the history is asked by the time of day.
      metric.setTimestamp(time);
      metric.addMetric(NAME, MetricUnit.Count, load);
    },
    async history(now) {
      const points: LoadPoint[] = [];
      let NextToken: string | undefined;
      do {
        const page = await cloudWatch.send(
          new GetMetricDataCommand({
            MetricDataQueries: [
              {
                Id: "load",
                MetricStat: {
                  Metric: {
                    Namespace: namespace,
                    MetricName: NAME,
                    Dimensions: [{ Name: "service", Value: service }],
                  },
                  Period: HISTORY_PERIOD_SECONDS,
                  Stat: "Maximum",
                },
              },
            ],
            StartTime: new Date(now - LOAD_HISTORY_MS),
            EndTime: new Date(now),
            ...(NextToken !== undefined && { NextToken }),
          }),
        );
        // Stryker disable next-line ArrayDeclaration: what has no values, or no times, is no load.
        for (const { Timestamps = [], Values = [] } of page.MetricDataResults ?? []) {
          for (const [index, timestamp] of Timestamps.entries()) {
            const load = Values[index];
            // Stryker disable next-line ConditionalExpression: what is undefined is not finite; the type asks for both.
            if (load !== undefined && Number.isFinite(load)) points.push({ time: timestamp.getTime(), load });
          }
        }
        NextToken = page.NextToken;
      } while (NextToken);
      return points;
    },
  };
}
