import type { LoggingConfig } from "./lambdaFunction";
import type { Outcome } from "./outcome";

/** What the REPORT line of an invocation says. */
export interface Report {
  readonly requestId: string;
  readonly durationMs: number;
  /** Only of a cold start. */
  readonly initMs?: number;
  readonly memoryMb: number;
  readonly usedMemoryMb: number;
  readonly outcome: Outcome["kind"];
}

/** The lines that Lambda itself writes to a function's log, in the function's log format. */
export interface PlatformLog {
  start(requestId: string): readonly string[];
  /** What ended the invocation from outside: a timeout, a dead process. */
  fault(requestId: string, message: string): readonly string[];
  end(report: Report): readonly string[];
}

export function platformLog(logging: LoggingConfig, version: string, nowIso: () => string): PlatformLog {
  return logging.LogFormat === "JSON"
    ? jsonLog(logging.SystemLogLevel ?? "INFO", version, nowIso)
    : textLog(version, nowIso);
}

const milliseconds = (ms: number) => ms.toFixed(2);

function textLog(version: string, nowIso: () => string): PlatformLog {
  return {
    start: (requestId) => [`START RequestId: ${requestId} Version: ${version}`],
    fault: (requestId, message) => [`${nowIso()} ${requestId} ${message}`],
    end: (report) => [
      `END RequestId: ${report.requestId}`,
      [
        `REPORT RequestId: ${report.requestId}`,
        `Duration: ${milliseconds(report.durationMs)} ms`,
        `Billed Duration: ${billedMs(report)} ms`,
        `Memory Size: ${report.memoryMb} MB`,
        `Max Memory Used: ${report.usedMemoryMb} MB`,
        ...(report.initMs === undefined ? [] : [`Init Duration: ${milliseconds(report.initMs)} ms`]),
        ...(report.outcome === "timed-out" ? ["Status: timeout"] : []),
        ...(report.outcome === "crashed" ? ["Status: error"] : []),
      ].join("\t"),
    ],
  };
}

function jsonLog(level: "DEBUG" | "INFO" | "WARN", version: string, nowIso: () => string): PlatformLog {
  const record = (type: string, body: object) => JSON.stringify({ time: nowIso(), type, record: body });
  return {
    start: (requestId) => (level === "WARN" ? [] : [record("platform.start", { requestId, version })]),
    fault: () => [],
    end(report) {
      const status = STATUS[report.outcome];
      if (level === "WARN" && status === "success") return [];
      const metrics = {
        durationMs: Number(milliseconds(report.durationMs)),
        billedDurationMs: billedMs(report),
        memorySizeMB: report.memoryMb,
        maxMemoryUsedMB: report.usedMemoryMb,
        ...(report.initMs !== undefined && { initDurationMs: Number(milliseconds(report.initMs)) }),
      };
      return [record("platform.report", { requestId: report.requestId, metrics, status })];
    },
  };
}

const STATUS = { succeeded: "success", failed: "error", "timed-out": "timeout", crashed: "error" } as const;

/** Whole milliseconds; since August 2025 the time of the cold start is billed as well. */
function billedMs({ durationMs, initMs = 0 }: Report): number {
  return Math.ceil(durationMs + initMs);
}
