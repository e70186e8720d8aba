import { compare, type Comparison, type Contender, type PolicyKey } from "./compare";
import type { Score } from "./run";
import type { Trace } from "./traces";

/** How much of the demand may go unserved, in percent: beyond that, saving is no merit. */
export const SERVED = { timeUnder: 0.5, shortfall: 0.2 } as const;

const HIGHEST_TARGET = 95;
const COARSE = 5;

/** What a policy is tuned by. */
export interface Tuning {
  /** In percent of CPU. */
  readonly targetCpuPercent: number;
  /** Instances beyond what the load needs; 0 for a policy that has no such setting. */
  readonly reserveInstances: number;
}

/** A policy that is to be tuned. */
export interface Tunable {
  readonly key: PolicyKey;
  readonly name: string;
  /** The most that may be kept in reserve; undefined where the policy has no such setting. */
  readonly mostReserve?: number | undefined;
  /** The policy so tuned; undefined where it does not take these settings. */
  readonly at: (tuning: Tuning) => Contender | undefined;
}

/** How a policy did, tuned so. */
interface Tuned extends Tuning {
  readonly comparison: Comparison;
}

export interface LeastHours {
  readonly key: PolicyKey;
  readonly policy: string;
  /** Whether a reserve was tuned too. */
  readonly hasReserve: boolean;
  /** Where the policy is cheapest and serves; undefined where it serves nowhere. */
  readonly best: Tuned | undefined;
}

/** Whether a policy left no more unserved than `SERVED`, over all traces. */
function serves({ timeUnder, shortfall }: Score): boolean {
  return timeUnder <= SERVED.timeUnder && shortfall <= SERVED.shortfall;
}

/**
 * Each policy at the whole target, of up to 95 %, and with the reserve, where it has one, at which it has the least
 * instance-hours and still serves: a table that nobody wins by spending more.
 *
 * Instance-hours fall as the target rises, and rise with the reserve. So for each reserve, from none on, the target is
 * looked for from above, first by fives, until it serves or costs as much as what is known to serve; and once the highest
 * target costs that much, so does every larger reserve.
 */
export async function leastHours(
  { key, name, mostReserve, at }: Tunable,
  traces: readonly Trace[],
): Promise<LeastHours> {
  let best: Tuned | undefined;
  const isCheaper = ({ comparison }: Tuned) =>
    best === undefined || comparison.together.instanceHours < best.comparison.together.instanceHours;
  const tuned = async (tuning: Tuning): Promise<Tuned | undefined> => {
    const contender = at(tuning);
    if (contender === undefined) return undefined;
    const [comparison] = await compare([contender], traces);
    return comparison && { ...tuning, comparison };
  };
  // What serves nowhere is found out by what is most: the largest reserve at the lowest target.
  const most = { targetCpuPercent: COARSE, reserveInstances: mostReserve ?? 0 };
  const largest = most.reserveInstances === 0 ? undefined : await tuned(most);
  if (largest !== undefined && !serves(largest.comparison.together))
    return { key, policy: name, hasReserve: true, best: undefined };
  search: for (let reserveInstances = 0; reserveInstances <= (mostReserve ?? 0); reserveInstances++) {
    for (let target = HIGHEST_TARGET; target > 0; target -= COARSE) {
      const found = await tuned({ targetCpuPercent: target, reserveInstances });
      if (found === undefined) continue;
      const cheaper = isCheaper(found);
      if (!cheaper && target === HIGHEST_TARGET) break search;
      if (!serves(found.comparison.together)) {
        if (cheaper) continue;
        break;
      }
      if (cheaper) best = found;
      for (let finer = target + 1; finer < Math.min(target + COARSE, HIGHEST_TARGET); finer++) {
        const other = await tuned({ targetCpuPercent: finer, reserveInstances });
        if (other && serves(other.comparison.together) && isCheaper(other)) best = other;
      }
      break;
    }
  }
  return { key, policy: name, hasReserve: mostReserve !== undefined, best };
}

/** The instance-hours of one policy relative to another's; undefined where either serves nowhere. */
export function hoursRatio(all: readonly LeastHours[], own: PolicyKey, other: PolicyKey): number | undefined {
  const [ours, theirs] = [own, other].map(
    (wanted) => all.find(({ key }) => key === wanted)?.best?.comparison.together.instanceHours,
  );
  return ours === undefined || theirs === undefined ? undefined : ours / theirs;
}
