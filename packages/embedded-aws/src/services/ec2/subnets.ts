import { AwsError } from "../../core/errors";
import { operationsOf } from "../../wire/operation";
import { addressRange, contains, overlaps } from "./addressRange";
import { canonicalCidr } from "./cidr";
import { invalidParameter, missingParameter } from "./errors";
import type { FilterValues } from "./filters";
import { describeRules, ids, tagsFor, tagSpecificationMembers, tagSpecificationRules } from "./inputs";
import { tagSet } from "./instance";
import { interfacesIn } from "./networkInterfaces";
import type { Subnet } from "./network";
import { anywhere, dependencyViolation, freeAddresses, making, type NetworkParts, on } from "./networkParts";
import { filteredPage } from "./pages";

const FILTERS: FilterValues<Subnet> = {
  "availability-zone": (subnet) => [subnet.zone],
  availabilityZone: (subnet) => [subnet.zone],
  "availability-zone-id": (subnet) => [subnet.zoneId],
  cidr: (subnet) => [subnet.cidr],
  "cidr-block": (subnet) => [subnet.cidr],
  cidrBlock: (subnet) => [subnet.cidr],
  "default-for-az": (subnet) => [String(subnet.isDefault)],
  defaultForAz: (subnet) => [String(subnet.isDefault)],
  "map-public-ip-on-launch": (subnet) => [String(subnet.mapPublicIp)],
  state: () => ["available"],
  "subnet-id": (subnet) => [subnet.id],
  "vpc-id": (subnet) => [subnet.vpcId],
};

/** Amazon VPC quotas: subnets per VPC. */
const MOST_SUBNETS = 200;

export function subnetOperations(parts: NetworkParts) {
  const { context, network } = parts;
  const operation = operationsOf("ec2", context);
  const onSubnet =
    (action: string) =>
    ({ SubnetId }: { readonly SubnetId: string }) =>
      on(action, network.one("subnets", SubnetId));
  const element = (subnet: Subnet) => ({
    SubnetId: subnet.id,
    SubnetArn: subnet.arn,
    State: "available" as const,
    OwnerId: context.accountId,
    VpcId: subnet.vpcId,
    CidrBlock: subnet.cidr,
    Ipv6CidrBlockAssociationSet: [],
    AvailableIpAddressCount: freeAddresses(parts, subnet),
    AvailabilityZone: subnet.zone,
    AvailabilityZoneId: subnet.zoneId,
    DefaultForAz: subnet.isDefault,
    MapPublicIpOnLaunch: subnet.mapPublicIp,
    AssignIpv6AddressOnCreation: false,
    MapCustomerOwnedIpOnLaunch: false,
    EnableDns64: false,
    Ipv6Native: false,
    PrivateDnsNameOptionsOnLaunch: {
      HostnameType: "ip-name" as const,
      EnableResourceNameDnsARecord: false,
      EnableResourceNameDnsAAAARecord: false,
    },
    Tags: tagSet(subnet.tags),
  });

  return {
    ...operation(
      "CreateSubnet",
      {
        supports: [
          "VpcId",
          "CidrBlock",
          "AvailabilityZone",
          "AvailabilityZoneId",
          ...tagSpecificationMembers,
        ],
        rules: tagSpecificationRules("subnet"),
      },
      ({ VpcId, TagSpecifications }) =>
        making(network, "CreateSubnet", "subnet", TagSpecifications, network.one("vpcs", VpcId)),
      ({ VpcId, CidrBlock, AvailabilityZone, AvailabilityZoneId, TagSpecifications }) => {
        const vpc = network.one("vpcs", VpcId);
        if (CidrBlock === undefined) throw missingParameter("cidrBlock");
        const cidr = canonicalCidr(CidrBlock, 4);
        const { bits } = addressRange(cidr);
        if (bits < 16 || bits > 28 || !contains(vpc.cidr, cidr))
          throw new AwsError("InvalidSubnet.Range", `The CIDR '${CidrBlock}' is invalid.`);
        const siblings = network.subnetsOf(VpcId);
        if (siblings.some((other) => overlaps(other.cidr, cidr)))
          throw new AwsError(
            "InvalidSubnet.Conflict",
            `The CIDR '${CidrBlock}' conflicts with another subnet`,
          );
        if (siblings.length >= MOST_SUBNETS)
          throw new AwsError("SubnetLimitExceeded", "The maximum number of subnets has been reached.");
        const zone = network.zones.find(
          ({ name, id }) =>
            (AvailabilityZone === undefined || AvailabilityZone === name) &&
            (AvailabilityZoneId === undefined || AvailabilityZoneId === id),
        );
        if (zone === undefined)
          throw invalidParameter(
            `Value (${AvailabilityZone ?? AvailabilityZoneId ?? ""}) for parameter availabilityZone is invalid. Subnets can currently only be created in the following availability zones: ${network.zones.map(({ name }) => name).join(", ")}.`,
          );
        const named = network.named("subnets", tagsFor("subnet", TagSpecifications));
        const subnet: Subnet = {
          ...named,
          vpcId: VpcId,
          zone: zone.name,
          zoneId: zone.id,
          cidr,
          isDefault: false,
          mapPublicIp: false,
          aclAssociationId: named.id.replace(/^subnet-/, "aclassoc-"),
        };
        network.subnets.set(subnet.id, subnet);
        return { Subnet: element(subnet) };
      },
    ),

    ...operation(
      "DescribeSubnets",
      {
        supports: ["SubnetIds", "Filters", "MaxResults", "NextToken"],
        rules: { SubnetIds: ids, ...describeRules },
      },
      anywhere("DescribeSubnets"),
      ({ SubnetIds, ...query }) => {
        const asked = network.asked("subnets", SubnetIds);
        const { items, NextToken } = filteredPage(asked, query, FILTERS, ({ tags }) => tags);
        return { Subnets: items.map(element), NextToken };
      },
    ),

    ...operation(
      "ModifySubnetAttribute",
      { supports: ["SubnetId", "MapPublicIpOnLaunch"] },
      onSubnet("ModifySubnetAttribute"),
      ({ SubnetId, MapPublicIpOnLaunch }) => {
        const subnet = network.one("subnets", SubnetId);
        subnet.mapPublicIp = MapPublicIpOnLaunch?.Value ?? subnet.mapPublicIp;
        return {};
      },
    ),

    ...operation("DeleteSubnet", { supports: ["SubnetId"] }, onSubnet("DeleteSubnet"), ({ SubnetId }) => {
      network.one("subnets", SubnetId);
      if (interfacesIn(parts).some(({ subnetId }) => subnetId === SubnetId))
        throw dependencyViolation(`The subnet '${SubnetId}' has dependencies and cannot be deleted.`);
      for (const { associations } of network.routeTables.values())
        for (const [id, { subnetId }] of associations) if (subnetId === SubnetId) associations.delete(id);
      network.subnets.delete(SubnetId);
      return {};
    }),
  };
}
