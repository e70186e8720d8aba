import { expect } from "chai";
import {
  AssociateRouteTableCommand,
  CreateRouteCommand,
  DeleteRouteCommand,
  DeleteRouteTableCommand,
  DescribeRouteTablesCommand,
  DisassociateRouteTableCommand,
  ReplaceRouteCommand,
  ReplaceRouteTableAssociationCommand,
} from "@aws-sdk/client-ec2";
import { failure, NetworkWorld } from "./support";

describe("EC2's networks", () => {
  let world: NetworkWorld;
  beforeEach(async () => {
    world = await NetworkWorld.start();
  });
  afterEach(() => world.close());

  it("keep routes: one for each range, to what is in the same network", async () => {
    const { ec2, vpc, table, gateway } = world;
    const VpcId = await vpc();
    const RouteTableId = await table(VpcId);
    const here = await gateway(VpcId);
    const there = await gateway(await vpc("10.1.0.0/16"));
    const DestinationCidrBlock = "0.0.0.0/0";
    const create = (request: object) =>
      failure(ec2.send(new CreateRouteCommand({ RouteTableId, DestinationCidrBlock, ...request })));
    expect(await create({ GatewayId: there })).to.equal("InvalidParameterValue");
    expect(await create({ GatewayId: "igw-0123456789abcdef0" })).to.equal("InvalidGatewayID.NotFound");
    expect(await create({ NatGatewayId: "nat-0123456789abcdef0" })).to.equal("InvalidNatGatewayID.NotFound");
    expect(await create({})).to.equal("InvalidParameterValue");
    expect(await create({ GatewayId: here })).to.equal("none");
    expect(await create({ GatewayId: here })).to.equal("RouteAlreadyExists");
    const replaced = new ReplaceRouteCommand({ RouteTableId, DestinationCidrBlock, GatewayId: here });
    expect(await failure(ec2.send(replaced))).to.equal("none");
    const remove = (cidr: string) =>
      failure(ec2.send(new DeleteRouteCommand({ RouteTableId, DestinationCidrBlock: cidr })));
    expect(await remove("10.0.0.0/16")).to.equal("InvalidParameterValue");
    expect(await remove("0.0.0.0/0")).to.equal("none");
    expect(await remove("0.0.0.0/0")).to.equal("InvalidRoute.NotFound");
  });

  it("give a subnet one route table, and another in its place", async () => {
    const { ec2, vpc, subnet, table } = world;
    const VpcId = await vpc();
    const SubnetId = await subnet(VpcId, "10.0.0.0/24");
    const [first, second] = [await table(VpcId), await table(VpcId)];
    const associate = (RouteTableId: string) =>
      ec2.send(new AssociateRouteTableCommand({ RouteTableId, SubnetId }));
    const { AssociationId } = await associate(first);
    expect((await associate(first)).AssociationId).to.equal(AssociationId);
    expect(await failure(associate(second))).to.equal("Resource.AlreadyAssociated");
    const foreign = await table(await vpc("10.1.0.0/16"));
    expect(await failure(associate(foreign))).to.equal("InvalidParameterValue");
    expect(await failure(ec2.send(new DeleteRouteTableCommand({ RouteTableId: first })))).to.equal(
      "DependencyViolation",
    );
    const { NewAssociationId } = await ec2.send(
      new ReplaceRouteTableAssociationCommand({ AssociationId, RouteTableId: second }),
    );
    await ec2.send(new DeleteRouteTableCommand({ RouteTableId: first }));
    await ec2.send(new DisassociateRouteTableCommand({ AssociationId: NewAssociationId }));
    await ec2.send(new DeleteRouteTableCommand({ RouteTableId: second }));

    const { RouteTables } = await ec2.send(
      new DescribeRouteTablesCommand({ Filters: [{ Name: "vpc-id", Values: [VpcId] }] }),
    );
    const main = RouteTables?.[0]?.Associations?.[0]?.RouteTableAssociationId;
    expect(await failure(ec2.send(new DisassociateRouteTableCommand({ AssociationId: main })))).to.equal(
      "InvalidParameterValue",
    );
  });
});
