import { crc32 } from "node:zlib";
import * as v from "valibot";
import { resource, tags } from "../../schemas";
import { arnOf, retagEc2, tagsOf } from "./parts";

/** Where a route leads. */
const target = { gatewayId: v.optional(v.string()), natGatewayId: v.optional(v.string()) };

export const routeTable = resource({
  type: "aws:ec2/routeTable:RouteTable",
  inputs: v.strictObject({
    vpcId: v.string(),
    routes: v.optional(v.array(v.strictObject({ cidrBlock: v.string(), ...target })), []),
    tags,
  }),
  async create(inputs, context) {
    const { RouteTable: created } = await context.call("ec2", "CreateRouteTable", {
      VpcId: inputs.vpcId,
      TagSpecifications: tagsOf("route-table", inputs.tags),
    });
    const RouteTableId = created?.RouteTableId ?? "";
    for (const { cidrBlock, gatewayId, natGatewayId } of inputs.routes)
      await context.call("ec2", "CreateRoute", {
        RouteTableId,
        DestinationCidrBlock: cidrBlock,
        GatewayId: gatewayId,
        NatGatewayId: natGatewayId,
      });
    return {
      id: RouteTableId,
      outputs: { arn: arnOf(context, "route-table", RouteTableId), ownerId: context.accountId },
    };
  },
  async update(change, context) {
    const { id: RouteTableId, inputs, old } = change;
    const before = new Map(old.routes.map((each) => [each.cidrBlock, each]));
    for (const { cidrBlock } of old.routes) {
      if (!inputs.routes.some((each) => each.cidrBlock === cidrBlock))
        await context.call("ec2", "DeleteRoute", { RouteTableId, DestinationCidrBlock: cidrBlock });
    }
    for (const { cidrBlock, gatewayId, natGatewayId } of inputs.routes) {
      const known = before.get(cidrBlock);
      if (known?.gatewayId === gatewayId && known?.natGatewayId === natGatewayId) continue;
      await context.call("ec2", known === undefined ? "CreateRoute" : "ReplaceRoute", {
        RouteTableId,
        DestinationCidrBlock: cidrBlock,
        GatewayId: gatewayId,
        NatGatewayId: natGatewayId,
      });
    }
    await retagEc2(change, context);
    return undefined;
  },
  async delete(_inputs, id, context) {
    await context.call("ec2", "DeleteRouteTable", { RouteTableId: id });
  },
});

export const route = resource({
  type: "aws:ec2/route:Route",
  inputs: v.strictObject({ routeTableId: v.string(), destinationCidrBlock: v.string(), ...target }),
  async create(inputs, context) {
    await context.call("ec2", "CreateRoute", {
      RouteTableId: inputs.routeTableId,
      DestinationCidrBlock: inputs.destinationCidrBlock,
      GatewayId: inputs.gatewayId,
      NatGatewayId: inputs.natGatewayId,
    });
    return {
      id: `r-${inputs.routeTableId}${crc32(inputs.destinationCidrBlock)}`,
      outputs: { origin: "CreateRoute", state: "active" },
    };
  },
  async update({ inputs }, context) {
    await context.call("ec2", "ReplaceRoute", {
      RouteTableId: inputs.routeTableId,
      DestinationCidrBlock: inputs.destinationCidrBlock,
      GatewayId: inputs.gatewayId,
      NatGatewayId: inputs.natGatewayId,
    });
    return undefined;
  },
  async delete(inputs, _id, context) {
    await context.call("ec2", "DeleteRoute", {
      RouteTableId: inputs.routeTableId,
      DestinationCidrBlock: inputs.destinationCidrBlock,
    });
  },
});

export const routeTableAssociation = resource({
  type: "aws:ec2/routeTableAssociation:RouteTableAssociation",
  inputs: v.strictObject({ routeTableId: v.string(), subnetId: v.string() }),
  async create(inputs, context) {
    const { AssociationId = "" } = await context.call("ec2", "AssociateRouteTable", {
      RouteTableId: inputs.routeTableId,
      SubnetId: inputs.subnetId,
    });
    return { id: AssociationId, outputs: {} };
  },
  async update({ id, inputs }, context) {
    const { NewAssociationId } = await context.call("ec2", "ReplaceRouteTableAssociation", {
      AssociationId: id,
      RouteTableId: inputs.routeTableId,
    });
    return { id: NewAssociationId };
  },
  async delete(_inputs, id, context) {
    await context.call("ec2", "DisassociateRouteTable", { AssociationId: id });
  },
});
