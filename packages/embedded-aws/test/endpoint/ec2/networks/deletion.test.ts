import { expect } from "chai";
import {
  CreateSecurityGroupCommand,
  DeleteInternetGatewayCommand,
  DeleteNatGatewayCommand,
  DeleteRouteTableCommand,
  DeleteSecurityGroupCommand,
  DeleteSubnetCommand,
  DeleteVpcCommand,
  DescribeInternetGatewaysCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
  DetachInternetGatewayCommand,
  ReleaseAddressCommand,
  RunInstancesCommand,
} from "@aws-sdk/client-ec2";
import { AMI, failure, NetworkWorld } from "./support";

describe("EC2's networks", () => {
  let world: NetworkWorld;
  beforeEach(async () => {
    world = await NetworkWorld.start();
  });
  afterEach(() => world.close());

  it("go only in the order in which nothing depends on what goes", async () => {
    const { clock, ec2, vpc, subnet, table, gateway, address, nat } = world;
    const VpcId = await vpc();
    const InternetGatewayId = await gateway(VpcId);
    const SubnetId = await subnet(VpcId, "10.0.0.0/24");
    const RouteTableId = await table(VpcId);
    const { GroupId } = await ec2.send(
      new CreateSecurityGroupCommand({ GroupName: "web", Description: "web", VpcId }),
    );
    const AllocationId = await address();
    const NatGatewayId = await nat(SubnetId, AllocationId);
    await clock.advance(2_000);
    const deleteVpc = () => failure(ec2.send(new DeleteVpcCommand({ VpcId })));
    const detach = () => failure(ec2.send(new DetachInternetGatewayCommand({ InternetGatewayId, VpcId })));

    expect(await deleteVpc()).to.equal("DependencyViolation");
    expect(await detach()).to.equal("DependencyViolation");
    expect(await failure(ec2.send(new DeleteInternetGatewayCommand({ InternetGatewayId })))).to.equal(
      "DependencyViolation",
    );
    expect(await failure(ec2.send(new DeleteSubnetCommand({ SubnetId })))).to.equal("DependencyViolation");
    expect(await failure(ec2.send(new ReleaseAddressCommand({ AllocationId })))).to.equal(
      "InvalidIPAddress.InUse",
    );
    await ec2.send(new DeleteNatGatewayCommand({ NatGatewayId }));
    expect(await failure(ec2.send(new DeleteSubnetCommand({ SubnetId })))).to.equal("DependencyViolation");
    await clock.advance(2_000);
    await ec2.send(new ReleaseAddressCommand({ AllocationId }));
    expect(await detach()).to.equal("none");
    expect(await detach()).to.equal("Gateway.NotAttached");
    for (const step of [
      () => ec2.send(new DeleteInternetGatewayCommand({ InternetGatewayId })),
      () => ec2.send(new DeleteSubnetCommand({ SubnetId })),
      () => ec2.send(new DeleteRouteTableCommand({ RouteTableId })),
      () => ec2.send(new DeleteSecurityGroupCommand({ GroupId })),
    ]) {
      expect(await deleteVpc()).to.equal("DependencyViolation");
      await step();
    }
    expect(await deleteVpc()).to.equal("none");
  });

  it("can go altogether: launches then need a subnet, and groups a network", async () => {
    const { ec2 } = world;
    const { Vpcs } = await ec2.send(new DescribeVpcsCommand({}));
    const VpcId = Vpcs?.[0]?.VpcId ?? "";
    const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({}));
    for (const { SubnetId } of Subnets) await ec2.send(new DeleteSubnetCommand({ SubnetId }));
    const run = () =>
      ec2.send(new RunInstancesCommand({ ImageId: AMI, InstanceType: "t3.micro", MinCount: 1, MaxCount: 1 }));
    expect(await failure(run())).to.equal("MissingInput");
    const { InternetGateways } = await ec2.send(new DescribeInternetGatewaysCommand({}));
    const InternetGatewayId = InternetGateways?.[0]?.InternetGatewayId;
    await ec2.send(new DetachInternetGatewayCommand({ InternetGatewayId, VpcId }));
    await ec2.send(new DeleteVpcCommand({ VpcId }));
    expect(await failure(run())).to.equal("MissingInput");
    const group = new CreateSecurityGroupCommand({ GroupName: "web", Description: "web" });
    expect(await failure(ec2.send(group))).to.equal("VPCIdNotSpecified");
  });
});
