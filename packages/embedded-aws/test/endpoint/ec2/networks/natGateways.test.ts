import { expect } from "chai";
import {
  CreateNatGatewayCommand,
  CreateRouteCommand,
  DeleteNatGatewayCommand,
  DescribeAddressesAttributeCommand,
  DescribeAddressesCommand,
  DescribeNetworkInterfacesCommand,
  ReleaseAddressCommand,
} from "@aws-sdk/client-ec2";
import { failure, NetworkWorld } from "./support";

describe("EC2's networks", () => {
  let world: NetworkWorld;
  beforeEach(async () => {
    world = await NetworkWorld.start();
  });
  afterEach(() => world.close());

  it("route out through NAT gateways, which need a public way of their own", async () => {
    const { clock, ec2, vpc, subnet, table, gateway, address, nat, natState, routes } = world;
    const VpcId = await vpc();
    const SubnetId = await subnet(VpcId, "10.0.0.0/24");
    const AllocationId = await address();
    const early = await nat(SubnetId, AllocationId);
    await clock.advance(2_000);
    expect(await natState(early)).to.equal("failed");
    await ec2.send(new DeleteNatGatewayCommand({ NatGatewayId: early }));
    await clock.advance(2_000);

    await gateway(VpcId);
    const NatGatewayId = await nat(SubnetId, AllocationId);
    expect(await natState(NatGatewayId)).to.equal("pending");
    await clock.advance(2_000);
    expect(await natState(NatGatewayId)).to.equal("available");
    const { Addresses } = await ec2.send(new DescribeAddressesCommand({ AllocationIds: [AllocationId] }));
    const { NetworkInterfaces } = await ec2.send(
      new DescribeNetworkInterfacesCommand({ Filters: [{ Name: "subnet-id", Values: [SubnetId] }] }),
    );
    expect(NetworkInterfaces).to.have.length(1);
    expect(NetworkInterfaces?.[0]).to.deep.include({ InterfaceType: "nat_gateway", RequesterManaged: true });
    expect(Addresses?.[0]).to.deep.include({
      NetworkInterfaceId: NetworkInterfaces?.[0]?.NetworkInterfaceId,
      PrivateIpAddress: NetworkInterfaces?.[0]?.PrivateIpAddress,
    });
    const attributes = await ec2.send(
      new DescribeAddressesAttributeCommand({ AllocationIds: [AllocationId], Attribute: "domain-name" }),
    );
    expect(attributes.Addresses?.[0]?.AllocationId).to.equal(AllocationId);
    expect(await failure(nat(SubnetId, AllocationId))).to.equal("Resource.AlreadyAssociated");

    const RouteTableId = await table(VpcId);
    const DestinationCidrBlock = "0.0.0.0/0";
    await ec2.send(new CreateRouteCommand({ RouteTableId, DestinationCidrBlock, NatGatewayId }));
    expect((await routes(RouteTableId))["0.0.0.0/0"]).to.equal(`${NatGatewayId} active`);
    await ec2.send(new DeleteNatGatewayCommand({ NatGatewayId }));
    await clock.advance(2_000);
    expect((await routes(RouteTableId))["0.0.0.0/0"]).to.equal(`${NatGatewayId} blackhole`);
    expect(await natState(NatGatewayId)).to.equal("deleted");
    await ec2.send(new ReleaseAddressCommand({ AllocationId }));
  });

  it("make one NAT gateway of one client token", async () => {
    const { ec2, vpc, subnet, gateway, address } = world;
    const VpcId = await vpc();
    await gateway(VpcId);
    const SubnetId = await subnet(VpcId, "10.0.0.0/24");
    const AllocationId = await address();
    const create = (request: object) =>
      ec2.send(new CreateNatGatewayCommand({ SubnetId, ClientToken: "once", ...request }));
    const first = await create({ AllocationId });
    const second = await create({ AllocationId });
    expect(second.NatGateway?.NatGatewayId).to.equal(first.NatGateway?.NatGatewayId);
    expect(await failure(create({ ConnectivityType: "private" }))).to.equal("IdempotentParameterMismatch");
  });
});
