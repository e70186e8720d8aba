import { pageOf } from "../../core/paging";
import type { CloudContext } from "../../core/service";
import { operationsOf } from "../../wire/operation";
import { activityElement, memberElement } from "./describe";
import { invalid } from "./errors";
import type { Groups } from "./groups";
import { groupRule, PAGE, pageRules } from "./inputs";
import type { Keeper } from "./keeper";

const MOST_ACTIVITIES = 100;

/** What is done to single instances of groups, and what groups have done. */
export function instanceOperations(context: CloudContext, groups: Groups, keeper: Keeper) {
  const operation = operationsOf("autoscaling", context);
  const onMember = (action: string) => (input: { readonly InstanceId?: string }) => [
    groups.access(action, groups.memberOf(input.InstanceId ?? "").group.name),
  ];

  return {
    ...operation(
      "TerminateInstanceInAutoScalingGroup",
      { supports: ["InstanceId", "ShouldDecrementDesiredCapacity"] },
      onMember("TerminateInstanceInAutoScalingGroup"),
      ({ InstanceId = "", ShouldDecrementDesiredCapacity: decrement }) => {
        const { group, member } = groups.memberOf(InstanceId);
        if (member.state.startsWith("Terminat"))
          throw invalid(`The instance ${InstanceId} is already being terminated`);
        if (decrement) {
          if (group.desired - 1 < group.minSize)
            throw invalid(
              `Currently, desiredSize equals minSize (${group.minSize}). Terminating instance without replacement will violate group's min size constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size.`,
            );
          group.desired -= 1;
        }
        keeper.lives.leave(
          group,
          member,
          decrement
            ? `in response to a user request, shrinking the capacity from ${group.desired + 1} to ${group.desired}`
            : "in response to a user request",
        );
        keeper.soon(group);
        return { Activity: activityElement(group, member.activity) };
      },
    ),

    ...operation(
      "SetInstanceHealth",
      {
        supports: ["InstanceId", "HealthStatus", "ShouldRespectGracePeriod"],
        rules: { HealthStatus: { oneOf: ["Healthy", "Unhealthy"] } },
      },
      onMember("SetInstanceHealth"),
      ({ InstanceId, HealthStatus, ShouldRespectGracePeriod: respects = true }) => {
        const { group, member } = groups.memberOf(InstanceId);
        const since = member.inServiceAt ?? context.clock.now();
        const graceful = respects && context.clock.now() < since + 1000 * group.graceSeconds;
        if (HealthStatus === "Healthy" || !graceful) member.health = HealthStatus as typeof member.health;
        keeper.soon(group);
        return {};
      },
    ),

    ...operation(
      "SetInstanceProtection",
      {
        supports: ["AutoScalingGroupName", "InstanceIds", "ProtectedFromScaleIn"],
        rules: { AutoScalingGroupName: groupRule, InstanceIds: { length: [1, 50] } },
      },
      (input) => [groups.access("SetInstanceProtection", input.AutoScalingGroupName)],
      ({ AutoScalingGroupName, InstanceIds, ProtectedFromScaleIn }) => {
        const group = groups.get(AutoScalingGroupName);
        const members = InstanceIds.map((id) => {
          const member = group.members.get(id);
          if (member === undefined)
            throw invalid(`The instance ${id} is not part of Auto Scaling group ${group.name}.`);
          return member;
        });
        for (const member of members) member.isProtected = ProtectedFromScaleIn;
        keeper.soon(group);
        return {};
      },
    ),

    ...operation(
      "DescribeAutoScalingInstances",
      {
        supports: ["InstanceIds", "MaxRecords", "NextToken"],
        rules: { InstanceIds: { length: [0, 50] }, MaxRecords: { range: [1, 50] } },
      },
      () => [{ action: "autoscaling:DescribeAutoScalingInstances", resource: "*" }],
      ({ InstanceIds: ids = [], MaxRecords = PAGE, NextToken }) => {
        const wanted = groups
          .list()
          .flatMap((group) => [...group.members.values()].map((member) => ({ group, member })))
          .filter(({ member }) => ids.length === 0 || ids.includes(member.id));
        const { items, next } = pageOf(wanted, NextToken, MaxRecords, "InvalidNextToken");
        return {
          AutoScalingInstances: items.map(({ group, member }) => ({
            ...memberElement(member),
            AutoScalingGroupName: group.name,
            HealthStatus: member.health.toUpperCase(),
          })),
          NextToken: next,
        };
      },
    ),

    ...operation(
      "DescribeScalingActivities",
      {
        supports: ["ActivityIds", "AutoScalingGroupName", "MaxRecords", "NextToken"],
        rules: { AutoScalingGroupName: groupRule, ...pageRules },
      },
      () => [{ action: "autoscaling:DescribeScalingActivities", resource: "*" }],
      ({ ActivityIds: ids = [], AutoScalingGroupName: name, MaxRecords = MOST_ACTIVITIES, NextToken }) => {
        const asked = name === undefined ? groups.list() : [groups.find(name) ?? groups.get(name)];
        const wanted = asked
          .flatMap((group) => group.activities.toReversed().map((activity) => ({ group, activity })))
          .filter(({ activity }) => ids.length === 0 || ids.includes(activity.id))
          .toSorted((a, b) => b.activity.startedAt - a.activity.startedAt);
        const { items, next } = pageOf(wanted, NextToken, MaxRecords, "InvalidNextToken");
        return {
          Activities: items.map(({ group, activity }) => activityElement(group, activity)),
          NextToken: next,
        };
      },
    ),
  };
}
