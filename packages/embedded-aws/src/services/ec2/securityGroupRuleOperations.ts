import { createHash } from "node:crypto";
import { AwsError } from "../../core/errors";
import { operationsOf } from "../../wire/operation";
import type { FilterValues } from "./filters";
import { describeRules, ids } from "./inputs";
import type { NetworkParts } from "./networkParts";
import { keyOfRule, type SecurityGroupRule } from "./securityGroupRules";
import type { Direction, SecurityGroup } from "./securityGroups";
import { filteredPage } from "./pages";

interface NamedRule {
  readonly id: string;
  readonly group: SecurityGroup;
  readonly direction: Direction;
  readonly rule: SecurityGroupRule;
}

const FILTERS: FilterValues<NamedRule> = {
  "group-id": ({ group }) => [group.id],
  "security-group-rule-id": ({ id }) => [id],
};

/** Rules one by one, under ids of what they say: the same rule of a group has the same id whenever it is there. */
export function namedRules(groups: readonly SecurityGroup[]): readonly NamedRule[] {
  return groups.flatMap((group) =>
    (["ingress", "egress"] as const).flatMap((direction) =>
      group.rules[direction].map((rule) => {
        const text = [group.id, direction, keyOfRule(rule)].join("/");
        const digits = createHash("sha256").update(text).digest("hex").slice(0, 17);
        return { id: `sgr-${digits}`, group, direction, rule };
      }),
    ),
  );
}

/** @throws AwsError InvalidSecurityGroupRuleId.NotFound */
export function rulesByIds(rules: readonly NamedRule[], wanted: readonly string[]): readonly NamedRule[] {
  return wanted.map((id) => {
    const found = rules.find((rule) => rule.id === id);
    if (found !== undefined) return found;
    throw new AwsError(
      "InvalidSecurityGroupRuleId.NotFound",
      `The security group rule ID '${id}' does not exist`,
    );
  });
}

export function securityGroupRuleOperations({ context, groups }: NetworkParts) {
  return operationsOf("ec2", context)(
    "DescribeSecurityGroupRules",
    {
      supports: ["SecurityGroupRuleIds", "Filters", "MaxResults", "NextToken"],
      rules: { SecurityGroupRuleIds: ids, ...describeRules },
    },
    () => [{ action: "ec2:DescribeSecurityGroupRules", resource: "*" }],
    ({ SecurityGroupRuleIds = [], ...query }) => {
      const all = namedRules(groups.list());
      const asked = SecurityGroupRuleIds.length === 0 ? all : rulesByIds(all, SecurityGroupRuleIds);
      const { items, NextToken } = filteredPage(asked, query, FILTERS);
      return {
        SecurityGroupRules: items.map((rule) => element(rule, context.accountId)),
        NextToken,
      };
    },
  );
}

function element({ id, group, direction, rule }: NamedRule, ownerId: string) {
  const { protocol, ports, peer, description: Description } = rule;
  return {
    SecurityGroupRuleId: id,
    SecurityGroupRuleArn: group.arn.replace(/security-group\/.*/, `security-group-rule/${id}`),
    GroupId: group.id,
    GroupOwnerId: ownerId,
    IsEgress: direction === "egress",
    IpProtocol: protocol,
    FromPort: ports?.from ?? -1,
    ToPort: ports?.to ?? -1,
    ...(peer.kind === "ipv4" && { CidrIpv4: peer.cidr }),
    ...(peer.kind === "ipv6" && { CidrIpv6: peer.cidr }),
    ...(peer.kind === "group" && { ReferencedGroupInfo: { GroupId: peer.groupId, UserId: ownerId } }),
    Description,
    Tags: [],
  };
}
