import type { Findings, ScalingSettings } from "./decision";
import { wakes } from "./schedule";

/** How many instances something wants, before the limits. */
export type Wish = Pick<Findings, "wanted" | "reserve">;

/**
 * The instances that a need wants: those that carry it at the target, and the reserve beside them. A reserve is for a load
 * that jumps faster than an instance boots: it does not grow with the load, as the room above a low target does.
 *
 * The tolerance is of the load's part of the present size alone: noise is in the load, and a tenth of a large reserve would
 * hide half of a small load's rise.
 *
 * @param needed instances that would carry the load at the target; a real number.
 * @param size instances that are there, or on their way.
 * @param settings with the minimum in force: 0 only while nothing calls for an instance.
 */
export function wishFor(needed: number, size: number, settings: ScalingSettings): Wish {
  const reserve = fallsAsleep(needed, settings) ? 0 : settings.reserveInstances;
  const wanted = instancesFor(needed, Math.max(0, size - reserve), settings) + reserve;
  return reserve === 0 ? { wanted } : { wanted, reserve };
}

/** The wish for the most instances; the first of several. */
export function greatestWish(first: Wish, ...others: readonly Wish[]): Wish {
  return others.reduce((most, wish) => (wish.wanted > most.wanted ? wish : most), first);
}

/** Of a wish, the instances that the load itself needs: what is in reserve is no reason to call anybody. */
export function forTheLoad({ wanted, reserve = 0 }: Wish): number {
  return wanted - reserve;
}

/** Whether something else than its CPU wakes a fleet that has no instance. */
export function maySleep({ wakeMetric, schedule }: ScalingSettings): boolean {
  return wakeMetric !== undefined || wakes(schedule);
}

/**
 * Whether a fleet is about to sleep, and needs no reserve: each of its instances has next to nothing to do. What instances do
 * by themselves counts for each, or the reserve would keep its own fleet awake.
 */
function fallsAsleep(needed: number, settings: ScalingSettings): boolean {
  const { minInstances, reserveInstances, tolerance } = settings;
  return maySleep(settings) && minInstances === 0 && needed <= tolerance * (1 + reserveInstances);
}

/**
 * Whole instances for a need; the present ones, when they are within the tolerance of the need. None, where the fleet
 * may sleep, when the need is within the tolerance of none.
 */
function instancesFor(needed: number, present: number, settings: ScalingSettings): number {
  const { tolerance } = settings;
  if (maySleep(settings) && needed <= tolerance) return 0;
  return Math.abs(needed - present) <= tolerance * present ? present : Math.ceil(needed - 1e-9);
}
