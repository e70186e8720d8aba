import type { Access, CloudContext } from "../../core/service";
import { operationsOf } from "../../wire/operation";
import { notFound } from "./errors";
import { applyFilters, type FilterValues } from "./filters";
import { describeRules, ids } from "./inputs";
import type { Network, Subnet } from "./network";

const SUBNET_FILTERS: FilterValues<Subnet & { readonly vpcId: string }> = {
  "availability-zone": (subnet) => [subnet.zone],
  "cidr-block": (subnet) => [subnet.cidr],
  "default-for-az": () => ["true"],
  state: () => ["available"],
  "subnet-id": (subnet) => [subnet.id],
  "vpc-id": (subnet) => [subnet.vpcId],
};
const VPC_FILTERS: FilterValues<Network> = {
  cidr: (vpc) => [vpc.cidr],
  "is-default": () => ["true"],
  isDefault: () => ["true"],
  state: () => ["available"],
  "vpc-id": (vpc) => [vpc.vpcId],
};
const ZONE_FILTERS: FilterValues<Subnet> = {
  state: () => ["available"],
  "zone-id": (subnet) => [subnet.zoneId],
  "zone-name": (subnet) => [subnet.zone],
  "zone-type": () => ["availability-zone"],
};

/** What describes the account's default network, which nothing here changes. */
export function networkOperations(context: CloudContext, network: Network) {
  const operation = operationsOf("ec2", context);
  const anywhere = (action: string) => (): Access[] => [{ action: `ec2:${action}`, resource: "*" }];
  const ownerId = context.accountId;

  return {
    ...operation(
      "DescribeVpcs",
      { supports: ["VpcIds", "Filters"], rules: { VpcIds: ids, ...describeRules } },
      anywhere("DescribeVpcs"),
      (input) => {
        requireKnown(input.VpcIds, [network.vpcId], "InvalidVpcID.NotFound", "vpc ID");
        return {
          Vpcs: applyFilters([network], input.Filters, VPC_FILTERS).map((vpc) => ({
            VpcId: vpc.vpcId,
            OwnerId: ownerId,
            State: "available" as const,
            CidrBlock: vpc.cidr,
            InstanceTenancy: "default" as const,
            IsDefault: true,
            Tags: [],
          })),
        };
      },
    ),

    ...operation(
      "DescribeSubnets",
      { supports: ["SubnetIds", "Filters"], rules: { SubnetIds: ids, ...describeRules } },
      anywhere("DescribeSubnets"),
      (input) => {
        const all = network.subnets.map((subnet) => ({ ...subnet, vpcId: network.vpcId }));
        const known = all.map((subnet) => subnet.id);
        requireKnown(input.SubnetIds, known, "InvalidSubnetID.NotFound", "subnet ID");
        const asked = all.filter((subnet) => isAsked(input.SubnetIds, subnet.id));
        return {
          Subnets: applyFilters(asked, input.Filters, SUBNET_FILTERS).map((subnet) => ({
            SubnetId: subnet.id,
            SubnetArn: `arn:aws:ec2:${context.region}:${ownerId}:subnet/${subnet.id}`,
            State: "available" as const,
            OwnerId: ownerId,
            VpcId: subnet.vpcId,
            CidrBlock: subnet.cidr,
            AvailableIpAddressCount: 4091,
            AvailabilityZone: subnet.zone,
            AvailabilityZoneId: subnet.zoneId,
            DefaultForAz: true,
            MapPublicIpOnLaunch: true,
            Tags: [],
          })),
        };
      },
    ),

    ...operation(
      "DescribeAvailabilityZones",
      {
        supports: ["ZoneNames", "ZoneIds", "Filters"],
        rules: { ZoneNames: ids, ZoneIds: ids, ...describeRules },
      },
      anywhere("DescribeAvailabilityZones"),
      (input) => {
        const asked = network.subnets.filter(
          (subnet) => isAsked(input.ZoneNames, subnet.zone) && isAsked(input.ZoneIds, subnet.zoneId),
        );
        return {
          AvailabilityZones: applyFilters(asked, input.Filters, ZONE_FILTERS).map((subnet) => ({
            ZoneName: subnet.zone,
            ZoneId: subnet.zoneId,
            State: "available" as const,
            ZoneType: "availability-zone",
            RegionName: context.region,
            GroupName: context.region,
            OptInStatus: "opt-in-not-required" as const,
            Messages: [],
          })),
        };
      },
    ),
  };
}

function isAsked(ids: readonly string[] = [], id: string): boolean {
  return ids.length === 0 || ids.includes(id);
}

function requireKnown(
  asked: readonly string[] | undefined,
  known: readonly string[],
  code: string,
  what: string,
): void {
  const unknown = (asked ?? []).filter((id) => !known.includes(id));
  if (unknown.length > 0) throw notFound(code, what, unknown);
}
