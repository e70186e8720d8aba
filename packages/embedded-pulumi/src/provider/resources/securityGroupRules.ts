import * as v from "valibot";
import { strings } from "../schemas";

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
type Rule = v.InferOutput<typeof rule>;

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
