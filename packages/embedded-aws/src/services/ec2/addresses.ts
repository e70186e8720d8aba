import { AwsError } from "../../core/errors";
import { operationsOf } from "../../wire/operation";
import { missingParameter } from "./errors";
import { applyFilters, type FilterValues } from "./filters";
import { describeRules, ids, tagsFor, tagSpecificationMembers, tagSpecificationRules } from "./inputs";
import { tagSet } from "./instance";
import type { ElasticAddress } from "./network";
import { interfacesIn } from "./networkInterfaces";
import { anywhere, making, type NetworkParts, on } from "./networkParts";
import { page } from "./pages";

const FILTERS: FilterValues<ElasticAddress> = {
  "allocation-id": ({ id }) => [id],
  "association-id": ({ association }) => (association === undefined ? [] : [association.id]),
  domain: () => ["vpc"],
  "network-interface-id": ({ association }) =>
    association === undefined ? [] : [association.networkInterfaceId],
  "public-ip": ({ publicIp }) => [publicIp],
};

/** Amazon VPC quotas: Elastic IP addresses per Region. */
const MOST_ADDRESSES = 5;

/** Elastic IP addresses. NAT gateways use them; to give one to an instance is not supported. */
export function addressOperations(parts: NetworkParts) {
  const { context, network } = parts;
  const operation = operationsOf("ec2", context);
  const element = (address: ElasticAddress) => {
    const { id, publicIp, association, tags } = address;
    const owner = association && interfacesIn(parts).find((one) => one.id === association.networkInterfaceId);
    return {
      AllocationId: id,
      PublicIp: publicIp,
      Domain: "vpc" as const,
      PublicIpv4Pool: "amazon",
      NetworkBorderGroup: context.region,
      ...(association === undefined
        ? {}
        : {
            AssociationId: association.id,
            NetworkInterfaceId: association.networkInterfaceId,
            NetworkInterfaceOwnerId: context.accountId,
            PrivateIpAddress: owner?.privateIp,
          }),
      Tags: tagSet(tags),
    };
  };

  return {
    ...operation(
      "AllocateAddress",
      {
        supports: ["Domain", "NetworkBorderGroup", ...tagSpecificationMembers],
        rules: {
          Domain: { oneOf: ["vpc", "standard"], supported: ["vpc"] },
          NetworkBorderGroup: { supported: [context.region] },
          ...tagSpecificationRules("elastic-ip"),
        },
      },
      ({ TagSpecifications }) => making(network, "AllocateAddress", "elastic-ip", TagSpecifications),
      ({ TagSpecifications }) => {
        if (network.addresses.size >= MOST_ADDRESSES)
          throw new AwsError("AddressLimitExceeded", "The maximum number of addresses has been reached.");
        const used = new Set([...network.addresses.values()].map(({ publicIp }) => publicIp));
        // For documentation, RFC 5737: nobody has them.
        const publicIp = Array.from({ length: 254 }, (_, index) => `198.51.100.${index + 1}`).find(
          (one) => !used.has(one),
        );
        const named = network.named("addresses", tagsFor("elastic-ip", TagSpecifications));
        const address: ElasticAddress = { ...named, publicIp: publicIp ?? "", association: undefined };
        network.addresses.set(address.id, address);
        const { AllocationId, PublicIp, Domain, PublicIpv4Pool, NetworkBorderGroup } = element(address);
        return { AllocationId, PublicIp, Domain, PublicIpv4Pool, NetworkBorderGroup };
      },
    ),

    ...operation(
      "DescribeAddresses",
      {
        supports: ["AllocationIds", "PublicIps", "Filters"],
        rules: { AllocationIds: ids, PublicIps: ids, "Filters.Values": describeRules["Filters.Values"] },
      },
      anywhere("DescribeAddresses"),
      ({ AllocationIds, PublicIps = [], Filters }) => {
        const all = network.asked("addresses", AllocationIds);
        const unknown = PublicIps.find((ip) => !all.some(({ publicIp }) => publicIp === ip));
        if (unknown !== undefined)
          throw new AwsError("InvalidAddress.NotFound", `Address '${unknown}' not found.`);
        const asked = all.filter(({ publicIp }) => PublicIps.length === 0 || PublicIps.includes(publicIp));
        return { Addresses: applyFilters(asked, Filters, FILTERS, ({ tags }) => tags).map(element) };
      },
    ),

    ...operation(
      "DescribeAddressesAttribute",
      {
        supports: ["AllocationIds", "Attribute", "MaxResults", "NextToken"],
        rules: {
          AllocationIds: ids,
          Attribute: { oneOf: ["domain-name"] },
          MaxResults: { range: [1, 1000] },
        },
      },
      anywhere("DescribeAddressesAttribute"),
      ({ AllocationIds, ...paging }) => {
        // The only attribute is the name that an address points back to, and none has one here.
        const asked = network.asked("addresses", AllocationIds);
        const { items, NextToken } = page(asked, paging);
        return {
          Addresses: items.map(({ id, publicIp }) => ({ AllocationId: id, PublicIp: publicIp })),
          NextToken,
        };
      },
    ),

    ...operation(
      "DisassociateAddress",
      { supports: ["AssociationId"] },
      anywhere("DisassociateAddress"),
      ({ AssociationId }) => {
        if (AssociationId === undefined) throw missingParameter("AssociationId");
        if (![...network.addresses.values()].some(({ association }) => association?.id === AssociationId))
          throw new AwsError(
            "InvalidAssociationID.NotFound",
            `The association ID '${AssociationId}' does not exist`,
          );
        // All that there are belong to NAT gateways, and go with them.
        throw new AwsError(
          "OperationNotPermitted",
          "You are not allowed to manage the attachment of a NAT gateway; delete the gateway instead.",
        );
      },
    ),

    ...operation(
      "ReleaseAddress",
      {
        supports: ["AllocationId", "NetworkBorderGroup"],
        rules: { NetworkBorderGroup: { supported: [context.region] } },
      },
      ({ AllocationId }) => on("ReleaseAddress", network.one("addresses", given(AllocationId))),
      ({ AllocationId }) => {
        const address = network.one("addresses", given(AllocationId));
        if (address.association !== undefined)
          throw new AwsError("InvalidIPAddress.InUse", `Address ${address.publicIp} is in use.`);
        network.addresses.delete(address.id);
        return {};
      },
    ),
  };
}

function given(allocationId: string | undefined): string {
  if (allocationId === undefined) throw missingParameter("AllocationId");
  return allocationId;
}
