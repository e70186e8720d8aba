import type { Random } from "../../core/random";
import { invalid } from "./errors";
import type { Group, HookAction, HookResult, LifecycleHook, Member, Transition } from "./group";

/** What a hook may take at most, whatever it is told: 48 hours, or a hundred heartbeats. */
export function globalSeconds({ heartbeatSeconds }: LifecycleHook): number {
  return Math.min(48 * 3600, 100 * heartbeatSeconds);
}

/** Begins the actions of a transition's hooks. */
export function begun(group: Group, transition: Transition, now: number, random: Random): HookAction[] {
  return [...group.hooks.values()]
    .filter((hook) => hook.transition === transition)
    .map((hook) => ({
      hook,
      token: random.uuid(),
      deadline: now + 1000 * hook.heartbeatSeconds,
      lastDeadline: now + 1000 * globalSeconds(hook),
    }));
}

/** What a member's actions have come to by now; undefined while one of them is waited for. */
export function outcome(actions: readonly HookAction[], now: number): HookResult | undefined {
  for (const action of actions)
    if (action.result === undefined && action.deadline <= now) action.result = action.hook.defaultResult;
  // One that is given up needs no others.
  if (actions.some(({ result }) => result === "ABANDON")) return "ABANDON";
  return actions.every(({ result }) => result !== undefined) ? "CONTINUE" : undefined;
}

/** The action that a request means, by its token or its instance. @throws AwsError */
export function actionOf(
  group: Group,
  hookName: string,
  { token, instanceId }: { readonly token: string | undefined; readonly instanceId: string | undefined },
): { readonly member: Member; readonly action: HookAction } {
  if (token === undefined && instanceId === undefined)
    throw invalid("Either LifecycleActionToken or InstanceId must be specified");
  for (const member of group.members.values()) {
    for (const action of member.actions ?? []) {
      const meant =
        action.hook.name === hookName &&
        action.result === undefined &&
        (token === undefined ? member.id === instanceId : action.token === token);
      if (meant) return { member, action };
    }
  }
  throw invalid(
    token === undefined
      ? `No active Lifecycle Action found with instance ID ${instanceId ?? ""}`
      : `No active Lifecycle Action found with token ${token}`,
  );
}
