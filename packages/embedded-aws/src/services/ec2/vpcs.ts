import { AwsError } from "../../core/errors";
import { operationsOf } from "../../wire/operation";
import { addressRange, overlaps } from "./addressRange";
import { canonicalCidr } from "./cidr";
import { invalidCombination } from "./errors";
import type { FilterValues } from "./filters";
import { describeRules, ids, tagsFor, tagSpecificationMembers, tagSpecificationRules } from "./inputs";
import { tagSet } from "./instance";
import type { Vpc } from "./network";
import { anywhere, dependencyViolation, making, type NetworkParts, on } from "./networkParts";
import { filteredPage } from "./pages";

const FILTERS: FilterValues<Vpc> = {
  cidr: (vpc) => [vpc.cidr],
  "cidr-block-association.cidr-block": (vpc) => [vpc.cidr],
  "is-default": (vpc) => [String(vpc.isDefault)],
  isDefault: (vpc) => [String(vpc.isDefault)],
  state: () => ["available"],
  "vpc-id": (vpc) => [vpc.id],
};

/** Amazon VPC quotas: VPCs per Region. */
const MOST_VPCS = 5;

/** Of these no VPC is made: Amazon VPC user guide, "VPC CIDR blocks". */
const RESERVED = ["0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4"];

export function vpcOperations({ context, network, groups }: NetworkParts) {
  const operation = operationsOf("ec2", context);
  const onVpc =
    (action: string) =>
    ({ VpcId }: { readonly VpcId: string }) =>
      on(action, network.one("vpcs", VpcId));

  return {
    ...operation(
      "CreateVpc",
      {
        supports: ["CidrBlock", "InstanceTenancy", "AmazonProvidedIpv6CidrBlock", ...tagSpecificationMembers],
        rules: {
          AmazonProvidedIpv6CidrBlock: { supported: [false] },
          InstanceTenancy: { oneOf: ["default", "dedicated", "host"], supported: ["default"] },
          ...tagSpecificationRules("vpc"),
        },
      },
      ({ TagSpecifications }) => making(network, "CreateVpc", "vpc", TagSpecifications),
      ({ CidrBlock, TagSpecifications }) => {
        if (CidrBlock === undefined)
          throw new AwsError("MissingParameter", "Either 'cidrBlock' or 'ipv4IpamPoolId' must be provided.");
        const cidr = canonicalCidr(CidrBlock, 4);
        const { bits } = addressRange(cidr);
        if (bits < 16 || bits > 28 || RESERVED.some((range) => overlaps(range, cidr)))
          throw new AwsError("InvalidVpc.Range", `The CIDR '${CidrBlock}' is invalid.`);
        if (network.vpcs.size >= MOST_VPCS)
          throw new AwsError("VpcLimitExceeded", "The maximum number of VPCs has been reached.");
        const tags = tagsFor("vpc", TagSpecifications);
        const vpc = network.addVpc({ ...network.named("vpcs", tags), cidr, isDefault: false });
        groups.addDefault(vpc.id, network.newId("sg"));
        return { Vpc: { ...vpcElement(vpc, context.accountId), State: "pending" as const } };
      },
    ),

    ...operation(
      "DescribeVpcs",
      {
        supports: ["VpcIds", "Filters", "MaxResults", "NextToken"],
        rules: { VpcIds: ids, ...describeRules },
      },
      anywhere("DescribeVpcs"),
      ({ VpcIds, ...query }) => {
        const { items, NextToken } = filteredPage(
          network.asked("vpcs", VpcIds),
          query,
          FILTERS,
          ({ tags }) => tags,
        );
        return { Vpcs: items.map((vpc) => vpcElement(vpc, context.accountId)), NextToken };
      },
    ),

    ...operation(
      "DescribeVpcAttribute",
      {
        supports: ["VpcId", "Attribute"],
        rules: {
          Attribute: {
            oneOf: ["enableDnsSupport", "enableDnsHostnames", "enableNetworkAddressUsageMetrics"],
          },
        },
      },
      onVpc("DescribeVpcAttribute"),
      ({ VpcId, Attribute }) => {
        const vpc = network.one("vpcs", VpcId);
        switch (Attribute) {
          case "enableDnsSupport":
            return { VpcId, EnableDnsSupport: { Value: vpc.dnsSupport } };
          case "enableDnsHostnames":
            return { VpcId, EnableDnsHostnames: { Value: vpc.dnsHostnames } };
          case "enableNetworkAddressUsageMetrics":
            return { VpcId, EnableNetworkAddressUsageMetrics: { Value: vpc.usageMetrics } };
        }
      },
    ),

    ...operation(
      "ModifyVpcAttribute",
      {
        supports: ["VpcId", "EnableDnsHostnames", "EnableDnsSupport", "EnableNetworkAddressUsageMetrics"],
      },
      onVpc("ModifyVpcAttribute"),
      ({ VpcId, EnableDnsHostnames, EnableDnsSupport, EnableNetworkAddressUsageMetrics }) => {
        const vpc = network.one("vpcs", VpcId);
        const given = [EnableDnsHostnames, EnableDnsSupport, EnableNetworkAddressUsageMetrics];
        if (given.filter((attribute) => attribute !== undefined).length !== 1)
          throw invalidCombination("Fields for multiple attribute types specified; expected exactly one");
        vpc.dnsHostnames = EnableDnsHostnames?.Value ?? vpc.dnsHostnames;
        vpc.dnsSupport = EnableDnsSupport?.Value ?? vpc.dnsSupport;
        vpc.usageMetrics = EnableNetworkAddressUsageMetrics?.Value ?? vpc.usageMetrics;
        return {};
      },
    ),

    ...operation("DeleteVpc", { supports: ["VpcId"] }, onVpc("DeleteVpc"), ({ VpcId }) => {
      const vpc = network.one("vpcs", VpcId);
      const main = network.mainTableOf(VpcId);
      const hasDependent =
        network.subnetsOf(VpcId).length > 0 ||
        [...network.routeTables.values()].some((table) => table.vpcId === VpcId && table !== main) ||
        [...network.internetGateways.values()].some((gateway) => gateway.vpcId === VpcId) ||
        [...network.endpoints.values()].some((endpoint) => endpoint.vpcId === VpcId) ||
        groups.list().some((group) => group.vpcId === VpcId && !group.isDefault);
      if (hasDependent)
        throw dependencyViolation(`The vpc '${VpcId}' has dependencies and cannot be deleted.`);
      if (main !== undefined) network.routeTables.delete(main.id);
      groups.removeDefault(VpcId);
      network.vpcs.delete(vpc.id);
      return {};
    }),
  };
}

function vpcElement(vpc: Vpc, ownerId: string) {
  return {
    VpcId: vpc.id,
    OwnerId: ownerId,
    State: "available",
    CidrBlock: vpc.cidr,
    CidrBlockAssociationSet: [
      {
        AssociationId: vpc.id.replace(/^vpc-/, "vpc-cidr-assoc-"),
        CidrBlock: vpc.cidr,
        CidrBlockState: { State: "associated" },
      },
    ],
    Ipv6CidrBlockAssociationSet: [],
    // The options that every account starts with.
    DhcpOptionsId: "dopt-0a5b8f3c7d2e91046",
    InstanceTenancy: "default",
    IsDefault: vpc.isDefault,
    Tags: tagSet(vpc.tags),
  } as const;
}
