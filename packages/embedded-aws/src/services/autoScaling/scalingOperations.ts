import { AwsError } from "../../core/errors";
import type { CloudContext } from "../../core/service";
import { operationsOf } from "../../wire/operation";
import { refreshElements } from "./describe";
import { pageOf } from "../../core/paging";
import { invalid } from "./errors";
import { activeRefresh, type Process, PROCESSES, serving, templateOf } from "./group";
import type { Groups } from "./groups";
import { byGroup, groupRule, PAGE, pageRules, processRules, templateMembers } from "./inputs";
import type { Keeper } from "./keeper";
import { resolveTemplate } from "./launcher";
import { checkLaunch, checkReference } from "./settings";

/** Of an instance refresh that says nothing. */
const MIN_HEALTHY_PERCENTAGE = 90;

/** What changes how a group scales: its desired capacity, what it leaves undone, and instance refreshes. */
export function scalingOperations(context: CloudContext, groups: Groups, keeper: Keeper) {
  const { clock, random } = context;
  const operation = operationsOf("autoscaling", context);
  const on = (action: string) => (input: { readonly AutoScalingGroupName: string }) => [
    groups.access(action, input.AutoScalingGroupName),
  ];
  const processes = { supports: ["AutoScalingGroupName", "ScalingProcesses"], rules: processRules } as const;

  return {
    ...operation(
      "SetDesiredCapacity",
      {
        supports: ["AutoScalingGroupName", "DesiredCapacity", "HonorCooldown"],
        rules: { AutoScalingGroupName: groupRule, DesiredCapacity: { range: [0, 10_000] } },
      },
      on("SetDesiredCapacity"),
      ({ AutoScalingGroupName, DesiredCapacity: desired, HonorCooldown = false }) => {
        const group = groups.get(AutoScalingGroupName);
        if (desired > group.maxSize)
          throw invalid(
            `New SetDesiredCapacity value ${desired} is above max value ${group.maxSize} for the AutoScalingGroup.`,
          );
        if (desired < group.minSize)
          throw invalid(
            `New SetDesiredCapacity value ${desired} is below min value ${group.minSize} for the AutoScalingGroup.`,
          );
        if (HonorCooldown && clock.now() < group.scaledAt + 1000 * group.cooldownSeconds)
          throw new AwsError(
            "ScalingActivityInProgressFault",
            `Scaling activity is in progress and blocks this action: ${group.name} cools down`,
          );
        if (desired !== group.desired) group.scaledAt = clock.now();
        group.desired = desired;
        keeper.soon(group);
        return {};
      },
    ),

    ...operation("SuspendProcesses", processes, on("SuspendProcesses"), (input) => {
      const group = groups.get(input.AutoScalingGroupName);
      for (const process of chosen(input.ScalingProcesses))
        group.suspended.set(process, `User suspended at ${new Date(clock.now()).toISOString()}`);
      return {};
    }),

    ...operation("ResumeProcesses", processes, on("ResumeProcesses"), (input) => {
      const group = groups.get(input.AutoScalingGroupName);
      for (const process of chosen(input.ScalingProcesses)) group.suspended.delete(process);
      keeper.soon(group);
      return {};
    }),

    ...operation(
      "DescribeScalingProcessTypes",
      { supports: [] },
      () => [{ action: "autoscaling:DescribeScalingProcessTypes", resource: "*" }],
      () => ({ Processes: PROCESSES.map((ProcessName) => ({ ProcessName })) }),
    ),

    ...operation(
      "StartInstanceRefresh",
      {
        supports: [
          "AutoScalingGroupName",
          "Strategy",
          ...templateMembers.map((member) => `DesiredConfiguration.LaunchTemplate.${member}` as const),
          "Preferences.MinHealthyPercentage",
          "Preferences.MaxHealthyPercentage",
          "Preferences.InstanceWarmup",
          "Preferences.SkipMatching",
          "Preferences.AutoRollback",
          "Preferences.ScaleInProtectedInstances",
          "Preferences.StandbyInstances",
        ],
        rules: {
          AutoScalingGroupName: groupRule,
          Strategy: { oneOf: ["Rolling", "ReplaceRootVolume"], supported: ["Rolling"] },
          "Preferences.MinHealthyPercentage": { range: [0, 100] },
          // None is launched beside what there is: the group stays within its maximum.
          "Preferences.MaxHealthyPercentage": { range: [100, 200], supported: [100] },
          "Preferences.InstanceWarmup": { range: [0, 172_800] },
          "Preferences.AutoRollback": { supported: [false] },
          "Preferences.ScaleInProtectedInstances": { oneOf: ["Refresh", "Ignore", "Wait"] },
          "Preferences.StandbyInstances": { oneOf: ["Terminate", "Ignore", "Wait"] },
        },
      },
      on("StartInstanceRefresh"),
      async (input, call) => {
        const group = groups.get(input.AutoScalingGroupName);
        if (activeRefresh(group) !== undefined)
          throw new AwsError(
            "InstanceRefreshInProgressFault",
            `An Instance Refresh is already in progress and blocks the execution of this Instance Refresh.`,
          );
        const { Preferences: preferences = {}, DesiredConfiguration } = input;
        const template = DesiredConfiguration?.LaunchTemplate;
        if (template !== undefined) {
          checkReference(template);
          await checkLaunch(context, { template, mixed: undefined }, group.subnets, call);
        }
        const { SkipMatching: skipMatching = false } = preferences;
        const reference = template ?? templateOf(group);
        const wanted =
          reference === undefined
            ? undefined
            : await resolveTemplate(context, reference, {
                kind: "administrator",
                accountId: context.accountId,
              });
        const { ScaleInProtectedInstances: ofProtected = "Wait", StandbyInstances: ofStandby = "Wait" } =
          preferences;
        const outdated = serving(group).filter(
          (member) =>
            (!member.isProtected || ofProtected !== "Ignore") &&
            (!skipMatching ||
              member.template.id !== wanted?.id ||
              member.template.version !== wanted.version),
        );
        const refresh = {
          id: random.uuid(),
          startedAt: clock.now(),
          status: "InProgress" as const,
          minHealthyPercentage: preferences.MinHealthyPercentage ?? MIN_HEALTHY_PERCENTAGE,
          warmupSeconds: preferences.InstanceWarmup ?? group.warmupSeconds ?? group.graceSeconds,
          skipMatching,
          ofProtected,
          ofStandby,
          template,
          total: outdated.length,
          left: new Set(outdated.map(({ id }) => id)),
        };
        group.refreshes.push(refresh);
        keeper.soon(group);
        return { InstanceRefreshId: refresh.id };
      },
    ),

    ...operation("CancelInstanceRefresh", byGroup, on("CancelInstanceRefresh"), (input) => {
      const group = groups.get(input.AutoScalingGroupName);
      const refresh = activeRefresh(group);
      if (refresh === undefined)
        throw new AwsError(
          "ActiveInstanceRefreshNotFoundFault",
          `No in progress or pending Instance Refresh found for Auto Scaling group ${group.name}`,
        );
      refresh.status = "Cancelling";
      refresh.reason = "Cancelled due to user request.";
      keeper.soon(group);
      return { InstanceRefreshId: refresh.id };
    }),

    ...operation(
      "DescribeInstanceRefreshes",
      {
        supports: ["AutoScalingGroupName", "InstanceRefreshIds", "MaxRecords", "NextToken"],
        rules: { AutoScalingGroupName: groupRule, ...pageRules },
      },
      () => [{ action: "autoscaling:DescribeInstanceRefreshes", resource: "*" }],
      ({ AutoScalingGroupName, InstanceRefreshIds: ids = [], MaxRecords = PAGE, NextToken }) => {
        const wanted = refreshElements(groups.get(AutoScalingGroupName)).filter(
          ({ InstanceRefreshId: id }) => ids.length === 0 || ids.includes(id),
        );
        const { items, next } = pageOf(wanted, NextToken, MaxRecords, "InvalidNextToken");
        return { InstanceRefreshes: items, NextToken: next };
      },
    ),
  };
}

/** Those that a request names, or all where it names none. */
function chosen(names: readonly string[] | undefined): readonly Process[] {
  return names === undefined || names.length === 0 ? PROCESSES : (names as readonly Process[]);
}
