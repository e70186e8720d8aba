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
    log: {
      info(message, fields) {
        gatherOutput();
        logger.info(message, fields);
      },
      warn(message, fields) {
        releaseOutput();
        logger.warn(message, fields);
      },
      error(message, fields) {
        releaseOutput();
        logger.error(message, fields);
      },
    },
    publishCounts(counts) {
      gatherOutput();
      for (const [name, count] of Object.entries(counts)) metrics.addMetric(name, MetricUnit.Count, count);
      metrics.publishStoredMetrics();
    },
  };
}

let isGathering = false;

/**
 * Lets the lines of a batch, which are written in one go, leave the process together: a write of its own for each would take
 * longer than to make the line. What is written after this turn of the event loop's code is not held back.
 */
function gatherOutput(): void {
  if (isGathering) return;
  isGathering = true;
  process.stdout.cork();
  process.nextTick(releaseOutput);
}

/** Warnings and errors go another way, and come after what was said before them. */
function releaseOutput(): void {
  if (!isGathering) return;
  isGathering = false;
  process.stdout.uncork();
}
