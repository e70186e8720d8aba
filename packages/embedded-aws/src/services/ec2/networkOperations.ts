import { operationsOf } from "../../wire/operation";
import { addressOperations } from "./addresses";
import { endpointOperations } from "./endpoints";
import { notFound } from "./errors";
import { applyFilters, type FilterValues } from "./filters";
import { internetGatewayOperations } from "./gateways";
import { describeRules, ids } from "./inputs";
import { natGatewayOperations } from "./natGateways";
import type { Zone } from "./network";
import { networkInterfaceOperations } from "./networkInterfaces";
import { anywhere, type NetworkParts } from "./networkParts";
import { routeOperations } from "./routes";
import { routeTableOperations } from "./routeTables";
import { subnetOperations } from "./subnets";
import { vpcOperations } from "./vpcs";

const ZONE_FILTERS: FilterValues<Zone> = {
  state: () => ["available"],
  "zone-id": ({ id }) => [id],
  "zone-name": ({ name }) => [name],
  "zone-type": () => ["availability-zone"],
};

/** Everything of networks: the account's default one, and those that are made. */
export function networkOperations(parts: NetworkParts) {
  const { context, network } = parts;
  const operation = operationsOf("ec2", context);

  return {
    ...vpcOperations(parts),
    ...subnetOperations(parts),
    ...internetGatewayOperations(parts),
    ...addressOperations(parts),
    ...natGatewayOperations(parts),
    ...routeTableOperations(parts),
    ...routeOperations(parts),
    ...endpointOperations(parts),
    ...networkInterfaceOperations(parts),
    ...operation(
      "DescribeAvailabilityZones",
      {
        supports: ["ZoneNames", "ZoneIds", "Filters"],
        rules: { ZoneNames: ids, ZoneIds: ids, ...describeRules },
      },
      anywhere("DescribeAvailabilityZones"),
      (input) => {
        const unknown = (input.ZoneNames ?? []).filter(
          (asked) => !network.zones.some(({ name }) => name === asked),
        );
        if (unknown.length > 0) throw notFound("InvalidParameterValue", "availability zone", unknown);
        const asked = network.zones.filter(
          ({ name, id }) => isAsked(input.ZoneNames, name) && isAsked(input.ZoneIds, id),
        );
        return {
          AvailabilityZones: applyFilters(asked, input.Filters, ZONE_FILTERS).map(({ name, id }) => ({
            ZoneName: name,
            ZoneId: id,
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
