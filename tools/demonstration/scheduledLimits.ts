import { Cron } from "croner";
import type { Limits, ScheduleEntry } from "../../handlers/scaling/schedule";

/** The limits that a scaler was deployed with. */
export interface GivenLimits extends Limits {
  /** By time of day, instead of the two; empty without. */
  readonly schedule: readonly ScheduleEntry[];
}

/** Limits that come into force. */
interface LimitsChange extends Limits {
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
}

/**
 * The limits in force at a time, as whoever wrote the schedule expects them: what fired last holds. Reckoned here a
 * second time, for what the function makes of it is what the demonstration watches.
 */
export function limitsInForce(given: GivenLimits, now: number): Limits {
  const { minInstances, maxInstances, schedule } = given;
  let last: LimitsChange = { at: -Infinity, minInstances, maxInstances };
  for (const entry of schedule) {
    // Nothing fires between two minutes, and croner leaves out the very moment that it is given.
    const fired = cronOf(entry).previousRuns(2, new Date(now + 1_000));
    const at = fired.map((date) => date.getTime()).find((time) => time <= now);
    if (at !== undefined && at >= last.at) last = { at, ...limitsOf(entry) };
  }
  return limitsOnly(last);
}

/** When the limits are others for the first time after `now`; undefined when that is not within `withinMs`. */
export function nextChange(given: GivenLimits, now: number, withinMs: number): LimitsChange | undefined {
  const present = limitsInForce(given, now);
  const firings = given.schedule
    .flatMap((entry) => firingsOf(entry, now, now + withinMs).map((at) => ({ at, ...limitsOf(entry) })))
    .toSorted((a, b) => a.at - b.at);
  // Of several at once the last of the list holds, and sorting has kept their order.
  return firings.find(
    (firing, index) => firings[index + 1]?.at !== firing.at && !isSame(limitsOnly(firing), present),
  );
}

function firingsOf(entry: ScheduleEntry, after: number, until: number): number[] {
  const cron = cronOf(entry);
  const firings: number[] = [];
  for (let at = cron.nextRun(new Date(after)); at !== null && at.getTime() <= until; at = cron.nextRun(at)) {
    if (at.getTime() > after) firings.push(at.getTime());
  }
  return firings;
}

function cronOf({ cron, timezone = "UTC" }: ScheduleEntry): Cron {
  return new Cron(cron, { timezone, mode: "5-part" });
}

const limitsOf = ({ min, max }: ScheduleEntry): Limits => ({ minInstances: min, maxInstances: max });
const limitsOnly = ({ minInstances, maxInstances }: Limits): Limits => ({ minInstances, maxInstances });
const isSame = (a: Limits, b: Limits) =>
  a.minInstances === b.minInstances && a.maxInstances === b.maxInstances;
