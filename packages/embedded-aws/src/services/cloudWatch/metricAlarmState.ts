import type { CloudContext } from "../../core/service";
import type { AlarmState, MetricAlarm } from "./alarm";
import { evaluateAlarm, evaluationRange } from "./evaluateAlarm";
import { MINUTE_MS, type MetricStore } from "./metricStore";
import { SeriesReader } from "./readSeries";
import type { InstancesWithTag, SeriesPoint } from "./series";
import { stateReason, stateReasonData } from "./stateReason";

/** Milliseconds between evaluations: alarms with periods below a minute are evaluated every 10 seconds. */
export const SHORT_INTERVAL_MS = 10_000;

/** Whether an alarm's period is below a minute. Source: PutMetricAlarm, "Period". */
export function isHighResolution(alarm: MetricAlarm): boolean {
  return alarm.series.period * 1000 < MINUTE_MS;
}

/** The state that a metric alarm takes at this moment; undefined when it stays in its own. */
export async function metricAlarmState(
  alarm: MetricAlarm,
  { clock }: Pick<CloudContext, "clock">,
  store: MetricStore,
  instancesWithTag: InstancesWithTag,
): Promise<AlarmState | undefined> {
  const { rule, series } = alarm;
  const now = clock.now();
  const periodMs = series.period * 1000;
  // Windows end at the last full minute, whatever the period ("Alarm evaluation", CloudWatch user guide).
  const interval = isHighResolution(alarm) ? SHORT_INTERVAL_MS : MINUTE_MS;
  const end = Math.floor(now / interval) * interval;
  const count = evaluationRange(rule);
  // Functions such as RATE need the datapoint before the first.
  const earlier = series.kind === "expression" ? 1 : 0;
  const starts = Array.from(
    { length: count + earlier },
    (_, index) => end - (count + earlier - index) * periodMs,
  );
  const lines = await new SeriesReader(store, instancesWithTag, () => starts).read(series);
  const byStart = new Map((lines[0] ?? []).map((point) => [point.at, point]));
  const points: (SeriesPoint | undefined)[] = starts.slice(earlier).map((start) => byStart.get(start));
  const value = evaluateAlarm(
    rule,
    points.map((point) => point?.value),
    alarm.state.value,
  );
  if (value === alarm.state.value) return undefined;
  const recent = points.filter((point) => point !== undefined).slice(-rule.evaluationPeriods);
  return {
    value,
    reason: stateReason(rule, recent, value),
    reasonData: stateReasonData(rule, series, recent, now),
    since: now,
  };
}
