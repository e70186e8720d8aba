import { AwsError } from "../../core/errors";
import type { Access } from "../../core/service";
import { operationsOf } from "../../wire/operation";
import { missingParameter, notFound } from "./errors";
import type { FilterValues } from "./filters";
import { describeRules, ids, tagsFor, tagSpecificationMembers, tagSpecificationRules } from "./inputs";
import { tagSet } from "./instance";
import { resourceTagKeys } from "./launchAccess";
import type { Vpc } from "./network";
import { interfacesIn } from "./networkInterfaces";
import { making, type NetworkParts } from "./networkParts";
import {
  type IpPermissions,
  permissionElements,
  permissionMembers,
  permissionRules,
  rulesOf,
} from "./securityGroupRules";
import { namedRules, rulesByIds, securityGroupRuleOperations } from "./securityGroupRuleOperations";
import type { Direction, SecurityGroup } from "./securityGroups";
import { filteredPage } from "./pages";

const FILTERS: FilterValues<SecurityGroup> = {
  description: (group) => [group.description],
  "group-id": (group) => [group.id],
  "group-name": (group) => [group.name],
  "ip-permission.group-id": (group) =>
    group.rules.ingress.flatMap(({ peer }) => (peer.kind === "group" ? [peer.groupId] : [])),
  "vpc-id": (group) => [group.vpcId],
};

/** Names and descriptions take the same characters, and a name may not begin like an id. */
const characters = "[a-zA-Z0-9 ._\\-:/()#,@[\\]+=&;{}!$*]{1,255}";
const groupRules = {
  GroupName: { pattern: new RegExp(`^(?![sS][gG]-)${characters}$`) },
  Description: { pattern: new RegExp(`^${characters}$`) },
  ...tagSpecificationRules("security-group"),
};
const ruleSupport = { supports: ["GroupId", ...permissionMembers], rules: permissionRules } as const;

const revokeSupport = {
  supports: [...ruleSupport.supports, "SecurityGroupRuleIds"],
  rules: { ...permissionRules, SecurityGroupRuleIds: ids },
} as const;

interface RuleChange {
  readonly GroupId?: string;
  readonly SecurityGroupRuleIds?: readonly string[];
  readonly IpPermissions?: IpPermissions;
}

export function securityGroupOperations(parts: NetworkParts) {
  const { context, groups, network } = parts;
  const operation = operationsOf("ec2", context);
  /** The network that a new group is for. @throws AwsError where it is left out and there is no default one. */
  const vpcOf = (VpcId: string | undefined): Vpc => {
    const vpc = VpcId === undefined ? network.defaultVpc : network.one("vpcs", VpcId);
    if (vpc === undefined) throw new AwsError("VPCIdNotSpecified", "No default VPC for this user");
    return vpc;
  };
  const on =
    (action: string) =>
    ({ GroupId }: { readonly GroupId?: string }): Access[] =>
      groups.get([idOf(GroupId)]).map((group) => ({
        action: `ec2:${action}`,
        resource: group.arn,
        context: {
          "ec2:SecurityGroupID": group.id,
          "ec2:Vpc": network.arnOf("vpcs", group.vpcId),
          ...resourceTagKeys(group.tags),
        },
      }));
  const change =
    (direction: Direction, how: "authorize" | "revoke") =>
    ({ GroupId, IpPermissions = [], SecurityGroupRuleIds = [] }: RuleChange) => {
      if (IpPermissions.length + SecurityGroupRuleIds.length === 0) throw missingParameter("IpPermissions");
      for (const group of groups.get([idOf(GroupId)])) {
        const own = namedRules([group]).filter((rule) => rule.direction === direction);
        const named = rulesByIds(own, SecurityGroupRuleIds).map(({ rule }) => rule);
        groups[how](group, direction, [...rulesOf(IpPermissions), ...named]);
      }
      return { Return: true };
    };

  return {
    ...securityGroupRuleOperations(parts),
    ...operation(
      "CreateSecurityGroup",
      { supports: ["GroupName", "Description", "VpcId", ...tagSpecificationMembers], rules: groupRules },
      ({ VpcId, TagSpecifications }) =>
        making(network, "CreateSecurityGroup", "security-group", TagSpecifications, vpcOf(VpcId)),
      ({ GroupName, Description, VpcId, TagSpecifications }) => {
        const tags = tagsFor("security-group", TagSpecifications);
        const group = groups.create(GroupName, Description, vpcOf(VpcId).id, tags);
        return { GroupId: group.id, Tags: tagSet(group.tags), SecurityGroupArn: group.arn };
      },
    ),

    ...operation("DeleteSecurityGroup", { supports: ["GroupId"] }, on("DeleteSecurityGroup"), (input) => {
      const GroupId = idOf(input.GroupId);
      const inUse = interfacesIn(parts).some(({ groupIds }) => groupIds.includes(GroupId));
      for (const group of groups.get([GroupId])) groups.delete(group, inUse);
      return { Return: true, GroupId };
    }),

    ...operation(
      "DescribeSecurityGroups",
      {
        supports: ["GroupIds", "GroupNames", "Filters", "MaxResults", "NextToken"],
        rules: { GroupIds: ids, GroupNames: ids, ...describeRules },
      },
      () => [{ action: "ec2:DescribeSecurityGroups", resource: "*" }],
      ({ GroupIds = [], GroupNames = [], ...query }) => {
        const all = groups.list();
        groups.get(GroupIds);
        const unknown = GroupNames.filter((name) => !all.some((group) => group.name === name));
        if (unknown.length > 0) throw notFound("InvalidGroup.NotFound", "security group", unknown);
        const asked = all.filter(
          (group) =>
            (GroupIds.length === 0 || GroupIds.includes(group.id)) &&
            (GroupNames.length === 0 || GroupNames.includes(group.name)),
        );
        const { items, NextToken } = filteredPage(asked, query, FILTERS, (group) => group.tags);
        return {
          SecurityGroups: items.map((group) => groupElement(group, context.accountId)),
          NextToken,
        };
      },
    ),

    ...operation(
      "AuthorizeSecurityGroupIngress",
      ruleSupport,
      on("AuthorizeSecurityGroupIngress"),
      change("ingress", "authorize"),
    ),
    ...operation(
      "AuthorizeSecurityGroupEgress",
      ruleSupport,
      on("AuthorizeSecurityGroupEgress"),
      change("egress", "authorize"),
    ),
    ...operation(
      "RevokeSecurityGroupIngress",
      revokeSupport,
      on("RevokeSecurityGroupIngress"),
      change("ingress", "revoke"),
    ),
    ...operation(
      "RevokeSecurityGroupEgress",
      revokeSupport,
      on("RevokeSecurityGroupEgress"),
      change("egress", "revoke"),
    ),
  };
}

/** Groups may be named by their names in default networks; here by their ids alone. */
function idOf(groupId: string | undefined): string {
  if (groupId === undefined) throw missingParameter("GroupId");
  return groupId;
}

function groupElement(group: SecurityGroup, ownerId: string) {
  return {
    GroupId: group.id,
    GroupName: group.name,
    Description: group.description,
    OwnerId: ownerId,
    VpcId: group.vpcId,
    SecurityGroupArn: group.arn,
    IpPermissions: permissionElements(group.rules.ingress, ownerId),
    IpPermissionsEgress: permissionElements(group.rules.egress, ownerId),
    Tags: tagSet(group.tags),
  };
}
