import { Logger, LogLevelThreshold } from "@aws-lambda-powertools/logger";
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
  const service = process.env.POWERTOOLS_SERVICE_NAME ?? "service_undefined";
  // What Powertools read of its settings holds for these lines, too: POWERTOOLS_LOG_LEVEL, Lambda's own level.
  const writesInfo = logger.level <= LogLevelThreshold.INFO;
  return {
    log: {
      info(message, fields) {
        if (!writesInfo) return;
        gatherOutput();
        process.stdout.write(`${infoLine(message, service, fields)}\n`);
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

/**
 * A line as Powertools' Logger writes it, at a quarter of its price: a batch has one an order. Leaves out `sampling_rate`, which
 * tells of debug lines. See docs/decisions/0049-lines-of-orders-are-made-here.md.
 */
function infoLine(message: string, service: string, fields: LogFields): string {
  const line: Record<string, unknown> = {
    level: "INFO",
    message,
    timestamp: new Date().toISOString(),
    service,
    // "Root=1-…;Parent=…;Sampled=1"
    xray_trace_id: /(?:^|;)Root=([^;]+)/.exec(process.env._X_AMZN_TRACE_ID ?? "")?.[1],
  };
  // As Powertools does: what is empty is left out, and nothing takes the place of a line's own members.
  for (const [name, value] of Object.entries(fields))
    if (value !== "" && !Object.hasOwn(line, name)) line[name] = value;
  return JSON.stringify(line);
}

// Stryker disable next-line BooleanLiteral: the first warning of the tests puts it right.
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
