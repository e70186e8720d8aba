import { AwsError } from "../../core/errors";
import { pageOf } from "../../core/paging";
import type { CloudContext } from "../../core/service";
import { operationsOf } from "../../wire/operation";
import { describedTags, matchesTagFilters, tagsFrom } from "./tags";
import { groupElement } from "./describe";
import { invalid } from "./errors";
import { activeRefresh, type Group, serving } from "./group";
import type { Groups } from "./groups";
import { hookFrom, hookSpecificationMembers, hookSpecificationRules } from "./hookOperations";
import {
  groupRule,
  nameRule,
  PAGE,
  pageRules,
  settingMembers,
  settingRules,
  tagMembers,
  tagRules,
} from "./inputs";
import type { Keeper } from "./keeper";
import { checkLaunch, otherSettings, placeOf, sizesOf, sourceOf } from "./settings";
import { demandTargetGroups } from "./targetGroupOperations";

export function groupOperations(context: CloudContext, groups: Groups, keeper: Keeper) {
  const { clock, random } = context;
  const operation = operationsOf("autoscaling", context);
  const on = (action: string) => (input: { readonly AutoScalingGroupName: string }) => [
    groups.access(action, input.AutoScalingGroupName),
  ];

  return {
    ...operation(
      "CreateAutoScalingGroup",
      {
        supports: [
          "AutoScalingGroupName",
          ...settingMembers,
          "TargetGroupARNs",
          ...hookSpecificationMembers,
          ...tagMembers,
        ],
        rules: { AutoScalingGroupName: nameRule, ...settingRules, ...hookSpecificationRules, ...tagRules },
      },
      (input) => [
        {
          action: "autoscaling:CreateAutoScalingGroup",
          resource: groups.arnOf(input.AutoScalingGroupName),
          context: Object.fromEntries(
            (input.Tags ?? []).map(({ Key, Value = "" }) => [`aws:RequestTag/${Key}`, Value]),
          ),
        },
      ],
      async (input, call) => {
        const { AutoScalingGroupName: name } = input;
        if (groups.find(name) !== undefined)
          throw new AwsError(
            "AlreadyExistsFault",
            "AutoScalingGroup by this name already exists - A group with the name " +
              name +
              " already exists",
          );
        const source = sourceOf(input);
        if (source === undefined)
          throw invalid(
            "Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or MixedInstancesPolicy parameter.",
          );
        const place = await placeOf(context, input);
        if (place === undefined) throw invalid("At least one Availability Zone or VPC Subnet is required.");
        const sizes = sizesOf(input, {
          minSize: 0,
          maxSize: 0,
          desired: input.DesiredCapacity ?? input.MinSize,
        });
        const targetGroupArns = demandTargetGroups(context, input.TargetGroupARNs ?? []);
        await checkLaunch(context, source, place.subnets, call);
        const group: Group = {
          name,
          arn: groups.arnOf(name, random.uuid()),
          createdAt: clock.now(),
          ...source,
          ...sizes,
          ...place,
          cooldownSeconds: 300,
          scaledAt: -Infinity,
          healthCheckType: "EC2",
          graceSeconds: 0,
          warmupSeconds: undefined,
          policies: ["Default"],
          protectNew: false,
          distribution: "balanced-best-effort",
          ...otherSettings(input),
          targetGroupArns: new Set(targetGroupArns),
          suspended: new Map(),
          tags: tagsFrom(input.Tags ?? []),
          hooks: new Map(
            (input.LifecycleHookSpecificationList ?? []).map((hook) => [
              hook.LifecycleHookName,
              hookFrom(hook),
            ]),
          ),
          members: new Map(),
          activities: [],
          refreshes: [],
          deleting: false,
          retryAt: 0,
        };
        groups.add(group);
        keeper.soon(group);
        return {};
      },
    ),

    ...operation(
      "UpdateAutoScalingGroup",
      {
        supports: ["AutoScalingGroupName", ...settingMembers],
        rules: { AutoScalingGroupName: groupRule, ...settingRules },
      },
      on("UpdateAutoScalingGroup"),
      async (input, call) => {
        const group = groups.get(input.AutoScalingGroupName);
        const sizes = sizesOf(input, group);
        const source = sourceOf(input);
        const place = await placeOf(context, input);
        if (source !== undefined) await checkLaunch(context, source, (place ?? group).subnets, call);
        Object.assign(group, sizes, source, place, otherSettings(input));
        keeper.soon(group);
        return {};
      },
    ),

    ...operation(
      "DescribeAutoScalingGroups",
      {
        supports: ["AutoScalingGroupNames", "Filters.Name", "Filters.Values", "MaxRecords", "NextToken"],
        rules: pageRules,
      },
      () => [{ action: "autoscaling:DescribeAutoScalingGroups", resource: "*" }],
      ({ AutoScalingGroupNames: names = [], Filters = [], MaxRecords = PAGE, NextToken }) => {
        const wanted = groups
          .list()
          .filter((group) => names.length === 0 || names.includes(group.name) || names.includes(group.arn))
          .filter((group) => matchesTagFilters(describedTags(group), Filters));
        const { items, next } = pageOf(wanted, NextToken, MaxRecords, "InvalidNextToken");
        return { AutoScalingGroups: items.map(groupElement), NextToken: next };
      },
    ),

    ...operation(
      "DeleteAutoScalingGroup",
      { supports: ["AutoScalingGroupName", "ForceDelete"], rules: { AutoScalingGroupName: groupRule } },
      on("DeleteAutoScalingGroup"),
      ({ AutoScalingGroupName, ForceDelete = false }) => {
        const group = groups.get(AutoScalingGroupName);
        if (!ForceDelete && serving(group).length > 0)
          throw new AwsError(
            "ResourceInUseFault",
            "You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) still in the group.",
          );
        if (!ForceDelete && group.members.size > 0)
          throw new AwsError(
            "ScalingActivityInProgressFault",
            "You cannot delete an AutoScalingGroup while there are scaling activities in progress for that group.",
          );
        const refresh = activeRefresh(group);
        if (refresh !== undefined) refresh.status = "Cancelled";
        Object.assign(group, { deleting: true, minSize: 0, maxSize: 0, desired: 0 });
        if (group.members.size === 0) groups.delete(group);
        else keeper.soon(group);
        return {};
      },
    ),
  };
}
