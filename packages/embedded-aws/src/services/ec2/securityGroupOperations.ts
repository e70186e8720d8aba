import * as v from "valibot";
import { pageOf } from "../../core/paging";
import { type Access, type CloudContext, operation, type Operation } from "../../core/service";
import { notFound } from "./errors";
import { applyFilters, type FilterValues } from "./filters";
import { Filters, Ids, paging, Tags } from "./inputs";
import { currentState, tagSet } from "./instance";
import type { Instances } from "./instances";
import { requestTagKeys, resourceTagKeys } from "./launchAccess";
import type { Network } from "./network";
import { IpPermissions, permissionElements, rulesOf } from "./securityGroupRules";
import type { Direction, SecurityGroup, SecurityGroups } from "./securityGroups";

const FILTERS: FilterValues<SecurityGroup> = {
  description: (group) => [group.description],
  "group-id": (group) => [group.id],
  "group-name": (group) => [group.name],
  "vpc-id": (group) => [group.vpcId],
};

/** Names and descriptions take the same characters, and neither may begin like an id. */
const characters = /^[a-zA-Z0-9 ._\-:/()#,@[\]+=&;{}!$*]{1,255}$/;
const GroupName = v.pipe(v.string(), v.regex(characters), v.regex(/^(?!sg-)/i));
const GroupId = v.string();

export function securityGroupOperations(
  context: CloudContext,
  groups: SecurityGroups,
  instances: Instances,
  network: Network,
): Record<string, Operation> {
  const arnOf = (kind: string, id: string) =>
    `arn:aws:ec2:${context.region}:${context.accountId}:${kind}/${id}`;
  const vpc = arnOf("vpc", network.vpcId);
  const on =
    (action: string) =>
    (input: { readonly GroupId: string }): Access[] =>
      groups.get([input.GroupId]).map((group) => ({
        action: `ec2:${action}`,
        resource: group.arn,
        context: { "ec2:SecurityGroupID": group.id, "ec2:Vpc": vpc, ...resourceTagKeys(group.tags) },
      }));
  const changeRules = (action: string, direction: Direction, change: "authorize" | "revoke") =>
    operation(context, v.strictObject({ GroupId, IpPermissions }), on(action), (input) => {
      for (const group of groups.get([input.GroupId])) {
        groups[change](group, direction, rulesOf(input.IpPermissions));
      }
      return { return: true };
    });

  return {
    CreateSecurityGroup: operation(
      context,
      v.strictObject({
        GroupName,
        GroupDescription: v.pipe(v.string(), v.regex(characters)),
        VpcId: v.optional(v.string(), network.vpcId),
        TagSpecification: v.optional(
          v.array(v.strictObject({ ResourceType: v.literal("security-group"), Tag: v.optional(Tags, []) })),
          [],
        ),
      }),
      (input) => {
        const keys = requestTagKeys(tagsOf(input.TagSpecification));
        const resource = arnOf("security-group", "*");
        return [
          { action: "ec2:CreateSecurityGroup", resource, context: keys },
          { action: "ec2:CreateSecurityGroup", resource: vpc },
          ...(Object.keys(keys).length === 0
            ? []
            : [
                {
                  action: "ec2:CreateTags",
                  resource,
                  context: { "ec2:CreateAction": "CreateSecurityGroup", ...keys },
                },
              ]),
        ];
      },
      (input) => {
        if (input.VpcId !== network.vpcId) throw notFound("InvalidVpcID.NotFound", "vpc ID", [input.VpcId]);
        const tags = tagsOf(input.TagSpecification);
        const group = groups.create(input.GroupName, input.GroupDescription, tags);
        return { groupId: group.id, tagSet: tagSet(group.tags), securityGroupArn: group.arn };
      },
    ),

    DeleteSecurityGroup: operation(
      context,
      v.strictObject({ GroupId }),
      on("DeleteSecurityGroup"),
      (input) => {
        const inUse = instances
          .all()
          .some(
            (instance) =>
              currentState(instance) !== "terminated" && instance.securityGroupIds.includes(input.GroupId),
          );
        for (const group of groups.get([input.GroupId])) groups.delete(group, inUse);
        return { return: true, groupId: input.GroupId };
      },
    ),

    DescribeSecurityGroups: operation(
      context,
      v.strictObject({ GroupId: Ids, GroupName: Ids, Filter: Filters, ...paging }),
      () => [{ action: "ec2:DescribeSecurityGroups", resource: "*" }],
      ({ GroupId: ids, GroupName: names, ...input }) => {
        const all = groups.list();
        groups.get(ids ?? []);
        const unknown = (names ?? []).filter((name) => !all.some((group) => group.name === name));
        if (unknown.length > 0) throw notFound("InvalidGroup.NotFound", "security group", unknown);
        const asked = all.filter(
          (group) => (ids?.includes(group.id) ?? true) && (names?.includes(group.name) ?? true),
        );
        const wanted = applyFilters(asked, input.Filter, FILTERS, (group) => group.tags);
        const { items, next } = pageOf(wanted, input.NextToken, input.MaxResults, "InvalidNextToken");
        return {
          securityGroupInfo: items.map((group) => groupElement(group, context.accountId)),
          ...(next === undefined ? {} : { nextToken: next }),
        };
      },
    ),

    AuthorizeSecurityGroupIngress: changeRules("AuthorizeSecurityGroupIngress", "ingress", "authorize"),
    AuthorizeSecurityGroupEgress: changeRules("AuthorizeSecurityGroupEgress", "egress", "authorize"),
    RevokeSecurityGroupIngress: changeRules("RevokeSecurityGroupIngress", "ingress", "revoke"),
    RevokeSecurityGroupEgress: changeRules("RevokeSecurityGroupEgress", "egress", "revoke"),
  };
}

function tagsOf(specifications: readonly { readonly Tag: readonly { Key: string; Value: string }[] }[]) {
  return new Map(specifications.flatMap((given) => given.Tag.map((tag) => [tag.Key, tag.Value])));
}

function groupElement(group: SecurityGroup, ownerId: string): object {
  return {
    groupId: group.id,
    groupName: group.name,
    groupDescription: group.description,
    ownerId,
    vpcId: group.vpcId,
    securityGroupArn: group.arn,
    ipPermissions: permissionElements(group.rules.ingress, ownerId),
    ipPermissionsEgress: permissionElements(group.rules.egress, ownerId),
    tagSet: tagSet(group.tags),
  };
}
