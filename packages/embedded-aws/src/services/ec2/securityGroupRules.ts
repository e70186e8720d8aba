import type { Supported } from "../../wire/operation";
import type { Rules } from "../../wire/rules";
import { canonicalCidr } from "./cidr";
import { invalidParameter, missingParameter } from "./errors";

/** One rule as the service keeps it: one source or destination each. */
export interface SecurityGroupRule {
  /** "tcp", "udp", "icmp", "icmpv6", another protocol's number, or "-1" for all. */
  readonly protocol: string;
  /** Undefined for protocols without ports, and for all of them. */
  readonly ports: { readonly from: number; readonly to: number } | undefined;
  readonly peer:
    | { readonly kind: "ipv4" | "ipv6"; readonly cidr: string }
    | { readonly kind: "group"; readonly groupId: string };
  readonly description: string | undefined;
}

/** What a new group of a VPC allows: everything out, nothing in. Amazon VPC user guide, "Security groups". */
export const DEFAULT_EGRESS: SecurityGroupRule = {
  protocol: "-1",
  ports: undefined,
  peer: { kind: "ipv4", cidr: "0.0.0.0/0" },
  description: undefined,
};

const PROTOCOL_NAMES: ReadonlyMap<string, string> = new Map([
  ["1", "icmp"],
  ["6", "tcp"],
  ["17", "udp"],
  ["58", "icmpv6"],
]);
const NAMED_PROTOCOLS = new Set(PROTOCOL_NAMES.values());

export const permissionMembers = [
  "IpPermissions.IpProtocol",
  "IpPermissions.FromPort",
  "IpPermissions.ToPort",
  "IpPermissions.IpRanges",
  "IpPermissions.Ipv6Ranges",
  "IpPermissions.UserIdGroupPairs.GroupId",
  "IpPermissions.UserIdGroupPairs.UserId",
  "IpPermissions.UserIdGroupPairs.Description",
] as const;

const port = { range: [-1, 65_535] } as const;
const description = { pattern: /^[a-zA-Z0-9. _\-:/()#,@[\]+=&;{}!$*]{0,255}$/ } as const;

export const permissionRules: Rules = {
  "IpPermissions.FromPort": port,
  "IpPermissions.ToPort": port,
  "IpPermissions.IpRanges.Description": description,
  "IpPermissions.Ipv6Ranges.Description": description,
  "IpPermissions.UserIdGroupPairs.Description": description,
};

export type IpPermissions = NonNullable<
  Supported<"ec2", "AuthorizeSecurityGroupIngress", "IpPermissions">["IpPermissions"]
>;

/** The rules that a request's permissions stand for; throws EC2's error for one without ports or without a peer. */
export function rulesOf(permissions: IpPermissions): SecurityGroupRule[] {
  return permissions.flatMap((permission) => {
    const { IpRanges = [], Ipv6Ranges = [], UserIdGroupPairs = [] } = permission;
    const protocol = protocolOf(permission.IpProtocol);
    const rule = (peer: SecurityGroupRule["peer"], description: string | undefined): SecurityGroupRule => ({
      protocol,
      ports: portsOf(protocol, permission.FromPort, permission.ToPort),
      peer,
      description,
    });
    const rules = [
      ...IpRanges.map(({ CidrIp, Description }) =>
        rule({ kind: "ipv4", cidr: canonicalCidr(given("CidrIp", CidrIp), 4) }, Description),
      ),
      ...Ipv6Ranges.map(({ CidrIpv6, Description }) =>
        rule({ kind: "ipv6", cidr: canonicalCidr(given("CidrIpv6", CidrIpv6), 6) }, Description),
      ),
      ...UserIdGroupPairs.map(({ GroupId, Description }) =>
        rule({ kind: "group", groupId: given("GroupId", GroupId) }, Description),
      ),
    ];
    if (rules.length === 0) {
      throw invalidParameter("A permission names no IpRanges, Ipv6Ranges or Groups; expected at least one");
    }
    return rules;
  });
}

function given(name: string, value: string | undefined): string {
  if (value === undefined) throw missingParameter(name);
  return value;
}

function protocolOf(text: string | undefined): string {
  const lower = given("IpProtocol", text).toLowerCase();
  const protocol = PROTOCOL_NAMES.get(lower) ?? lower;
  if (NAMED_PROTOCOLS.has(protocol) || protocol === "-1") return protocol;
  if (/^[0-9]{1,3}$/.test(protocol) && Number(protocol) <= 255) return protocol;
  throw invalidParameter(
    `Invalid value '${lower}' for IP protocol; expected tcp, udp, icmp, icmpv6, a protocol's number, or -1`,
  );
}

function portsOf(
  protocol: string,
  from: number | undefined,
  to: number | undefined,
): SecurityGroupRule["ports"] {
  // Protocols that EC2 does not know by name cover all their ports.
  if (!NAMED_PROTOCOLS.has(protocol)) return undefined;
  if (from === undefined || to === undefined) {
    throw invalidParameter(
      `Invalid value for portRange. Must specify both from and to ports with ${protocol}.`,
    );
  }
  const isIcmp = protocol.startsWith("icmp");
  if (!isIcmp && (from < 0 || to < from)) {
    throw invalidParameter(
      `Invalid value '${from}-${to}' for portRange; expected from 0 to 65535, the lower first`,
    );
  }
  return { from, to };
}

/** What a rule allows: descriptions do not count. */
export function keyOfRule({ protocol, ports, peer }: SecurityGroupRule): string {
  return JSON.stringify([protocol, ports, peer]);
}

/** Whether two rules allow the same. */
export function sameRule(a: SecurityGroupRule, b: SecurityGroupRule): boolean {
  return keyOfRule(a) === keyOfRule(b);
}

/** Rules as DescribeSecurityGroups writes them: those of one protocol and port range together. */
export function permissionElements(rules: readonly SecurityGroupRule[], ownerId: string) {
  const ranges = Map.groupBy(rules, ({ protocol, ports }) => JSON.stringify([protocol, ports]));
  return [...ranges.values()].map((together) => {
    const [first] = together;
    return {
      IpProtocol: first?.protocol,
      ...(first?.ports && { FromPort: first.ports.from, ToPort: first.ports.to }),
      UserIdGroupPairs: together.flatMap(({ peer, description: Description }) =>
        peer.kind === "group" ? [{ UserId: ownerId, GroupId: peer.groupId, Description }] : [],
      ),
      IpRanges: together.flatMap(({ peer, description: Description }) =>
        peer.kind === "ipv4" ? [{ CidrIp: peer.cidr, Description }] : [],
      ),
      Ipv6Ranges: together.flatMap(({ peer, description: Description }) =>
        peer.kind === "ipv6" ? [{ CidrIpv6: peer.cidr, Description }] : [],
      ),
      PrefixListIds: [],
    };
  });
}
