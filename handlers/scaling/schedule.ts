import { Cron } from "croner";
import * as v from "valibot";

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

/** From each time that `cron` names, in `timezone` (by default UTC), these limits hold. */
export const scheduleEntry = v.strictObject({
  cron: v.string(),
  timezone: v.optional(v.string()),
  min: count,
  max: count,
});

export type ScheduleEntry = v.InferOutput<typeof scheduleEntry>;

export interface Limits {
  readonly minInstances: number;
  readonly maxInstances: number;
}

/**
 * The limits in force at a time, in milliseconds since the Unix epoch: those of the entry that fired last, and of several
 * that fired at once, the last in the list. They hold until the next fires, as EC2's scheduled actions do. What is
 * given beside the schedule holds where none has ever fired.
 *
 * Nothing is remembered: an entry that fired before the fleet was deployed counts too.
 */
export function limitsAt(
  now: number,
  given: Limits & { readonly schedule?: readonly ScheduleEntry[] | undefined },
): Limits {
  let last: { readonly at: number; readonly entry: ScheduleEntry } | undefined;
  for (const entry of given.schedule ?? []) {
    const at = lastFired(entry, now);
    if (at !== undefined && (last === undefined || at >= last.at)) last = { at, entry };
  }
  return last === undefined
    ? { minInstances: given.minInstances, maxInstances: given.maxInstances }
    : { minInstances: last.entry.min, maxInstances: last.entry.max };
}

/**
 * Whether a schedule calls for an instance at any time, so that a fleet may have none until then: an empty fleet has no
 * CPU by which it could ever wake.
 */
export function wakes(schedule: readonly ScheduleEntry[] | undefined): boolean {
  return schedule?.some(({ min }) => min > 0) ?? false;
}

/**
 * When an entry last fired, this very moment included. A time that the clocks skip in spring fires right after the gap,
 * and one that they repeat in autumn only at its first occurrence: nobody's morning is left out, or comes twice.
 */
function lastFired({ cron, timezone = "UTC" }: ScheduleEntry, now: number): number | undefined {
  const schedule = new Cron(cron, { timezone, mode: "5-part" });
  // The search goes on strictly before its start, and whatever fires does so at a whole second.
  const nextSecond = Math.floor(now / 1_000) * 1_000 + 1_000;
  return schedule.previousRuns(1, new Date(nextSecond))[0]?.getTime();
}
