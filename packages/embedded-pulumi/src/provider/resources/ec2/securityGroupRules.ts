import * as v from "valibot";
import { AwsError } from "embedded-aws";
import type { CreateContext } from "../../resourceType";
import { strings } from "../../schemas";

/** A rule of a security group, as the provider has it. */
export const rule = v.strictObject({
  protocol: v.string(),
  fromPort: v.number(),
  toPort: v.number(),
  description: v.optional(v.string()),
  cidrBlocks: strings,
  ipv6CidrBlocks: strings,
  securityGroups: strings,
  /** The group itself is the other side. */
  self: v.optional(v.boolean(), false),
});
export type Rule = v.InferOutput<typeof rule>;

/** A rule as EC2 has it, of a group by its id. */
export function permission(rule: Rule, groupId: string) {
  const { description: Description, securityGroups = [], self } = rule;
  const groups = self ? [...securityGroups, groupId] : securityGroups;
  return {
    IpProtocol: rule.protocol,
    FromPort: rule.fromPort,
    ToPort: rule.toPort,
    IpRanges: rule.cidrBlocks?.map((CidrIp) => ({ CidrIp, Description })),
    Ipv6Ranges: rule.ipv6CidrBlocks?.map((CidrIpv6) => ({ CidrIpv6, Description })),
    UserIdGroupPairs: groups.map((GroupId) => ({ GroupId, Description })),
  };
}

/** EC2 keeps a rule for each other side. */
export function singleRules(rule: Rule): Rule[] {
  const { cidrBlocks = [], ipv6CidrBlocks = [], securityGroups = [], self } = rule;
  const none = { cidrBlocks: undefined, ipv6CidrBlocks: undefined, securityGroups: undefined, self: false };
  return [
    ...cidrBlocks.map((block): Rule => ({ ...rule, ...none, cidrBlocks: [block] })),
    ...ipv6CidrBlocks.map((block): Rule => ({ ...rule, ...none, ipv6CidrBlocks: [block] })),
    ...securityGroups.map((group): Rule => ({ ...rule, ...none, securityGroups: [group] })),
    ...(self ? [{ ...rule, ...none, self }] : []),
  ];
}

function without(rules: readonly Rule[], others: readonly Rule[]): readonly Rule[] {
  const text = (rule: Rule) => JSON.stringify(rule, Object.keys(rule).sort());
  const known = new Set(others.map(text));
  return rules.filter((rule) => !known.has(text(rule)));
}

type RuleOperation = `${"Authorize" | "Revoke"}SecurityGroup${"Ingress" | "Egress"}`;

/** One rule after the other: what an attempt before has brought about already is no reason to fail. */
export async function changeRules(
  operation: RuleOperation,
  rules: readonly Rule[],
  GroupId: string,
  context: CreateContext,
): Promise<void> {
  for (const rule of rules) {
    try {
      await context.call("ec2", operation, { GroupId, IpPermissions: [permission(rule, GroupId)] });
    } catch (error) {
      const done = error instanceof AwsError && /^InvalidPermission[.](Duplicate|NotFound)$/.test(error.code);
      if (!done) throw error;
    }
  }
}

interface Rules {
  readonly ingress: readonly Rule[];
  readonly egress: readonly Rule[];
}

/** Takes from a group the rules that it is no longer to have, and gives it those that are new. */
export async function replaceRules(
  groupId: string,
  old: Rules,
  inputs: Rules,
  context: CreateContext,
): Promise<void> {
  for (const [revoke, authorize, before, after] of [
    ["RevokeSecurityGroupIngress", "AuthorizeSecurityGroupIngress", old.ingress, inputs.ingress],
    ["RevokeSecurityGroupEgress", "AuthorizeSecurityGroupEgress", old.egress, inputs.egress],
  ] as const) {
    const [now, then] = [after, before].map((rules) => rules.flatMap(singleRules));
    await changeRules(revoke, without(then ?? [], now ?? []), groupId, context);
    await changeRules(authorize, without(now ?? [], then ?? []), groupId, context);
  }
}
