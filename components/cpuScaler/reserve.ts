/** From here on, a CPU counts as used up, in percent: see `handlers/scaling/demand.ts`. */
const USED_UP_CPU_PERCENT = 97;

/**
 * The CPU of a fleet at its maximum that has what it wants, in percent: what is in reserve takes its share of the load. A
 * smaller one shows less, and without a reserve each shows the target.
 *
 * @param maximum of a schedule that is not valid, Infinity: then the reserve counts for nothing.
 */
function fullestCpuPercent(target: number, reserve: number, maximum: number): number {
  return Number.isFinite(maximum) && maximum > 0 ? (target * (maximum - reserve)) / maximum : target;
}

/** What is wrong with a reserve; `name` is what says the maximum. */
export function reserveProblem(reserve: number, maximum: number, name: string): string | undefined {
  return reserve > maximum ? `got ${reserve}; expected at most ${name}, ${maximum}` : undefined;
}

/** What is wrong with a target: beyond a CPU that is used up, no load is ever seen to exceed it. */
export function targetProblem(
  target: number,
  tolerance: number,
  reserve: number,
  maximum: number,
): string | undefined {
  const highest = USED_UP_CPU_PERCENT / (1 + tolerance);
  const fullest = fullestCpuPercent(target, reserve, maximum);
  if (fullest < highest) return undefined;
  const beside = reserve === 0 ? "" : `, and a reserve of ${reserve} of ${maximum}`;
  const most = (highest * target) / fullest;
  return `got ${target} with a tolerance of ${tolerance}${beside}; expected less than ${most.toFixed(1)}, or a smaller tolerance`;
}

/** What is wrong with an alarm's threshold: below this it would go off on a fleet that has what it wants. */
export function alarmProblem(
  alarm: number,
  target: number,
  reserve: number,
  maximum: number,
): string | undefined {
  const fullest = fullestCpuPercent(target, reserve, maximum);
  if (alarm >= fullest) return undefined;
  return reserve === 0
    ? `got ${alarm}; expected at least targetCpuPercent, ${target}`
    : `got ${alarm}; expected at least ${fullest.toFixed(1)}, the CPU at a targetCpuPercent of ${target} with ${reserve} of ${maximum} in reserve`;
}
