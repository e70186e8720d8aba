import * as v from "valibot";
import { invalidParameter } from "./errors";
import { integer } from "./inputs";

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

const PROTOCOL_NAMES: Readonly<Record<string, string>> = {
  "1": "icmp",
  "6": "tcp",
  "17": "udp",
  "58": "icmpv6",
};
const NAMED_PROTOCOLS = new Set(Object.values(PROTOCOL_NAMES));

const Description = v.optional(v.pipe(v.string(), v.regex(/^[a-zA-Z0-9. _\-:/()#,@[\]+=&;{}!$*]{0,255}$/)));

const IpPermission = v.strictObject({
  IpProtocol: v.pipe(
    v.string(),
    v.toLowerCase(),
    v.transform((protocol) => PROTOCOL_NAMES[protocol] ?? protocol),
    v.check(
      (protocol) => NAMED_PROTOCOLS.has(protocol) || protocol === "-1" || /^[0-9]{1,3}$/.test(protocol),
      "tcp, udp, icmp, icmpv6, a protocol's number, or -1",
    ),
  ),
  FromPort: v.optional(integer(-1, 65_535)),
  ToPort: v.optional(integer(-1, 65_535)),
  IpRanges: v.optional(
    v.array(
      v.strictObject({ CidrIp: v.pipe(v.string(), v.regex(/^[0-9.]{7,15}\/[0-9]{1,2}$/)), Description }),
    ),
    [],
  ),
  Ipv6Ranges: v.optional(
    v.array(
      v.strictObject({ CidrIpv6: v.pipe(v.string(), v.regex(/^[0-9a-f:.]+\/[0-9]{1,3}$/i)), Description }),
    ),
    [],
  ),
  Groups: v.optional(
    v.array(v.strictObject({ GroupId: v.string(), UserId: v.optional(v.string()), Description })),
    [],
  ),
});

export const IpPermissions = v.pipe(v.array(IpPermission), v.minLength(1));

/** The rules that a request's permissions stand for; throws EC2's error for one without ports or without a peer. */
export function rulesOf(permissions: v.InferOutput<typeof IpPermissions>): SecurityGroupRule[] {
  return permissions.flatMap((permission) => {
    const { IpProtocol: protocol } = permission;
    const rule = (peer: SecurityGroupRule["peer"], description: string | undefined): SecurityGroupRule => ({
      protocol,
      ports: portsOf(protocol, permission.FromPort, permission.ToPort),
      peer,
      description,
    });
    const rules = [
      ...permission.IpRanges.map((range) => rule({ kind: "ipv4", cidr: range.CidrIp }, range.Description)),
      ...permission.Ipv6Ranges.map((range) =>
        rule({ kind: "ipv6", cidr: range.CidrIpv6 }, range.Description),
      ),
      ...permission.Groups.map((group) => rule({ kind: "group", groupId: group.GroupId }, group.Description)),
    ];
    if (rules.length === 0) {
      throw invalidParameter("A permission names no IpRanges, Ipv6Ranges or Groups; expected at least one");
    }
    return rules;
  });
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

/** Whether two rules allow the same: descriptions do not count. */
export function sameRule(a: SecurityGroupRule, b: SecurityGroupRule): boolean {
  const key = ({ protocol, ports, peer }: SecurityGroupRule) => JSON.stringify([protocol, ports, peer]);
  return key(a) === key(b);
}

/** Rules as DescribeSecurityGroups writes them: those of one protocol and port range together. */
export function permissionElements(rules: readonly SecurityGroupRule[], ownerId: string): object[] {
  const ranges = Map.groupBy(rules, ({ protocol, ports }) => JSON.stringify([protocol, ports]));
  return [...ranges.values()].map((together) => {
    const [first] = together;
    return {
      ipProtocol: first?.protocol,
      ...(first?.ports && { fromPort: first.ports.from, toPort: first.ports.to }),
      groups: together.flatMap(({ peer, description }) =>
        peer.kind === "group" ? [{ userId: ownerId, groupId: peer.groupId, ...described(description) }] : [],
      ),
      ipRanges: together.flatMap(({ peer, description }) =>
        peer.kind === "ipv4" ? [{ cidrIp: peer.cidr, ...described(description) }] : [],
      ),
      ipv6Ranges: together.flatMap(({ peer, description }) =>
        peer.kind === "ipv6" ? [{ cidrIpv6: peer.cidr, ...described(description) }] : [],
      ),
      prefixListIds: [],
    };
  });
}

function described(description: string | undefined): object {
  return description === undefined ? {} : { description };
}
