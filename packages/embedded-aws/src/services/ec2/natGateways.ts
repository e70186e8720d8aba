import { AwsError } from "../../core/errors";
import { operationsOf } from "../../wire/operation";
import { ClientTokens, clientTokenRule } from "./clientTokens";
import { invalidParameter, missingParameter } from "./errors";
import type { FilterValues } from "./filters";
import { describeRules, ids, tagsFor, tagSpecificationMembers, tagSpecificationRules } from "./inputs";
import { tagSet } from "./instance";
import type { NatGateway } from "./network";
import { anywhere, making, type NetworkParts, on, takeAddresses } from "./networkParts";
import { filteredPage } from "./pages";

const FILTERS: FilterValues<NatGateway> = {
  "nat-gateway-id": ({ id }) => [id],
  state: ({ state }) => [state],
  "subnet-id": ({ subnetId }) => [subnetId],
  "vpc-id": ({ vpcId }) => [vpcId],
};

/** Amazon VPC quotas: NAT gateways per Availability Zone. */
const MOST_IN_A_ZONE = 5;

/** A deleted gateway "is visible for a short while, usually about an hour": Amazon VPC user guide. */
const DELETED_VISIBLE_MS = 60 * 60_000;

/** NAT gateways: what private subnets reach the internet by, without being reached. */
export function natGatewayOperations(parts: NetworkParts) {
  const { context, network, controls } = parts;
  const operation = operationsOf("ec2", context);
  const tokens = new ClientTokens<string>(context);
  const element = (gateway: NatGateway) => ({
    NatGatewayId: gateway.id,
    VpcId: gateway.vpcId,
    SubnetId: gateway.subnetId,
    State: gateway.state,
    ...(gateway.state === "failed"
      ? {
          FailureCode: "Gateway.NotAttached",
          FailureMessage: `Network ${gateway.vpcId} has no Internet gateway attached`,
        }
      : {}),
    ConnectivityType: gateway.address === undefined ? ("private" as const) : ("public" as const),
    CreateTime: new Date(gateway.createdAt),
    NatGatewayAddresses: [
      {
        NetworkInterfaceId: gateway.networkInterfaceId,
        PrivateIp: gateway.privateIp,
        IsPrimary: true,
        ...(gateway.address === undefined
          ? {}
          : { AllocationId: gateway.address.id, PublicIp: gateway.address.publicIp }),
      },
    ],
    Tags: tagSet(gateway.tags),
  });

  return {
    ...operation(
      "CreateNatGateway",
      {
        supports: ["SubnetId", "AllocationId", "ConnectivityType", "ClientToken", ...tagSpecificationMembers],
        rules: {
          ConnectivityType: { oneOf: ["public", "private"] },
          ...clientTokenRule,
          ...tagSpecificationRules("natgateway"),
        },
      },
      ({ SubnetId, AllocationId, TagSpecifications }) =>
        making(
          network,
          "CreateNatGateway",
          "natgateway",
          TagSpecifications,
          network.one("subnets", required("SubnetId", SubnetId)),
          ...(AllocationId === undefined ? [] : network.get("addresses", [AllocationId])),
        ),
      ({ ClientToken, ...input }) => {
        const request = JSON.stringify(input);
        const known = tokens.find(ClientToken, request);
        if (known !== undefined)
          return { NatGateway: element(network.one("natGateways", known)), ClientToken };

        const { AllocationId, ConnectivityType = "public", TagSpecifications } = input;
        const subnet = network.one("subnets", required("SubnetId", input.SubnetId));
        const isPublic = ConnectivityType === "public";
        if (isPublic && AllocationId === undefined) throw missingParameter("AllocationId");
        if (!isPublic && AllocationId !== undefined)
          throw invalidParameter("A private NAT gateway has no AllocationId");
        const address = AllocationId === undefined ? undefined : network.one("addresses", AllocationId);
        if (address?.association !== undefined)
          throw new AwsError(
            "Resource.AlreadyAssociated",
            `Elastic IP address [${address.id}] is already associated`,
          );
        const inZone = [...network.natGateways.values()].filter(
          ({ state, subnetId }) => state !== "deleted" && network.subnets.get(subnetId)?.zone === subnet.zone,
        );
        if (inZone.length >= MOST_IN_A_ZONE)
          throw new AwsError(
            "NatGatewayLimitExceeded",
            `The maximum number of NAT gateways in ${subnet.zone} has been reached.`,
          );
        const [privateIp = ""] = takeAddresses(parts, subnet, 1);
        const gateway: NatGateway = {
          ...network.named("natGateways", tagsFor("natgateway", TagSpecifications)),
          vpcId: subnet.vpcId,
          subnetId: subnet.id,
          address,
          networkInterfaceId: network.newId("eni"),
          privateIp,
          createdAt: context.clock.now(),
          state: "pending",
        };
        if (address !== undefined)
          address.association = {
            id: network.newId("eipassoc"),
            networkInterfaceId: gateway.networkInterfaceId,
          };
        network.natGateways.set(gateway.id, gateway);
        tokens.remember(ClientToken, request, gateway.id);
        context.clock.after(controls.networkMs, () => {
          const hasWayOut = [...network.internetGateways.values()].some(
            ({ vpcId }) => vpcId === gateway.vpcId,
          );
          if (gateway.state === "pending") gateway.state = !isPublic || hasWayOut ? "available" : "failed";
        });
        return { NatGateway: element(gateway), ClientToken };
      },
    ),

    ...operation(
      "DescribeNatGateways",
      {
        supports: ["NatGatewayIds", "Filter", "MaxResults", "NextToken"],
        rules: {
          NatGatewayIds: ids,
          "Filter.Values": describeRules["Filters.Values"],
          MaxResults: describeRules.MaxResults,
        },
      },
      anywhere("DescribeNatGateways"),
      ({ NatGatewayIds, Filter, ...query }) => {
        const asked = network.asked("natGateways", NatGatewayIds);
        const { items, NextToken } = filteredPage(
          asked,
          { ...query, Filters: Filter },
          FILTERS,
          ({ tags }) => tags,
        );
        return { NatGateways: items.map(element), NextToken };
      },
    ),

    ...operation(
      "DeleteNatGateway",
      { supports: ["NatGatewayId"] },
      ({ NatGatewayId }) => on("DeleteNatGateway", network.one("natGateways", NatGatewayId)),
      ({ NatGatewayId }) => {
        const gateway = network.one("natGateways", NatGatewayId);
        if (gateway.state === "deleting" || gateway.state === "deleted") return { NatGatewayId };
        gateway.state = "deleting";
        context.clock.after(controls.networkMs, () => {
          gateway.state = "deleted";
          if (gateway.address !== undefined) gateway.address.association = undefined;
          context.clock.after(DELETED_VISIBLE_MS, () => network.natGateways.delete(gateway.id));
        });
        return { NatGatewayId };
      },
    ),
  };
}

function required(name: string, value: string | undefined): string {
  if (value === undefined) throw missingParameter(name);
  return value;
}
