import type { Output } from "embedded-aws";
import { type Rule, singleRules } from "../resources/ec2/securityGroupRules";
import { type Reader, type Readers, tagsFrom } from "./reader";

type Group = NonNullable<Output<"ec2", "DescribeSecurityGroups">["SecurityGroups"]>[number];
type Permission = NonNullable<Group["IpPermissions"]>[number];

const NAMES: Readonly<Record<string, string>> = { "1": "icmp", "6": "tcp", "17": "udp", "58": "icmpv6" };

/** The rules of a permission as EC2 has it: one for each other side, as the provider writes them. */
function rulesOf(permission: Permission, groupId: string): readonly Rule[] {
  const given = permission.IpProtocol ?? "-1";
  const protocol = NAMES[given] ?? given;
  const { FromPort: fromPort = 0, ToPort: toPort = 0 } = permission;
  const rule = (description: string | undefined, other: Partial<Rule>): Rule => ({
    ...{ protocol, fromPort, toPort, description: description === "" ? undefined : description },
    ...{ cidrBlocks: undefined, ipv6CidrBlocks: undefined, securityGroups: undefined, self: false },
    ...other,
  });
  return [
    ...(permission.IpRanges ?? []).map(({ CidrIp = "", Description }) =>
      rule(Description, { cidrBlocks: [CidrIp] }),
    ),
    ...(permission.Ipv6Ranges ?? []).map(({ CidrIpv6 = "", Description }) =>
      rule(Description, { ipv6CidrBlocks: [CidrIpv6] }),
    ),
    ...(permission.UserIdGroupPairs ?? []).map(({ GroupId = "", Description }) =>
      rule(Description, GroupId === groupId ? { self: true } : { securityGroups: [GroupId] }),
    ),
  ];
}

/** What tells one rule for one other side from the rest. */
function textOf({ protocol, fromPort, toPort, ...rest }: Rule): string {
  const ports = protocol === "-1" ? [0, 0] : [fromPort, toPort];
  const sides = [rest.cidrBlocks, rest.ipv6CidrBlocks, rest.securityGroups, rest.self];
  return JSON.stringify([NAMES[protocol] ?? protocol, ports, rest.description, sides]);
}

/** Observed rules in the program's words: its own where all of one stands, and one for each other side beyond. */
function asWritten(given: readonly Rule[], permissions: readonly Permission[], groupId: string) {
  const left = new Map(
    permissions.flatMap((each) => rulesOf(each, groupId)).map((rule) => [textOf(rule), rule]),
  );
  const whole = given.filter((rule) => singleRules(rule).every((single) => left.has(textOf(single))));
  for (const single of whole.flatMap(singleRules)) left.delete(textOf(single));
  return [...whole, ...joined([...left.values()])];
}

/** Rules that differ in their other sides alone, as one. */
function joined(rules: readonly Rule[]): readonly Rule[] {
  const groups = Map.groupBy(rules, ({ protocol, fromPort, toPort, description }) =>
    JSON.stringify([protocol, fromPort, toPort, description]),
  );
  return [...groups.values()].flatMap((alike) => {
    const all = (name: "cidrBlocks" | "ipv6CidrBlocks" | "securityGroups") =>
      alike.flatMap((rule) => rule[name] ?? []);
    const sides = { cidrBlocks: all("cidrBlocks"), ipv6CidrBlocks: all("ipv6CidrBlocks") };
    const self = alike.some((rule) => rule.self);
    return alike
      .slice(0, 1)
      .map((rule) => ({ ...rule, ...sides, securityGroups: all("securityGroups"), self }));
  });
}

const securityGroup: Reader = async ({ id, inputs }, { call }) => {
  const { SecurityGroups = [] } = await call("ec2", "DescribeSecurityGroups", { GroupIds: [id] });
  const [found] = SecurityGroups;
  if (found === undefined) return undefined;
  const written = (name: "ingress" | "egress", permissions: Group["IpPermissions"]) =>
    asWritten((inputs[name] ?? []) as readonly Rule[], permissions ?? [], id);
  return {
    inputs: {
      ingress: written("ingress", found.IpPermissions),
      egress: written("egress", found.IpPermissionsEgress),
      tags: tagsFrom(found.Tags),
    },
  };
};

export const securityGroupReaders: Readers = {
  "aws:ec2/securityGroup:SecurityGroup": securityGroup,
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": securityGroup,
};
