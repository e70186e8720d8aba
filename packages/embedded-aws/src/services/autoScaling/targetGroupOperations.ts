import { pageOf } from "../../core/paging";
import type { CloudContext } from "../../core/service";
import { operationsOf } from "../../wire/operation";
import { targetGroupsOf } from "../elasticLoadBalancing/targetGroups";
import { invalid } from "./errors";
import { serving } from "./group";
import type { Groups } from "./groups";
import { groupRule, PAGE, pageRules } from "./inputs";
import type { Keeper } from "./keeper";

const attachment = {
  supports: ["AutoScalingGroupName", "TargetGroupARNs"],
  rules: { AutoScalingGroupName: groupRule, TargetGroupARNs: { length: [1, 10] } },
} as const;

/** The same ARNs. @throws AwsError for a target group that is not there. */
export function demandTargetGroups(context: CloudContext, arns: readonly string[]): readonly string[] {
  const targets = targetGroupsOf(context);
  const missing = arns.find((arn) => targets.find(arn) === undefined);
  if (missing === undefined) return arns;
  throw invalid(
    `Provided Target Groups may not be valid. Please ensure they exist and try again: ${missing}`,
  );
}

export function targetGroupOperations(context: CloudContext, groups: Groups, keeper: Keeper) {
  const operation = operationsOf("autoscaling", context);
  const on = (action: string) => (input: { readonly AutoScalingGroupName: string }) => [
    groups.access(action, input.AutoScalingGroupName),
  ];

  return {
    ...operation(
      "AttachLoadBalancerTargetGroups",
      attachment,
      on("AttachLoadBalancerTargetGroups"),
      ({ AutoScalingGroupName, TargetGroupARNs }) => {
        const group = groups.get(AutoScalingGroupName);
        for (const arn of demandTargetGroups(context, TargetGroupARNs)) group.targetGroupArns.add(arn);
        for (const member of serving(group))
          if (member.state === "InService") keeper.lives.register(group, member, TargetGroupARNs);
        keeper.soon(group);
        return {};
      },
    ),

    ...operation(
      "DetachLoadBalancerTargetGroups",
      attachment,
      on("DetachLoadBalancerTargetGroups"),
      ({ AutoScalingGroupName, TargetGroupARNs }) => {
        const group = groups.get(AutoScalingGroupName);
        for (const arn of TargetGroupARNs) {
          if (!group.targetGroupArns.delete(arn))
            throw invalid(`Trying to remove Target Groups that are not part of the group: ${arn}`);
          for (const member of group.members.values()) keeper.lives.deregister(member, [arn]);
        }
        keeper.soon(group);
        return {};
      },
    ),

    ...operation(
      "DescribeLoadBalancerTargetGroups",
      {
        supports: ["AutoScalingGroupName", "MaxRecords", "NextToken"],
        rules: { AutoScalingGroupName: groupRule, ...pageRules },
      },
      () => [{ action: "autoscaling:DescribeLoadBalancerTargetGroups", resource: "*" }],
      ({ AutoScalingGroupName, MaxRecords = PAGE, NextToken }) => {
        const group = groups.get(AutoScalingGroupName);
        const { items, next } = pageOf([...group.targetGroupArns], NextToken, MaxRecords, "InvalidNextToken");
        return {
          LoadBalancerTargetGroups: items.map((LoadBalancerTargetGroupARN) => ({
            LoadBalancerTargetGroupARN,
            State: group.healthCheckType === "ELB" ? "InService" : "Added",
          })),
          NextToken: next,
        };
      },
    ),
  };
}
