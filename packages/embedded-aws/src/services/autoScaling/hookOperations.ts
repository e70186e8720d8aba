import type { CloudContext } from "../../core/service";
import { operationsOf } from "../../wire/operation";
import { hookElement } from "./describe";
import { invalid } from "./errors";
import type { HookResult, LifecycleHook, Transition } from "./group";
import type { Groups } from "./groups";
import { actionOf } from "./hooks";
import { byGroup, groupRule } from "./inputs";
import type { Keeper } from "./keeper";

const TRANSITIONS = ["autoscaling:EC2_INSTANCE_LAUNCHING", "autoscaling:EC2_INSTANCE_TERMINATING"] as const;
const RESULTS = ["CONTINUE", "ABANDON"] as const;
const hookName = { length: [1, 255], pattern: /^[A-Za-z0-9\-_/]+$/ } as const;

const hookMembers = [
  "LifecycleHookName",
  "LifecycleTransition",
  "NotificationMetadata",
  "HeartbeatTimeout",
  "DefaultResult",
] as const;
const hookRules = {
  LifecycleHookName: hookName,
  LifecycleTransition: { oneOf: TRANSITIONS },
  HeartbeatTimeout: { range: [30, 7200] },
  DefaultResult: { oneOf: RESULTS },
} as const;

export const hookSpecificationMembers = hookMembers.map(
  (member) => `LifecycleHookSpecificationList.${member}` as const,
);
export const hookSpecificationRules = Object.fromEntries(
  Object.entries(hookRules).map(([member, rule]) => [`LifecycleHookSpecificationList.${member}`, rule]),
);

interface HookInput {
  readonly LifecycleHookName: string;
  readonly LifecycleTransition?: string;
  readonly NotificationMetadata?: string;
  readonly HeartbeatTimeout?: number;
  readonly DefaultResult?: string;
}

/** Defaults: Amazon EC2 Auto Scaling API reference, PutLifecycleHook. What is there already stays. @throws AwsError */
export function hookFrom(input: HookInput, before?: LifecycleHook): LifecycleHook {
  const transition = input.LifecycleTransition ?? before?.transition;
  if (transition === undefined)
    throw invalid("The LifecycleTransition parameter is required when a new lifecycle hook is created");
  return {
    name: input.LifecycleHookName,
    transition: transition as Transition,
    heartbeatSeconds: input.HeartbeatTimeout ?? before?.heartbeatSeconds ?? 3600,
    defaultResult: (input.DefaultResult as HookResult | undefined) ?? before?.defaultResult ?? "ABANDON",
    metadata: input.NotificationMetadata ?? before?.metadata,
  };
}

const onAction = {
  supports: ["LifecycleHookName", "AutoScalingGroupName", "LifecycleActionToken", "InstanceId"],
  rules: { LifecycleHookName: hookName, AutoScalingGroupName: groupRule },
} as const;

export function hookOperations(context: CloudContext, groups: Groups, keeper: Keeper) {
  const { clock } = context;
  const operation = operationsOf("autoscaling", context);
  const on = (action: string) => (input: { readonly AutoScalingGroupName: string }) => [
    groups.access(action, input.AutoScalingGroupName),
  ];

  return {
    ...operation(
      "PutLifecycleHook",
      {
        supports: ["AutoScalingGroupName", ...hookMembers],
        rules: { AutoScalingGroupName: groupRule, ...hookRules },
      },
      on("PutLifecycleHook"),
      ({ AutoScalingGroupName, ...input }) => {
        const { hooks } = groups.get(AutoScalingGroupName);
        hooks.set(input.LifecycleHookName, hookFrom(input, hooks.get(input.LifecycleHookName)));
        return {};
      },
    ),

    ...operation(
      "DescribeLifecycleHooks",
      { supports: [...byGroup.supports, "LifecycleHookNames"], rules: byGroup.rules },
      () => [{ action: "autoscaling:DescribeLifecycleHooks", resource: "*" }],
      ({ AutoScalingGroupName, LifecycleHookNames: names = [] }) => {
        const group = groups.get(AutoScalingGroupName);
        const wanted = [...group.hooks.values()].filter(
          ({ name }) => names.length === 0 || names.includes(name),
        );
        return { LifecycleHooks: wanted.map((hook) => hookElement(group, hook)) };
      },
    ),

    ...operation(
      "DescribeLifecycleHookTypes",
      { supports: [] },
      () => [{ action: "autoscaling:DescribeLifecycleHookTypes", resource: "*" }],
      () => ({ LifecycleHookTypes: [...TRANSITIONS] }),
    ),

    ...operation(
      "DeleteLifecycleHook",
      {
        supports: ["LifecycleHookName", "AutoScalingGroupName"],
        rules: { LifecycleHookName: hookName, AutoScalingGroupName: groupRule },
      },
      on("DeleteLifecycleHook"),
      ({ AutoScalingGroupName, LifecycleHookName }) => {
        const group = groups.get(AutoScalingGroupName);
        if (!group.hooks.delete(LifecycleHookName))
          throw invalid(`No Lifecycle Hook found with name ${LifecycleHookName}`);
        // Actions that wait for it are completed: ABANDON for launches, CONTINUE for terminations.
        for (const { actions = [] } of group.members.values())
          for (const action of actions)
            if (action.hook.name === LifecycleHookName)
              action.result ??=
                action.hook.transition === "autoscaling:EC2_INSTANCE_LAUNCHING" ? "ABANDON" : "CONTINUE";
        keeper.soon(group);
        return {};
      },
    ),

    ...operation(
      "CompleteLifecycleAction",
      {
        supports: [...onAction.supports, "LifecycleActionResult"],
        rules: { ...onAction.rules, LifecycleActionResult: { oneOf: RESULTS } },
      },
      on("CompleteLifecycleAction"),
      (input) => {
        const group = groups.get(input.AutoScalingGroupName);
        const { action } = actionOf(group, input.LifecycleHookName, {
          token: input.LifecycleActionToken,
          instanceId: input.InstanceId,
        });
        action.result = input.LifecycleActionResult as HookResult;
        keeper.soon(group);
        return {};
      },
    ),

    ...operation(
      "RecordLifecycleActionHeartbeat",
      onAction,
      on("RecordLifecycleActionHeartbeat"),
      (input) => {
        const group = groups.get(input.AutoScalingGroupName);
        const { action } = actionOf(group, input.LifecycleHookName, {
          token: input.LifecycleActionToken,
          instanceId: input.InstanceId,
        });
        action.deadline = Math.min(action.lastDeadline, clock.now() + 1000 * action.hook.heartbeatSeconds);
        return {};
      },
    ),
  };
}
