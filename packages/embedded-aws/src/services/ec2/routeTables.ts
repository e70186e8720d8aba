import { AwsError } from "../../core/errors";
import { operationsOf } from "../../wire/operation";
import { ClientTokens, clientTokenRule } from "./clientTokens";
import { invalidParameter, missingParameter, notFound } from "./errors";
import type { FilterValues } from "./filters";
import { describeRules, ids, tagsFor, tagSpecificationMembers, tagSpecificationRules } from "./inputs";
import { tagSet } from "./instance";
import type { Network, RouteTable } from "./network";
import { anywhere, dependencyViolation, making, type NetworkParts, on } from "./networkParts";
import { prefixListOf } from "./endpointServices";
import { filteredPage } from "./pages";

const FILTERS: FilterValues<RouteTable> = {
  "association.main": (table) =>
    [...table.associations.values()].map(({ subnetId }) => String(subnetId === undefined)),
  "association.route-table-association-id": (table) => [...table.associations.keys()],
  "association.route-table-id": ({ id, associations }) => (associations.size === 0 ? [] : [id]),
  "association.subnet-id": (table) =>
    [...table.associations.values()].flatMap(({ subnetId }) => subnetId ?? []),
  "route.destination-cidr-block": ({ routes }) => routes.map(({ destination }) => destination),
  "route.gateway-id": ({ routes }) =>
    routes.map(({ target }) => target).filter((target) => !target.startsWith("nat-")),
  "route.nat-gateway-id": ({ routes }) =>
    routes.map(({ target }) => target).filter((target) => target.startsWith("nat-")),
  "route-table-id": ({ id }) => [id],
  "vpc-id": ({ vpcId }) => [vpcId],
};

/** Route tables and which subnets have which; routes are in `routes.ts`. */
export function routeTableOperations({ context, network }: NetworkParts) {
  const operation = operationsOf("ec2", context);
  const tokens = new ClientTokens<string>(context);
  const OwnerId = context.accountId;
  const element = (table: RouteTable) => ({
    RouteTableId: table.id,
    VpcId: table.vpcId,
    OwnerId,
    Associations: [...table.associations].map(([RouteTableAssociationId, { subnetId }]) => ({
      RouteTableAssociationId,
      RouteTableId: table.id,
      Main: subnetId === undefined,
      ...(subnetId === undefined ? {} : { SubnetId: subnetId }),
      AssociationState: { State: "associated" as const },
    })),
    PropagatingVgws: [],
    Routes: [...routeElements(network, table), ...endpointRoutes(network, table)],
    Tags: tagSet(table.tags),
  });
  /** The table that has an association. */
  const associated = (id: string): RouteTable => {
    const table = [...network.routeTables.values()].find(({ associations }) => associations.has(id));
    if (table === undefined) throw notFound("InvalidAssociationID.NotFound", "association ID", [id]);
    return table;
  };
  const subnetOf = (table: RouteTable, id: string) => {
    const { subnetId } = table.associations.get(id) ?? {};
    return subnetId === undefined ? [] : network.get("subnets", [subnetId]);
  };

  return {
    ...operation(
      "CreateRouteTable",
      {
        supports: ["VpcId", "ClientToken", ...tagSpecificationMembers],
        rules: { ...clientTokenRule, ...tagSpecificationRules("route-table") },
      },
      ({ VpcId, TagSpecifications }) =>
        making(network, "CreateRouteTable", "route-table", TagSpecifications, network.one("vpcs", VpcId)),
      ({ VpcId, ClientToken, TagSpecifications }) => {
        const request = JSON.stringify({ VpcId, TagSpecifications });
        const known = tokens.find(ClientToken, request);
        if (known !== undefined)
          return { RouteTable: element(network.one("routeTables", known)), ClientToken };
        const named = network.named("routeTables", tagsFor("route-table", TagSpecifications));
        const table = network.addRouteTable(named, network.one("vpcs", VpcId), false);
        tokens.remember(ClientToken, request, table.id);
        return { RouteTable: element(table), ClientToken };
      },
    ),

    ...operation(
      "DescribeRouteTables",
      {
        supports: ["RouteTableIds", "Filters", "MaxResults", "NextToken"],
        rules: { RouteTableIds: ids, ...describeRules },
      },
      anywhere("DescribeRouteTables"),
      ({ RouteTableIds, ...query }) => {
        const asked = network.asked("routeTables", RouteTableIds);
        const { items, NextToken } = filteredPage(asked, query, FILTERS, ({ tags }) => tags);
        return { RouteTables: items.map(element), NextToken };
      },
    ),

    ...operation(
      "DeleteRouteTable",
      { supports: ["RouteTableId"] },
      ({ RouteTableId }) => on("DeleteRouteTable", network.one("routeTables", RouteTableId)),
      ({ RouteTableId }) => {
        const table = network.one("routeTables", RouteTableId);
        if (table.associations.size > 0)
          throw dependencyViolation(
            `The routeTable '${RouteTableId}' has dependencies and cannot be deleted.`,
          );
        network.routeTables.delete(RouteTableId);
        for (const endpoint of network.endpoints.values())
          endpoint.routeTableIds = endpoint.routeTableIds.filter((id) => id !== RouteTableId);
        return {};
      },
    ),

    ...operation(
      "AssociateRouteTable",
      { supports: ["RouteTableId", "SubnetId"] },
      ({ RouteTableId, SubnetId }) =>
        on(
          "AssociateRouteTable",
          network.one("routeTables", RouteTableId),
          network.one("subnets", given(SubnetId)),
        ),
      ({ RouteTableId, SubnetId }) => {
        const table = network.one("routeTables", RouteTableId);
        const subnet = network.one("subnets", given(SubnetId));
        demandOneNetwork(table, `subnet ${subnet.id}`, subnet.vpcId);
        const own = [...table.associations].find(([, { subnetId }]) => subnetId === subnet.id);
        const taken = [...network.routeTables.values()].some(
          (other) =>
            other !== table &&
            [...other.associations.values()].some(({ subnetId }) => subnetId === subnet.id),
        );
        if (taken)
          throw new AwsError(
            "Resource.AlreadyAssociated",
            `the specified association for route table ${table.id} conflicts with an existing association`,
          );
        const id = own?.[0] ?? network.newId("rtbassoc");
        table.associations.set(id, { subnetId: subnet.id });
        return { AssociationId: id, AssociationState: { State: "associated" as const } };
      },
    ),

    ...operation(
      "DisassociateRouteTable",
      { supports: ["AssociationId"] },
      ({ AssociationId }) => {
        const table = associated(AssociationId);
        return on("DisassociateRouteTable", table, ...subnetOf(table, AssociationId));
      },
      ({ AssociationId }) => {
        const table = associated(AssociationId);
        if (table.associations.get(AssociationId)?.subnetId === undefined)
          throw invalidParameter(`cannot disassociate the main route table association ${AssociationId}`);
        table.associations.delete(AssociationId);
        return {};
      },
    ),

    ...operation(
      "ReplaceRouteTableAssociation",
      { supports: ["AssociationId", "RouteTableId"] },
      ({ AssociationId, RouteTableId }) => {
        const before = associated(AssociationId);
        const after = network.one("routeTables", RouteTableId);
        return on("ReplaceRouteTableAssociation", before, after, ...subnetOf(before, AssociationId));
      },
      ({ AssociationId, RouteTableId }) => {
        const before = associated(AssociationId);
        const after = network.one("routeTables", RouteTableId);
        demandOneNetwork(after, `association ${AssociationId}`, before.vpcId);
        const id = network.newId("rtbassoc");
        const { subnetId } = before.associations.get(AssociationId) ?? {};
        before.associations.delete(AssociationId);
        after.associations.set(id, { subnetId });
        return { NewAssociationId: id, AssociationState: { State: "associated" as const } };
      },
    ),
  };
}

function given(subnetId: string | undefined): string {
  if (subnetId === undefined) throw missingParameter("SubnetId");
  return subnetId;
}

/** @throws AwsError where a table is to serve what lies in another VPC. */
export function demandOneNetwork(table: RouteTable, what: string, vpcId: string | undefined): void {
  if (table.vpcId !== vpcId)
    throw invalidParameter(`route table ${table.id} and ${what} belong to different networks`);
}

function routeElements(network: Network, table: RouteTable) {
  return table.routes.map(({ destination, target }) => {
    const isNat = target.startsWith("nat-");
    const leads = isNat
      ? network.natGateways.get(target)?.state !== "deleted" && network.natGateways.has(target)
      : target === "local" || network.internetGateways.get(target)?.vpcId === table.vpcId;
    return {
      DestinationCidrBlock: destination,
      ...(isNat ? { NatGatewayId: target } : { GatewayId: target }),
      Origin: target === "local" ? ("CreateRouteTable" as const) : ("CreateRoute" as const),
      State: leads ? ("active" as const) : ("blackhole" as const),
    };
  });
}

/** What gateway endpoints add to the tables that they name: Amazon VPC user guide, "Gateway endpoints". */
function endpointRoutes(network: Network, table: RouteTable) {
  return [...network.endpoints.values()]
    .filter(({ routeTableIds }) => routeTableIds.includes(table.id))
    .map(({ id, serviceName }) => ({
      DestinationPrefixListId: prefixListOf(serviceName).id,
      GatewayId: id,
      Origin: "CreateRoute" as const,
      State: "active" as const,
    }));
}
