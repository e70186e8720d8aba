import { operationsOf } from "../../wire/operation";
import { notFound } from "./errors";
import type { FilterValues } from "./filters";
import { describeRules, ids } from "./inputs";
import { type Instance, tagSet } from "./instance";
import { tagsOf } from "./launchSpecification";
import type { Subnet, Vpc } from "./network";
import { anywhere, type NetworkParts, placed } from "./networkParts";
import { filteredPage } from "./pages";

/** A network interface: an instance's, or one that a NAT gateway or an endpoint has in a subnet. */
interface NetworkInterface {
  readonly id: string;
  readonly subnetId: string;
  readonly vpcId: string;
  readonly zone: string;
  readonly kind: "interface" | "nat_gateway" | "vpc_endpoint";
  readonly description: string;
  readonly privateIp: string;
  readonly publicIp: string | undefined;
  readonly groupIds: readonly string[];
  readonly instance: Instance | undefined;
  readonly tags: ReadonlyMap<string, string>;
}

const FILTERS: FilterValues<NetworkInterface> = {
  "attachment.instance-id": ({ instance }) => (instance === undefined ? [] : [instance.id]),
  "availability-zone": ({ zone }) => [zone],
  description: (one) => [one.description],
  "group-id": ({ groupIds }) => groupIds,
  "interface-type": ({ kind }) => [kind],
  "network-interface-id": ({ id }) => [id],
  "private-ip-address": ({ privateIp }) => [privateIp],
  "requester-managed": ({ instance }) => [String(instance === undefined)],
  status: () => ["in-use"],
  "subnet-id": ({ subnetId }) => [subnetId],
  "vpc-id": ({ vpcId }) => [vpcId],
};

const ACL_FILTERS: FilterValues<{ readonly vpc: Vpc; readonly subnets: readonly Subnet[] }> = {
  "association.subnet-id": ({ subnets }) => subnets.map(({ id }) => id),
  default: () => ["true"],
  "network-acl-id": ({ vpc }) => [vpc.networkAclId],
  "vpc-id": ({ vpc }) => [vpc.id],
};

/** Every interface that is in a network now. */
export function interfacesIn({
  network,
  instances,
}: Pick<NetworkParts, "network" | "instances">): NetworkInterface[] {
  const zoneOf = (subnetId: string) => network.subnets.get(subnetId)?.zone ?? "";
  return [
    ...placed(instances).map((instance): NetworkInterface => ({
      id: instance.networkInterfaceId,
      subnetId: instance.subnet.id,
      vpcId: instance.subnet.vpcId,
      zone: instance.subnet.zone,
      kind: "interface",
      description: instance.specification.NetworkInterfaces?.[0]?.Description ?? "",
      privateIp: instance.privateIp,
      publicIp: instance.publicIp,
      groupIds: instance.securityGroupIds,
      instance,
      tags: tagsOf(instance.specification, "network-interface"),
    })),
    ...[...network.natGateways.values()]
      .filter(({ state }) => state !== "deleted")
      .map((gateway): NetworkInterface => ({
        id: gateway.networkInterfaceId,
        subnetId: gateway.subnetId,
        vpcId: gateway.vpcId,
        zone: zoneOf(gateway.subnetId),
        kind: "nat_gateway",
        description: `Interface for NAT Gateway ${gateway.id}`,
        privateIp: gateway.privateIp,
        publicIp: gateway.address?.publicIp,
        groupIds: [],
        instance: undefined,
        tags: new Map(),
      })),
    ...[...network.endpoints.values()].flatMap((endpoint) =>
      endpoint.interfaces.map(({ id, subnetId, privateIp }): NetworkInterface => ({
        id,
        subnetId,
        vpcId: endpoint.vpcId,
        zone: zoneOf(subnetId),
        kind: "vpc_endpoint",
        description: `VPC Endpoint Interface ${endpoint.id}`,
        privateIp,
        publicIp: undefined,
        groupIds: endpoint.groupIds,
        instance: undefined,
        tags: new Map(),
      })),
    ),
  ];
}

/** What only describes: interfaces, and the access list that every VPC begins with. */
export function networkInterfaceOperations(parts: NetworkParts) {
  const { context, network, groups } = parts;
  const operation = operationsOf("ec2", context);
  const OwnerId = context.accountId;

  return {
    ...operation(
      "DescribeNetworkInterfaces",
      {
        supports: ["NetworkInterfaceIds", "Filters", "MaxResults", "NextToken"],
        rules: { NetworkInterfaceIds: ids, ...describeRules },
      },
      anywhere("DescribeNetworkInterfaces"),
      ({ NetworkInterfaceIds = [], ...query }) => {
        const all = interfacesIn(parts);
        const unknown = NetworkInterfaceIds.filter((id) => !all.some((one) => one.id === id));
        if (unknown.length > 0)
          throw notFound("InvalidNetworkInterfaceID.NotFound", "networkInterface ID", unknown);
        const asked = all.filter(
          ({ id }) => NetworkInterfaceIds.length === 0 || NetworkInterfaceIds.includes(id),
        );
        const { items, NextToken } = filteredPage(asked, query, FILTERS, ({ tags }) => tags);
        return {
          NetworkInterfaces: items.map((one) => {
            const Association = one.publicIp === undefined ? {} : { Association: { PublicIp: one.publicIp } };
            return {
              NetworkInterfaceId: one.id,
              SubnetId: one.subnetId,
              VpcId: one.vpcId,
              AvailabilityZone: one.zone,
              // The model names some otherwise than EC2 does.
              InterfaceType: one.kind as "interface",
              Description: one.description,
              OwnerId,
              RequesterManaged: one.instance === undefined,
              Status: "in-use" as const,
              SourceDestCheck: one.kind !== "nat_gateway",
              PrivateIpAddress: one.privateIp,
              PrivateIpAddresses: [{ Primary: true, PrivateIpAddress: one.privateIp, ...Association }],
              ...Association,
              Groups: one.groupIds.map((GroupId) => ({ GroupId, GroupName: groups.byId(GroupId)?.name })),
              ...(one.instance === undefined
                ? {}
                : {
                    Attachment: {
                      InstanceId: one.instance.id,
                      InstanceOwnerId: OwnerId,
                      DeviceIndex: 0,
                      Status: "attached" as const,
                      DeleteOnTermination: true,
                    },
                  }),
              TagSet: tagSet(one.tags),
            };
          }),
          NextToken,
        };
      },
    ),

    ...operation(
      "DescribeNetworkAcls",
      {
        supports: ["NetworkAclIds", "Filters", "MaxResults", "NextToken"],
        rules: { NetworkAclIds: ids, ...describeRules },
      },
      anywhere("DescribeNetworkAcls"),
      ({ NetworkAclIds = [], ...query }) => {
        const all = [...network.vpcs.values()].map((vpc) => ({ vpc, subnets: network.subnetsOf(vpc.id) }));
        const unknown = NetworkAclIds.filter((id) => !all.some(({ vpc }) => vpc.networkAclId === id));
        if (unknown.length > 0) throw notFound("InvalidNetworkAclID.NotFound", "networkAcl ID", unknown);
        const asked = all.filter(
          ({ vpc }) => NetworkAclIds.length === 0 || NetworkAclIds.includes(vpc.networkAclId),
        );
        const { items, NextToken } = filteredPage(asked, query, ACL_FILTERS);
        return {
          NetworkAcls: items.map(({ vpc, subnets }) => ({
            NetworkAclId: vpc.networkAclId,
            VpcId: vpc.id,
            OwnerId,
            IsDefault: true,
            Entries: [false, true].flatMap((Egress) => [
              aclEntry(Egress, 100, "allow"),
              aclEntry(Egress, 32_767, "deny"),
            ]),
            Associations: subnets.map((subnet) => ({
              NetworkAclAssociationId: subnet.aclAssociationId,
              NetworkAclId: vpc.networkAclId,
              SubnetId: subnet.id,
            })),
            Tags: [],
          })),
          NextToken,
        };
      },
    ),
  };
}

function aclEntry(Egress: boolean, RuleNumber: number, RuleAction: "allow" | "deny") {
  return { CidrBlock: "0.0.0.0/0", Egress, Protocol: "-1", RuleAction, RuleNumber };
}
