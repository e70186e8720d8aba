import { isWarmingUp, type Member } from "./fleet";

/**
 * The order in which instances are taken away: those first whose loss costs least.
 *
 * 1. Those not yet in service. They carry no load; only a fleet above its maximum loses any.
 * 2. Those of another image than the fleet's present one: a change of image is then rolled out as the load
 *    comes and goes.
 * 3. The oldest. They have had the longest time to gather leaks, drift and unpatched kernels, and every
 *    instance lives for a bounded time in a fleet that breathes.
 * 4. By id, so that two invocations with the same view choose the same instances, and terminating is as
 *    idempotent as launching.
 */
export function terminationOrder(
  fleet: readonly Member[],
  now: number,
  warmupSeconds: number,
  imageId: string | undefined,
): Member[] {
  const rank = (member: Member) => {
    if (isWarmingUp(member, now, warmupSeconds)) return 0;
    // Where the fleet's image is not known, all are of another, and so alike.
    return member.imageId === imageId ? 2 : 1;
  };
  // Stryker disable next-line EqualityOperator: no two have the same id.
  return fleet.toSorted((a, b) => rank(a) - rank(b) || a.launchTime - b.launchTime || (a.id < b.id ? -1 : 1));
}
