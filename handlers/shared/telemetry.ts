import { Logger } from "@aws-lambda-powertools/logger";
import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";

export type LogFields = Readonly<
  Record<string, string | number | boolean | Readonly<Record<string, unknown>>>
>;

/** Structured logs. No field may hold personal data: ids, outcomes, durations and error names only. */
export interface Log {
  info(message: string, fields: LogFields): void;
  warn(message: string, fields: LogFields): void;
  error(message: string, fields: LogFields): void;
}

/** Publishes counts of one invocation as metrics (CloudWatch's embedded metric format). */
export type PublishCounts = (counts: Readonly<Record<string, number>>) => void;

export interface Telemetry {
  readonly log: Log;
  readonly publishCounts: PublishCounts;
}

/** Service name and metrics' namespace come from the environment: POWERTOOLS_SERVICE_NAME, …_METRICS_NAMESPACE. */
export function createTelemetry(): Telemetry {
  const logger = new Logger();
  const metrics = new Metrics();
  return {
    log: logger,
    publishCounts(counts) {
      for (const [name, count] of Object.entries(counts)) metrics.addMetric(name, MetricUnit.Count, count);
      metrics.publishStoredMetrics();
    },
  };
}
