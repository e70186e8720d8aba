import { AwsError } from "../../core/errors";
import { notFound } from "./errors";
import type { Network } from "./network";
import { DEFAULT_EGRESS, sameRule, type SecurityGroupRule } from "./securityGroupRules";
import { appendAll } from "../../core/lists";

/** Of the default VPC. */
const DEFAULT_GROUP_ID = "sg-0c4d7a9e1b6f38205";

export type Direction = "ingress" | "egress";

export interface SecurityGroup {
  readonly id: string;
  readonly arn: string;
  readonly name: string;
  readonly description: string;
  readonly vpcId: string;
  /** The one that every VPC begins with, and keeps. */
  readonly isDefault: boolean;
  readonly tags: Map<string, string>;
  readonly rules: Record<Direction, SecurityGroupRule[]>;
}

/** The security groups of the account's networks, each network's default one first. */
export class SecurityGroups {
  readonly #byId = new Map<string, SecurityGroup>();

  constructor(private readonly network: Network) {
    for (const vpc of network.vpcs.values()) this.addDefault(vpc.id, DEFAULT_GROUP_ID);
  }

  /** The group that a new VPC begins with: everything out, and in whatever has the group itself. */
  addDefault(vpcId: string, id: string): void {
    const fromItself = { ...DEFAULT_EGRESS, peer: { kind: "group", groupId: id } } as const;
    this.#add(
      { id, name: "default", description: "default VPC security group", vpcId, isDefault: true },
      new Map(),
      [fromItself],
    );
  }

  /** @throws AwsError where there is no such VPC. */
  defaultOf(vpcId: string): SecurityGroup {
    const found = this.list().find((group) => group.vpcId === vpcId && group.isDefault);
    if (found === undefined) throw notFound("InvalidVpcID.NotFound", "vpc ID", [vpcId]);
    return found;
  }

  /** It goes with its VPC, and only so. */
  removeDefault(vpcId: string): void {
    this.#byId.delete(this.defaultOf(vpcId).id);
  }

  list(): readonly SecurityGroup[] {
    return [...this.#byId.values()];
  }

  byId(id: string): SecurityGroup | undefined {
    return this.#byId.get(id);
  }

  /** Throws `InvalidGroup.NotFound` naming every id that no group has. */
  get(ids: readonly string[]): SecurityGroup[] {
    const unknown = ids.filter((id) => !this.#byId.has(id));
    if (unknown.length > 0) throw notFound("InvalidGroup.NotFound", "security group", unknown);
    return ids.flatMap((id) => this.#byId.get(id) ?? []);
  }

  create(name: string, description: string, vpcId: string, tags: ReadonlyMap<string, string>): SecurityGroup {
    if (this.list().some((group) => group.name === name && group.vpcId === vpcId)) {
      throw new AwsError(
        "InvalidGroup.Duplicate",
        `The security group '${name}' already exists for VPC '${vpcId}'`,
      );
    }
    return this.#add({ id: this.network.newId("sg"), name, description, vpcId, isDefault: false }, tags, []);
  }

  /** @param inUse whether a network interface has the group. */
  delete(group: SecurityGroup, inUse: boolean): void {
    if (group.isDefault) {
      throw new AwsError(
        "CannotDelete",
        `the specified group: "${group.id}" name: "default" cannot be deleted by a user`,
      );
    }
    const named = this.list().some(
      (other) =>
        other !== group &&
        [...other.rules.ingress, ...other.rules.egress].some(
          ({ peer }) => peer.kind === "group" && peer.groupId === group.id,
        ),
    );
    if (inUse || named) {
      throw new AwsError("DependencyViolation", `resource ${group.id} has a dependent object`);
    }
    this.#byId.delete(group.id);
  }

  /** All of the rules or none: throws `InvalidPermission.Duplicate` for one that is there. */
  authorize(group: SecurityGroup, direction: Direction, rules: readonly SecurityGroupRule[]): void {
    this.get(rules.flatMap(({ peer }) => (peer.kind === "group" ? [peer.groupId] : [])));
    const there = group.rules[direction];
    const twice = rules.find((rule, index) =>
      [...there, ...rules.slice(0, index)].some((other) => sameRule(other, rule)),
    );
    if (twice !== undefined) {
      throw new AwsError(
        "InvalidPermission.Duplicate",
        `the specified rule "${describe(twice)}" already exists`,
      );
    }
    appendAll(there, rules);
  }

  /** All of the rules or none: throws `InvalidPermission.NotFound` for one that is not there. */
  revoke(group: SecurityGroup, direction: Direction, rules: readonly SecurityGroupRule[]): void {
    const there = group.rules[direction];
    const missing = rules.find((rule) => !there.some((other) => sameRule(other, rule)));
    if (missing !== undefined) {
      throw new AwsError(
        "InvalidPermission.NotFound",
        `The specified rule "${describe(missing)}" does not exist in this security group.`,
      );
    }
    group.rules[direction] = there.filter((other) => !rules.some((rule) => sameRule(other, rule)));
  }

  #add(
    given: Pick<SecurityGroup, "id" | "name" | "description" | "vpcId" | "isDefault">,
    tags: ReadonlyMap<string, string>,
    ingress: SecurityGroupRule[],
  ): SecurityGroup {
    const group: SecurityGroup = {
      ...given,
      arn: this.network.arn("security-group", given.id),
      tags: new Map(tags),
      rules: { ingress, egress: [DEFAULT_EGRESS] },
    };
    this.#byId.set(group.id, group);
    return group;
  }
}

function describe({ protocol, ports, peer }: SecurityGroupRule): string {
  const where = peer.kind === "group" ? peer.groupId : peer.cidr;
  const range = ports === undefined ? "ALL" : `from port: ${ports.from}, to port: ${ports.to}`;
  return `peer: ${where}, ${protocol === "-1" ? "ALL" : protocol.toUpperCase()}, ${range}, ALLOW`;
}
