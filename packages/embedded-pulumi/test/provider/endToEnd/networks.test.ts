import { expect } from "chai";
import { startTestCloud, type TestCloud } from "embedded-aws/testing";
import { SteppedClock } from "embedded-aws";
import type { PropertyMap } from "../../../src/engine/values";
import { createIn, providerOf } from "./providerOf";

interface Made {
  readonly type: string;
  readonly inputs: PropertyMap;
  readonly id: string;
  readonly outputs: PropertyMap;
}

describe("the provider, on EC2's networks,", () => {
  let clock: SteppedClock;
  let cloud: TestCloud;
  let made: Made[];

  beforeEach(async () => {
    clock = new SteppedClock();
    cloud = await startTestCloud({ clock });
    made = [];
  });
  afterEach(() => cloud.close());

  const provider = () => providerOf(cloud, clock);
  const create = async (type: string, given: PropertyMap): Promise<Made> => {
    const one = await createIn(cloud, clock, type, given);
    made.push(one);
    return one;
  };
  const destroy = async () => {
    for (const { type, inputs, id } of made.toReversed())
      await provider().delete({ type, id, inputs, outputs: {}, config: {} }, false);
  };
  /** Ids of everything that is in a network now. */
  const present = async () => {
    const { Vpcs } = await cloud.call("ec2", "DescribeVpcs", {});
    const { Subnets } = await cloud.call("ec2", "DescribeSubnets", {});
    const { RouteTables } = await cloud.call("ec2", "DescribeRouteTables", {});
    const { InternetGateways } = await cloud.call("ec2", "DescribeInternetGateways", {});
    const { Addresses } = await cloud.call("ec2", "DescribeAddresses", {});
    const { VpcEndpoints } = await cloud.call("ec2", "DescribeVpcEndpoints", {});
    const { SecurityGroups } = await cloud.call("ec2", "DescribeSecurityGroups", {});
    const { NatGateways = [] } = await cloud.call("ec2", "DescribeNatGateways", {});
    const gateways = NatGateways.filter(({ State }) => State !== "deleted");
    return [
      ...[Vpcs, Subnets, RouteTables, InternetGateways, Addresses, VpcEndpoints, SecurityGroups, gateways],
    ].map((list) => list?.length ?? 0);
  };
  const tags = { Team: "shop" };

  it("makes a private subnet with a NAT gateway, and leaves nothing of it", async () => {
    const before = await present();
    const vpc = await create("aws:ec2/vpc:Vpc", { cidrBlock: "10.0.0.0/16", enableDnsHostnames: true, tags });
    expect(vpc.outputs).to.include({ enableDnsSupport: true, ownerId: "000000000000" });
    expect(vpc.outputs.arn).to.match(/:vpc\/vpc-0/);
    expect(vpc.outputs.mainRouteTableId).to.match(/^rtb-/);
    expect(vpc.outputs.defaultSecurityGroupId).to.match(/^sg-/);
    const locked = await create("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", { vpcId: vpc.id, tags });
    expect(locked.id).to.equal(vpc.outputs.defaultSecurityGroupId);
    const { SecurityGroups } = await cloud.call("ec2", "DescribeSecurityGroups", { GroupIds: [locked.id] });
    expect(SecurityGroups?.[0]).to.deep.include({
      IpPermissions: [],
      IpPermissionsEgress: [],
      Tags: [{ Key: "Team", Value: "shop" }],
    });

    const subnet = (cidrBlock: string, zone: string) =>
      create("aws:ec2/subnet:Subnet", { vpcId: vpc.id, cidrBlock, availabilityZone: zone, tags });
    const open = await subnet("10.0.0.0/24", "us-east-1a");
    const closed = await subnet("10.0.1.0/24", "us-east-1b");
    expect(closed.outputs).to.include({ availabilityZone: "us-east-1b", mapPublicIpOnLaunch: false });
    const igw = await create("aws:ec2/internetGateway:InternetGateway", { vpcId: vpc.id, tags });
    const eip = await create("aws:ec2/eip:Eip", { domain: "vpc", tags });
    const nat = await create("aws:ec2/natGateway:NatGateway", {
      subnetId: open.id,
      allocationId: eip.id,
      tags,
    });
    expect(nat.outputs.publicIp).to.equal(eip.outputs.publicIp);
    const { NatGateways } = await cloud.call("ec2", "DescribeNatGateways", {});
    expect(NatGateways?.[0]?.State).to.equal("available");

    const outward = await create("aws:ec2/routeTable:RouteTable", {
      vpcId: vpc.id,
      routes: [{ cidrBlock: "0.0.0.0/0", gatewayId: igw.id }],
      tags,
    });
    const inward = await create("aws:ec2/routeTable:RouteTable", { vpcId: vpc.id, tags });
    const route = await create("aws:ec2/route:Route", {
      routeTableId: inward.id,
      destinationCidrBlock: "0.0.0.0/0",
      natGatewayId: nat.id,
    });
    // The provider's own id of a route, which `pulumi import` takes.
    expect(route.id).to.equal(`r-${inward.id}1080289494`);
    for (const [table, of] of [
      [outward, open],
      [inward, closed],
    ] as const)
      await create("aws:ec2/routeTableAssociation:RouteTableAssociation", {
        routeTableId: table.id,
        subnetId: of.id,
      });
    expect(await present()).to.deep.equal(
      before.map((count, index) => count + [1, 2, 3, 1, 1, 0, 1, 1][index]!),
    );
    await destroy();
    expect(await present()).to.deep.equal(before);
  });

  it("makes endpoints, of both kinds, and takes them away before what they are in", async () => {
    const before = await present();
    const vpc = await create("aws:ec2/vpc:Vpc", { cidrBlock: "10.0.0.0/16", enableDnsHostnames: true });
    const subnet = await create("aws:ec2/subnet:Subnet", { vpcId: vpc.id, cidrBlock: "10.0.0.0/24" });
    const table = await create("aws:ec2/routeTable:RouteTable", { vpcId: vpc.id });
    const group = await create("aws:ec2/securityGroup:SecurityGroup", { vpcId: vpc.id, description: "d" });
    const logs = await create("aws:ec2/vpcEndpoint:VpcEndpoint", {
      vpcId: vpc.id,
      serviceName: "com.amazonaws.us-east-1.logs",
      vpcEndpointType: "Interface",
      privateDnsEnabled: true,
      subnetIds: [subnet.id],
      securityGroupIds: [group.id],
    });
    expect(logs.outputs).to.deep.include({ state: "available", securityGroupIds: [group.id] });
    expect(logs.outputs).not.to.have.any.keys("prefixListId");
    const s3 = await create("aws:ec2/vpcEndpoint:VpcEndpoint", {
      vpcId: vpc.id,
      serviceName: "com.amazonaws.us-east-1.s3",
      routeTableIds: [table.id],
    });
    expect(s3.outputs.prefixListId).to.match(/^pl-/);
    await destroy();
    expect(await present()).to.deep.equal(before);
  });

  it("says why a NAT gateway does not come", async () => {
    const vpc = await create("aws:ec2/vpc:Vpc", { cidrBlock: "10.0.0.0/16" });
    const subnet = await create("aws:ec2/subnet:Subnet", { vpcId: vpc.id, cidrBlock: "10.0.0.0/24" });
    const eip = await create("aws:ec2/eip:Eip", {});
    const failure = await create("aws:ec2/natGateway:NatGateway", {
      subnetId: subnet.id,
      allocationId: eip.id,
    }).then(
      () => "none",
      (error: unknown) => (error as Error).message,
    );
    expect(failure).to.contain("Gateway.NotAttached").and.to.contain("no Internet gateway");
  });
});
