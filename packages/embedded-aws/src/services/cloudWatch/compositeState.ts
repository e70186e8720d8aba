import type { Alarm, AlarmState, CompositeAlarm } from "./alarm";
import { childrenOf, ruleHolds } from "./compositeRule";
import { alarmTimestamp } from "./stateReason";

/**
 * The state that a composite alarm takes because of `cause`, or of none when it was just put; undefined when it stays.
 * INSUFFICIENT_DATA is for the moment of its creation alone.
 */
export function compositeState(
  alarm: CompositeAlarm,
  cause: Alarm | undefined,
  find: (name: string) => Alarm | undefined,
  now: number,
): AlarmState | undefined {
  const value = ruleHolds(alarm.rule, (name) => find(name)?.state.value) ? "ALARM" : "OK";
  if (value === alarm.state.value) return undefined;
  const triggering =
    cause === undefined ? [...childrenOf(alarm.rule)].flatMap((name) => find(name) ?? []) : [cause];
  const reason =
    cause === undefined
      ? `The alarm rule of ${alarm.arn} is ${value === "ALARM" ? "TRUE" : "FALSE"}`
      : `${cause.arn} transitioned to ${cause.state.value} at ${inWords(cause.state.since)}`;
  return {
    value,
    reason,
    reasonData: JSON.stringify({
      triggeringAlarms: triggering.map(({ arn, state }) => ({
        arn,
        state: { value: state.value, timestamp: alarmTimestamp(state.since) },
      })),
    }),
    since: now,
  };
}

/** "Friday 22 July, 2022 15:57:45 UTC", as in the event's documented example. */
function inWords(at: number): string {
  const time = new Date(at);
  const name = (options: Intl.DateTimeFormatOptions) =>
    time.toLocaleDateString("en-US", { ...options, timeZone: "UTC" });
  return `${name({ weekday: "long" })} ${String(time.getUTCDate()).padStart(2, "0")} ${name({ month: "long" })}, ${time.getUTCFullYear()} ${time.toISOString().slice(11, 19)} UTC`;
}

/**
 * The composite alarms whose rules name `name`. Where alarms rest on each other in a circle, those in it are
 * left out: "evaluation of composite alarms stops if CloudWatch detects a cycle" (PutCompositeAlarm).
 */
export function dependentsOf(name: string, alarms: readonly Alarm[]): readonly CompositeAlarm[] {
  return alarms.flatMap((alarm) =>
    alarm.kind === "composite" && childrenOf(alarm.rule).has(name) && !isInCircle(alarm, alarms)
      ? [alarm]
      : [],
  );
}

export function isInCircle(alarm: CompositeAlarm, alarms: readonly Alarm[]): boolean {
  const byName = new Map(alarms.map((each) => [each.input.AlarmName, each]));
  const seen = new Set<string>();
  const waiting = [...childrenOf(alarm.rule)];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (name === alarm.input.AlarmName) return true;
    if (seen.has(name)) continue;
    seen.add(name);
    const child = byName.get(name);
    if (child?.kind === "composite") for (const next of childrenOf(child.rule)) waiting.push(next);
  }
  return false;
}
