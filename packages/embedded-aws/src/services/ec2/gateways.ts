import { AwsError } from "../../core/errors";
import { operationsOf } from "../../wire/operation";
import type { FilterValues } from "./filters";
import { describeRules, ids, tagsFor, tagSpecificationMembers, tagSpecificationRules } from "./inputs";
import { tagSet } from "./instance";
import type { InternetGateway } from "./network";
import { interfacesIn } from "./networkInterfaces";
import { anywhere, dependencyViolation, making, type NetworkParts, on } from "./networkParts";
import { filteredPage } from "./pages";

const FILTERS: FilterValues<InternetGateway> = {
  "attachment.state": ({ vpcId }) => (vpcId === undefined ? [] : ["available"]),
  "attachment.vpc-id": ({ vpcId }) => (vpcId === undefined ? [] : [vpcId]),
  "internet-gateway-id": ({ id }) => [id],
};

/** Amazon VPC quotas: internet gateways per Region. */
const MOST_GATEWAYS = 5;

/** Internet gateways: what a VPC reaches the internet by, and is reached by. */
export function internetGatewayOperations(parts: NetworkParts) {
  const { context, network } = parts;
  const operation = operationsOf("ec2", context);
  const element = ({ id, vpcId, tags }: InternetGateway) => ({
    InternetGatewayId: id,
    OwnerId: context.accountId,
    // The model has no such state, and EC2 sends it all the same: API reference, InternetGatewayAttachment.
    Attachments: vpcId === undefined ? [] : [{ VpcId: vpcId, State: "available" as "attached" }],
    Tags: tagSet(tags),
  });
  const both =
    (action: string) =>
    ({ InternetGatewayId, VpcId }: { readonly InternetGatewayId: string; readonly VpcId: string }) =>
      on(action, network.one("internetGateways", InternetGatewayId), network.one("vpcs", VpcId));

  return {
    ...operation(
      "CreateInternetGateway",
      { supports: tagSpecificationMembers, rules: tagSpecificationRules("internet-gateway") },
      ({ TagSpecifications }) =>
        making(network, "CreateInternetGateway", "internet-gateway", TagSpecifications),
      ({ TagSpecifications }) => {
        if (network.internetGateways.size >= MOST_GATEWAYS)
          throw new AwsError(
            "InternetGatewayLimitExceeded",
            "The maximum number of internet gateways has been reached.",
          );
        const tags = tagsFor("internet-gateway", TagSpecifications);
        const gateway = { ...network.named("internetGateways", tags), vpcId: undefined };
        network.internetGateways.set(gateway.id, gateway);
        return { InternetGateway: element(gateway) };
      },
    ),

    ...operation(
      "DescribeInternetGateways",
      {
        supports: ["InternetGatewayIds", "Filters", "MaxResults", "NextToken"],
        rules: { InternetGatewayIds: ids, ...describeRules },
      },
      anywhere("DescribeInternetGateways"),
      ({ InternetGatewayIds, ...query }) => {
        const asked = network.asked("internetGateways", InternetGatewayIds);
        const { items, NextToken } = filteredPage(asked, query, FILTERS, ({ tags }) => tags);
        return { InternetGateways: items.map(element), NextToken };
      },
    ),

    ...operation(
      "AttachInternetGateway",
      { supports: ["InternetGatewayId", "VpcId"] },
      both("AttachInternetGateway"),
      ({ InternetGatewayId, VpcId }) => {
        const gateway = network.one("internetGateways", InternetGatewayId);
        if (gateway.vpcId !== undefined)
          throw new AwsError(
            "Resource.AlreadyAssociated",
            `resource ${InternetGatewayId} is already attached to network ${gateway.vpcId}`,
          );
        if ([...network.internetGateways.values()].some(({ vpcId }) => vpcId === VpcId))
          throw new AwsError(
            "InvalidParameterValue",
            `Network ${VpcId} already has an internet gateway attached`,
          );
        gateway.vpcId = VpcId;
        return {};
      },
    ),

    ...operation(
      "DetachInternetGateway",
      { supports: ["InternetGatewayId", "VpcId"] },
      both("DetachInternetGateway"),
      ({ InternetGatewayId, VpcId }) => {
        const gateway = network.one("internetGateways", InternetGatewayId);
        if (gateway.vpcId !== VpcId)
          throw new AwsError(
            "Gateway.NotAttached",
            `resource ${InternetGatewayId} is not attached to network ${VpcId}`,
          );
        if (interfacesIn(parts).some((one) => one.vpcId === VpcId && one.publicIp !== undefined))
          throw dependencyViolation(
            `Network ${VpcId} has some mapped public address(es). Please unmap those public address(es) before detaching the gateway.`,
          );
        gateway.vpcId = undefined;
        return {};
      },
    ),

    ...operation(
      "DeleteInternetGateway",
      { supports: ["InternetGatewayId"] },
      ({ InternetGatewayId }) =>
        on("DeleteInternetGateway", network.one("internetGateways", InternetGatewayId)),
      ({ InternetGatewayId }) => {
        const gateway = network.one("internetGateways", InternetGatewayId);
        if (gateway.vpcId !== undefined)
          throw dependencyViolation(
            `The internetGateway '${InternetGatewayId}' has dependencies and cannot be deleted.`,
          );
        network.internetGateways.delete(InternetGatewayId);
        return {};
      },
    ),
  };
}
