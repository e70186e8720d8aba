import { AwsError } from "../../core/errors";
import type { CloudContext } from "../../core/service";
import { notFound } from "./errors";
import type { Network } from "./network";
import { DEFAULT_EGRESS, sameRule, type SecurityGroupRule } from "./securityGroupRules";
import { appendAll } from "../../core/lists";

export type Direction = "ingress" | "egress";

export interface SecurityGroup {
  readonly id: string;
  readonly arn: string;
  readonly name: string;
  readonly description: string;
  readonly vpcId: string;
  readonly tags: Map<string, string>;
  readonly rules: Record<Direction, SecurityGroupRule[]>;
}

/** The security groups of the account's network, the default one first. */
export class SecurityGroups {
  readonly #byId = new Map<string, SecurityGroup>();

  constructor(
    private readonly context: CloudContext,
    private readonly network: Network,
  ) {
    const { id, name } = network.securityGroup;
    const fromItself = { ...DEFAULT_EGRESS, peer: { kind: "group", groupId: id } } as const;
    this.#add(id, name, "default VPC security group", new Map(), [fromItself]);
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

  create(name: string, description: string, tags: ReadonlyMap<string, string>): SecurityGroup {
    if (this.list().some((group) => group.name === name)) {
      throw new AwsError(
        "InvalidGroup.Duplicate",
        `The security group '${name}' already exists for VPC '${this.network.vpcId}'`,
      );
    }
    return this.#add(`sg-0${this.context.random.hex(16)}`, name, description, tags, []);
  }

  /** @param inUse whether an instance has the group. */
  delete(group: SecurityGroup, inUse: boolean): void {
    if (group.id === this.network.securityGroup.id) {
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
    id: string,
    name: string,
    description: string,
    tags: ReadonlyMap<string, string>,
    ingress: SecurityGroupRule[],
  ): SecurityGroup {
    const { region, accountId } = this.context;
    const group: SecurityGroup = {
      id,
      arn: `arn:aws:ec2:${region}:${accountId}:security-group/${id}`,
      name,
      description,
      vpcId: this.network.vpcId,
      tags: new Map(tags),
      rules: { ingress, egress: [DEFAULT_EGRESS] },
    };
    this.#byId.set(id, group);
    return group;
  }
}

function describe({ protocol, ports, peer }: SecurityGroupRule): string {
  const where = peer.kind === "group" ? peer.groupId : peer.cidr;
  const range = ports === undefined ? "ALL" : `from port: ${ports.from}, to port: ${ports.to}`;
  return `peer: ${where}, ${protocol === "-1" ? "ALL" : protocol.toUpperCase()}, ${range}, ALLOW`;
}
