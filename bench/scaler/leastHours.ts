import { compare, type Comparison, type Contender, type PolicyKey } from "./compare";
import type { Score } from "./run";
import type { Trace } from "./traces";

/** How much of the demand may go unserved, in percent: beyond that, saving is no merit. */
export const SERVED = { timeUnder: 0.5, shortfall: 0.2 } as const;

const HIGHEST_TARGET = 95;
const COARSE = 5;

export interface LeastHours {
  readonly key: PolicyKey;
  readonly policy: string;
  /** The target, in percent of CPU, at which the policy is cheapest and serves; undefined where it serves at none. */
  readonly best: { readonly targetCpuPercent: number; readonly comparison: Comparison } | undefined;
}

/** Whether a policy left no more unserved than `SERVED`, over all traces. */
function serves({ timeUnder, shortfall }: Score): boolean {
  return timeUnder <= SERVED.timeUnder && shortfall <= SERVED.shortfall;
}

/**
 * Each policy at the whole target, of up to 95 %, at which it has the least instance-hours and still serves: a table
 * that nobody wins by spending more. Instance-hours fall as the target rises, so it is looked for from above, first
 * by fives.
 *
 * @param contenderAt the policy with this target.
 */
export async function leastHours(
  contenderAt: (targetCpuPercent: number) => Contender,
  traces: readonly Trace[],
): Promise<LeastHours> {
  const at = async (targetCpuPercent: number) => {
    const [comparison] = await compare([contenderAt(targetCpuPercent)], traces);
    return comparison !== undefined && serves(comparison.together)
      ? { targetCpuPercent, comparison }
      : undefined;
  };
  const { key, name: policy } = contenderAt(HIGHEST_TARGET);
  for (let target = HIGHEST_TARGET; target > 0; target -= COARSE) {
    let best = await at(target);
    if (best === undefined) continue;
    for (let finer = target + 1; finer < Math.min(target + COARSE, HIGHEST_TARGET); finer++) {
      const other = await at(finer);
      if (other && other.comparison.together.instanceHours < best.comparison.together.instanceHours)
        best = other;
    }
    return { key, policy, best };
  }
  return { key, policy, best: undefined };
}

/** The instance-hours of one policy relative to another's; undefined where either serves at no target. */
export function hoursRatio(all: readonly LeastHours[], own: PolicyKey, other: PolicyKey): number | undefined {
  const [ours, theirs] = [own, other].map(
    (wanted) => all.find(({ key }) => key === wanted)?.best?.comparison.together.instanceHours,
  );
  return ours === undefined || theirs === undefined ? undefined : ours / theirs;
}
