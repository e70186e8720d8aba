import { AwsError } from "../../core/errors";
import type { Access, CloudContext } from "../../core/service";
import type { Supported } from "../../wire/operation";
import { addressAt, addressRange } from "./addressRange";
import type { Ec2Controls } from "./controls";
import { tagsFor } from "./inputs";
import { currentState, type Instance } from "./instance";
import type { Instances } from "./instances";
import { requestTagKeys, resourceTagKeys } from "./launchAccess";
import type { Network, Subnet, Tagged } from "./network";
import type { SecurityGroups } from "./securityGroups";

/** What the operations of networks work on. */
export interface NetworkParts {
  readonly context: CloudContext;
  readonly network: Network;
  readonly groups: SecurityGroups;
  readonly instances: Instances;
  readonly controls: Ec2Controls;
}

type TagSpecifications = Supported<"ec2", "CreateVpc", "TagSpecifications">["TagSpecifications"];

/** An action that knows no resource. */
export const anywhere = (action: string) => (): Access[] => [{ action: `ec2:${action}`, resource: "*" }];

/** An action on what is there. */
export function on(action: string, ...resources: readonly Tagged[]): Access[] {
  return resources.map(({ arn, tags }) => ({
    action: `ec2:${action}`,
    resource: arn,
    context: resourceTagKeys(tags),
  }));
}

/** What making a resource takes: the action on its kind and on what it is put into, and leave to tag it. */
export function making(
  network: Network,
  action: string,
  type: string,
  specifications: TagSpecifications,
  ...inside: readonly Tagged[]
): Access[] {
  const keys = requestTagKeys(tagsFor(type, specifications));
  const resource = network.arn(type, "*");
  return [
    { action: `ec2:${action}`, resource, context: keys },
    ...on(action, ...inside),
    ...(Object.keys(keys).length === 0
      ? []
      : [{ action: "ec2:CreateTags", resource, context: { "ec2:CreateAction": action, ...keys } }]),
  ];
}

export function dependencyViolation(message: string): AwsError {
  return new AwsError("DependencyViolation", message);
}

/** Of every subnet, EC2 keeps the first four addresses and the last: Amazon VPC user guide, "Subnet sizing". */
const KEPT_FIRST = 4;
const KEPT = KEPT_FIRST + 1;

/** Instances that still have their interface in a network. */
export function placed(instances: Pick<Instances, "all">): Instance[] {
  return instances.all().filter((instance) => currentState(instance) !== "terminated");
}

function usedAddresses({ network, instances }: Pick<NetworkParts, "network" | "instances">, subnet: Subnet) {
  return new Set([
    ...placed(instances)
      .filter((instance) => instance.subnet.id === subnet.id)
      .map(({ privateIp }) => privateIp),
    ...[...network.natGateways.values()]
      .filter(({ subnetId, state }) => subnetId === subnet.id && state !== "deleted")
      .map(({ privateIp }) => privateIp),
    ...[...network.endpoints.values()]
      .flatMap(({ interfaces }) => interfaces)
      .filter(({ subnetId }) => subnetId === subnet.id)
      .map(({ privateIp }) => privateIp),
  ]);
}

/** How many addresses of a subnet nobody has. */
export function freeAddresses(parts: Pick<NetworkParts, "network" | "instances">, subnet: Subnet): number {
  return addressRange(subnet.cidr).size - KEPT - usedAddresses(parts, subnet).size;
}

/** Addresses of a subnet that nobody has. @throws AwsError `InsufficientFreeAddressesInSubnet` */
export function takeAddresses(
  parts: Pick<NetworkParts, "network" | "instances" | "context">,
  subnet: Subnet,
  count: number,
): string[] {
  const used = usedAddresses(parts, subnet);
  const range = addressRange(subnet.cidr);
  const usable = range.size - KEPT;
  if (usable - used.size < count) throw noFreeAddress(subnet.id);
  return Array.from({ length: count }, () => {
    const start = Math.floor(parts.context.random.next() * usable);
    for (let step = 0; ; step += 1) {
      const address = addressAt(range, KEPT_FIRST + ((start + step) % usable));
      if (used.has(address)) continue;
      used.add(address);
      return address;
    }
  });
}

export function noFreeAddress(subnetId: string): AwsError {
  return new AwsError(
    "InsufficientFreeAddressesInSubnet",
    `There are not enough free addresses in subnet '${subnetId}' to satisfy the requested number of instances.`,
  );
}
