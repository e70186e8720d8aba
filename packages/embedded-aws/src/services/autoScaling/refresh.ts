import { activeRefresh, type Group, isSuspended, type Member, serving, type Refresh } from "./group";

/** So long is waited for somebody to take an instance's protection away: user guide, "Instance refresh". */
const LONGEST_WAIT_MS = 60 * 60 * 1000;

/**
 * The members that an instance refresh takes out next: so many that the share of healthy ones stays at its minimum, or
 * one where that is no instance at all. Ends the refresh when nothing is left to do.
 */
export function refreshStep(
  group: Group,
  now: number,
): { readonly refresh: Refresh; readonly members: Member[] } | undefined {
  const refresh = activeRefresh(group);
  if (refresh === undefined || isSuspended(group, "InstanceRefresh")) return undefined;
  for (const id of refresh.left)
    if (!serving(group).some((member) => member.id === id)) refresh.left.delete(id);
  const members = serving(group);
  const isReady = ({ id, state, health, inServiceAt = now }: Member) =>
    state === "InService" &&
    health === "Healthy" &&
    // Those that were there before the refresh have long been warm.
    (refresh.left.has(id) || inServiceAt + 1000 * refresh.warmupSeconds <= now);
  const ready = members.filter(isReady).length;
  if (refresh.status === "Cancelling") {
    finish(refresh, "Cancelled", now);
    return undefined;
  }
  const isHeld = ({ isProtected }: Member) => isProtected && refresh.ofProtected === "Wait";
  const held = members.filter((member) => refresh.left.has(member.id) && isHeld(member));
  if (held.length === 0) delete refresh.waitsSince;
  else if (now >= (refresh.waitsSince ??= now) + LONGEST_WAIT_MS) {
    refresh.reason = `Instances protected from scale in were waited for in vain: ${held.map(({ id }) => id).join(", ")}`;
    finish(refresh, "Failed", now);
    return undefined;
  }
  if (refresh.left.size === 0) {
    if (ready < group.desired) return undefined;
    if (refresh.template !== undefined) group.template = refresh.template;
    finish(refresh, "Successful", now);
    return undefined;
  }
  const least = Math.ceil((group.desired * refresh.minHealthyPercentage) / 100);
  const complete = ready >= group.desired && members.length === ready;
  const spare = Math.max(ready - least, complete ? 1 : 0);
  const next = members.filter((member) => refresh.left.has(member.id) && !isHeld(member));
  return { refresh, members: next.slice(0, Math.max(0, spare)) };
}

function finish(refresh: Refresh, status: "Successful" | "Failed" | "Cancelled", now: number): void {
  refresh.status = status;
  refresh.endedAt = now;
}
