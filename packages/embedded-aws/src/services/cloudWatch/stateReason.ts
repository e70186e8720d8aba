import { type AlarmRule, type AlarmStateValue, isBreaching } from "./evaluateAlarm";
import type { Series, SeriesPoint } from "./series";

/** "2026-01-01T00:00:00.000+0000", as alarms' events and reason data write a time. */
export function alarmTimestamp(at: number): string {
  return new Date(at).toISOString().replace("Z", "+0000");
}

/** "99.5 (02/10/26 16:59:00)" */
function datapointText({ value, at }: SeriesPoint): string {
  const iso = new Date(at).toISOString();
  return `${decimal(value)} (${iso.slice(8, 10)}/${iso.slice(5, 7)}/${iso.slice(2, 4)} ${iso.slice(11, 19)})`;
}

/** CloudWatch writes whole numbers as "50.0". */
function decimal(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}

function plural(count: number, noun: string): string {
  return count === 1 ? `${count} ${noun}` : `${count} ${noun}s`;
}

const COMPARISONS: Readonly<Record<AlarmRule["comparisonOperator"], string>> = {
  GreaterThanOrEqualToThreshold: "greater than or equal to",
  GreaterThanThreshold: "greater than",
  LessThanThreshold: "less than",
  LessThanOrEqualToThreshold: "less than or equal to",
};

/** The sentence that says why an alarm took `state`. `recent`: the datapoints evaluated, oldest first. */
export function stateReason(rule: AlarmRule, recent: readonly SeriesPoint[], state: AlarmStateValue): string {
  const periods = rule.evaluationPeriods;
  if (state === "INSUFFICIENT_DATA") {
    return `Insufficient Data: ${plural(periods, "datapoint")} ${periods === 1 ? "was" : "were"} unknown.`;
  }
  const parts: string[] = [];
  const wanted = recent.filter((point) => isBreaching(rule, point.value) === (state === "ALARM"));
  if (wanted.length > 0) {
    const shown = [...wanted].reverse().map(datapointText).join(", ");
    const verb = `${wanted.length === 1 ? "was" : "were"}${state === "ALARM" ? "" : " not"}`;
    parts.push(
      `${wanted.length} out of the last ${periods} datapoints [${shown}] ${verb} ${COMPARISONS[rule.comparisonOperator]} the threshold (${decimal(rule.threshold)})`,
    );
  }
  const missing = periods - recent.length;
  if (missing > 0) {
    const treated = rule.treatMissingData === "breaching" ? "Breaching" : "NonBreaching";
    const as = ["breaching", "notBreaching"].includes(rule.treatMissingData)
      ? ` and ${plural(missing, "missing datapoint")} ${missing === 1 ? "was" : "were"} treated as [${treated}]`
      : "";
    parts.push(`no datapoints were received for ${plural(missing, "period")}${as}`);
  }
  const needed = state === "ALARM" ? rule.datapointsToAlarm : periods - rule.datapointsToAlarm + 1;
  const transition = state === "ALARM" ? "OK -> ALARM" : "ALARM -> OK";
  return `Threshold Crossed: ${parts.join(" and ")} (minimum ${plural(needed, "datapoint")} for ${transition} transition).`;
}

/** The `reasonData` of a state: a JSON text, field by field as in CloudWatch's documented event. */
export function stateReasonData(
  rule: AlarmRule,
  series: Series,
  recent: readonly SeriesPoint[],
  queriedAt: number,
): string {
  const [first] = recent;
  return JSON.stringify({
    version: "1.0",
    queryDate: alarmTimestamp(queriedAt),
    ...(first === undefined ? {} : { startDate: alarmTimestamp(first.at) }),
    ...(series.kind === "metric" ? { statistic: series.stat } : {}),
    period: series.period,
    recentDatapoints: recent.map((point) => point.value),
    threshold: rule.threshold,
    evaluatedDatapoints: [...recent].reverse().map((point) => ({
      timestamp: alarmTimestamp(point.at),
      ...(point.sampleCount === undefined ? {} : { sampleCount: point.sampleCount }),
      value: point.value,
    })),
  });
}
