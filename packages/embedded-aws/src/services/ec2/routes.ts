import { AwsError } from "../../core/errors";
import { operationsOf } from "../../wire/operation";
import { canonicalCidr } from "./cidr";
import { invalidParameter, missingParameter, notFound } from "./errors";
import type { Route, RouteTable } from "./network";
import { type NetworkParts, on } from "./networkParts";
import { demandOneNetwork } from "./routeTables";

interface RouteInput {
  readonly RouteTableId: string;
  readonly DestinationCidrBlock?: string;
  readonly GatewayId?: string;
  readonly NatGatewayId?: string;
}

const members = ["RouteTableId", "DestinationCidrBlock", "GatewayId", "NatGatewayId"] as const;

/** The routes of a table: each to an internet gateway or a NAT gateway. */
export function routeOperations({ context, network }: NetworkParts) {
  const operation = operationsOf("ec2", context);
  const onTable =
    (action: string) =>
    ({ RouteTableId }: { readonly RouteTableId: string }) =>
      on(action, network.one("routeTables", RouteTableId));

  /** Where a route is to lead. @throws AwsError for what is not there, or in another network. */
  const targetOf = (table: RouteTable, { GatewayId, NatGatewayId }: RouteInput): string => {
    if ((GatewayId === undefined) === (NatGatewayId === undefined))
      throw invalidParameter("The request must contain exactly one of gatewayId, natGatewayId");
    if (GatewayId !== undefined) {
      const gateway = network.internetGateways.get(GatewayId);
      if (gateway === undefined) throw notFound("InvalidGatewayID.NotFound", "gateway ID", [GatewayId]);
      demandOneNetwork(table, `network gateway ${GatewayId}`, gateway.vpcId);
      return GatewayId;
    }
    const id = NatGatewayId ?? "";
    const nat = network.natGateways.get(id);
    if (nat === undefined) throw notFound("InvalidNatGatewayID.NotFound", "natGateway ID", [id]);
    demandOneNetwork(table, `NAT gateway ${id}`, nat.vpcId);
    return id;
  };

  return {
    ...operation("CreateRoute", { supports: members }, onTable("CreateRoute"), (input) => {
      const table = network.one("routeTables", input.RouteTableId);
      const destination = destinationOf(input);
      if (table.routes.some((route) => route.destination === destination))
        throw new AwsError("RouteAlreadyExists", `The route identified by ${destination} already exists.`);
      table.routes.push({ destination, target: targetOf(table, input) });
      return { Return: true };
    }),

    ...operation("ReplaceRoute", { supports: members }, onTable("ReplaceRoute"), (input) => {
      const table = network.one("routeTables", input.RouteTableId);
      const before = findRoute(table, destinationOf(input));
      const after = { ...before, target: targetOf(table, input) };
      table.routes = table.routes.map((route) => (route === before ? after : route));
      return {};
    }),

    ...operation(
      "DeleteRoute",
      { supports: ["RouteTableId", "DestinationCidrBlock"] },
      onTable("DeleteRoute"),
      (input) => {
        const table = network.one("routeTables", input.RouteTableId);
        const going = findRoute(table, destinationOf(input));
        table.routes = table.routes.filter((route) => route !== going);
        return {};
      },
    ),
  };
}

function destinationOf({ DestinationCidrBlock: cidr }: Pick<RouteInput, "DestinationCidrBlock">): string {
  if (cidr === undefined) throw missingParameter("destinationCidrBlock");
  return canonicalCidr(cidr, 4);
}

/** @throws AwsError for a route that is not there, and for the one to the VPC itself, which stays. */
function findRoute(table: RouteTable, destination: string): Route {
  const route = table.routes.find((one) => one.destination === destination);
  if (route === undefined)
    throw new AwsError(
      "InvalidRoute.NotFound",
      `no route with destination-cidr-block ${destination} in route table ${table.id}`,
    );
  if (route.target === "local")
    throw invalidParameter(`cannot remove local route ${destination} in route table ${table.id}`);
  return route;
}
