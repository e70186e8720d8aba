import { expect } from "chai";
import {
  AllocateAddressCommand,
  AssociateRouteTableCommand,
  AttachInternetGatewayCommand,
  CreateInternetGatewayCommand,
  CreateNatGatewayCommand,
  CreateRouteCommand,
  CreateRouteTableCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateTagsCommand,
  CreateVpcCommand,
  CreateVpcEndpointCommand,
  DeleteInternetGatewayCommand,
  DeleteNatGatewayCommand,
  DeleteRouteCommand,
  DeleteRouteTableCommand,
  DeleteSecurityGroupCommand,
  DeleteSubnetCommand,
  DeleteVpcCommand,
  DeleteVpcEndpointsCommand,
  DescribeAddressesAttributeCommand,
  DescribeAddressesCommand,
  DescribeInstancesCommand,
  DescribeInternetGatewaysCommand,
  DescribeNatGatewaysCommand,
  DescribeNetworkAclsCommand,
  DescribeNetworkInterfacesCommand,
  DescribePrefixListsCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeTagsCommand,
  DescribeVpcAttributeCommand,
  DescribeVpcEndpointsCommand,
  DescribeVpcsCommand,
  DetachInternetGatewayCommand,
  DisassociateRouteTableCommand,
  EC2Client,
  ModifySubnetAttributeCommand,
  ModifyVpcAttributeCommand,
  ModifyVpcEndpointCommand,
  ReleaseAddressCommand,
  ReplaceRouteCommand,
  ReplaceRouteTableAssociationCommand,
  RunInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import * as fc from "fast-check";
import { SteppedClock } from "../../../src/core/clock";
import { addressAt, addressRange, contains, overlaps } from "../../../src/services/ec2/addressRange";
import { createEc2 } from "../../../src/services/ec2/ec2";
import { startTestCloud, type TestCloud } from "../../../src/testing/testCloud";

const AMI = "ami-0123456789abcdef0";

describe("EC2's networks", () => {
  let clock: SteppedClock;
  let cloud: TestCloud;
  let ec2: EC2Client;

  beforeEach(async () => {
    clock = new SteppedClock();
    cloud = await startTestCloud({
      clock,
      services: [createEc2],
      images: [AMI],
      conditions: { instanceLagMs: 0, iamPropagationMs: 0, runInstancesRate: false },
    });
    ec2 = new EC2Client({ ...cloud.client, maxAttempts: 1 });
  });
  afterEach(async () => {
    ec2.destroy();
    await cloud.close();
  });

  const failure = (work: Promise<unknown>) =>
    work.then(
      () => "none",
      (error: unknown) => (error as Error).name,
    );
  const vpc = async (CidrBlock = "10.0.0.0/16") =>
    (await ec2.send(new CreateVpcCommand({ CidrBlock }))).Vpc?.VpcId ?? "";
  const subnet = async (VpcId: string, CidrBlock: string, AvailabilityZone = "us-east-1a") => {
    const created = await ec2.send(new CreateSubnetCommand({ VpcId, CidrBlock, AvailabilityZone }));
    return created.Subnet?.SubnetId ?? "";
  };
  const table = async (VpcId: string) =>
    (await ec2.send(new CreateRouteTableCommand({ VpcId }))).RouteTable?.RouteTableId ?? "";
  const gateway = async (VpcId: string) => {
    const created = await ec2.send(new CreateInternetGatewayCommand({}));
    const InternetGatewayId = created.InternetGateway?.InternetGatewayId ?? "";
    await ec2.send(new AttachInternetGatewayCommand({ InternetGatewayId, VpcId }));
    return InternetGatewayId;
  };
  const address = async () =>
    (await ec2.send(new AllocateAddressCommand({ Domain: "vpc" }))).AllocationId ?? "";
  const nat = async (SubnetId: string, AllocationId: string) =>
    (await ec2.send(new CreateNatGatewayCommand({ SubnetId, AllocationId }))).NatGateway?.NatGatewayId ?? "";
  const natState = async (id: string) =>
    (await ec2.send(new DescribeNatGatewaysCommand({ NatGatewayIds: [id] }))).NatGateways?.[0]?.State;
  const routes = async (RouteTableId: string) => {
    const { RouteTables } = await ec2.send(new DescribeRouteTablesCommand({ RouteTableIds: [RouteTableId] }));
    return Object.fromEntries(
      (RouteTables?.[0]?.Routes ?? []).map((route) => [
        route.DestinationCidrBlock ?? route.DestinationPrefixListId ?? "",
        `${route.GatewayId ?? route.NatGatewayId ?? ""} ${route.State ?? ""}`,
      ]),
    );
  };

  it("begin with the default one, which has a way to the internet", async () => {
    const { Vpcs = [] } = await ec2.send(new DescribeVpcsCommand({}));
    expect(Vpcs.map(({ IsDefault, CidrBlock }) => [IsDefault, CidrBlock])).to.deep.equal([
      [true, "172.31.0.0/16"],
    ]);
    const { RouteTables = [] } = await ec2.send(
      new DescribeRouteTablesCommand({ Filters: [{ Name: "association.main", Values: ["true"] }] }),
    );
    const { InternetGateways = [] } = await ec2.send(new DescribeInternetGatewaysCommand({}));
    expect(await routes(RouteTables[0]?.RouteTableId ?? "")).to.deep.equal({
      "172.31.0.0/16": "local active",
      "0.0.0.0/0": `${InternetGateways[0]?.InternetGatewayId ?? ""} active`,
    });
  });

  it("come with a main route table, an access list and a default group, and take these along", async () => {
    const VpcId = await vpc("10.1.2.3/16");
    const ofVpc = [{ Name: "vpc-id", Values: [VpcId] }];
    const parts = async () => ({
      tables: (await ec2.send(new DescribeRouteTablesCommand({ Filters: ofVpc }))).RouteTables,
      acls: (await ec2.send(new DescribeNetworkAclsCommand({ Filters: ofVpc }))).NetworkAcls,
      groups: (await ec2.send(new DescribeSecurityGroupsCommand({ Filters: ofVpc }))).SecurityGroups,
    });
    const { tables, acls, groups } = await parts();
    expect(tables?.map(({ Associations }) => Associations?.map(({ Main }) => Main))).to.deep.equal([[true]]);
    expect(await routes(tables?.[0]?.RouteTableId ?? "")).to.deep.equal({ "10.1.0.0/16": "local active" });
    expect(acls?.map(({ IsDefault }) => IsDefault)).to.deep.equal([true]);
    expect(groups?.map(({ GroupName }) => GroupName)).to.deep.equal(["default"]);
    expect(groups?.[0]?.IpPermissions?.[0]?.UserIdGroupPairs?.[0]?.GroupId).to.equal(groups?.[0]?.GroupId);
    expect(
      await failure(ec2.send(new DeleteSecurityGroupCommand({ GroupId: groups?.[0]?.GroupId }))),
    ).to.equal("CannotDelete");

    await ec2.send(new DeleteVpcCommand({ VpcId }));
    expect(await parts()).to.deep.equal({ tables: [], acls: [], groups: [] });
    expect(await failure(ec2.send(new DeleteVpcCommand({ VpcId })))).to.equal("InvalidVpcID.NotFound");
  });

  it("have settings of names, one at a time", async () => {
    const VpcId = await vpc();
    const value = async () => {
      const answer = await ec2.send(
        new DescribeVpcAttributeCommand({ VpcId, Attribute: "enableDnsHostnames" }),
      );
      return answer.EnableDnsHostnames?.Value;
    };
    expect(await value()).to.equal(false);
    await ec2.send(new ModifyVpcAttributeCommand({ VpcId, EnableDnsHostnames: { Value: true } }));
    expect(await value()).to.equal(true);
    const both = { EnableDnsHostnames: { Value: true }, EnableDnsSupport: { Value: true } };
    expect(await failure(ec2.send(new ModifyVpcAttributeCommand({ VpcId, ...both })))).to.equal(
      "InvalidParameterCombination",
    );
  });

  it("have ranges of AWS's sizes, and subnets within them that share nothing", async () => {
    const bad = ["10.0.0.0/15", "10.0.0.0/29", "127.0.0.0/16", "224.0.0.0/16"];
    for (const CidrBlock of bad)
      expect(await failure(ec2.send(new CreateVpcCommand({ CidrBlock }))), CidrBlock).to.equal(
        "InvalidVpc.Range",
      );
    expect(await failure(ec2.send(new CreateVpcCommand({})))).to.equal("MissingParameter");
    const VpcId = await vpc("10.0.0.0/20");
    await subnet(VpcId, "10.0.1.0/24");
    const refusals = {
      "10.0.16.0/24": "InvalidSubnet.Range",
      "10.0.0.0/19": "InvalidSubnet.Range",
      "10.0.2.0/29": "InvalidSubnet.Range",
      "10.0.1.128/25": "InvalidSubnet.Conflict",
      "10.0.0.0/23": "InvalidSubnet.Conflict",
      "10.0.0.0/33": "InvalidParameterValue",
    };
    for (const [CidrBlock, code] of Object.entries(refusals))
      expect(await failure(subnet(VpcId, CidrBlock)), CidrBlock).to.equal(code);
    expect(await failure(subnet(VpcId, "10.0.2.0/24", "us-east-1z"))).to.equal("InvalidParameterValue");
    expect(await failure(subnet("vpc-0123456789abcdef0", "10.0.2.0/24"))).to.equal("InvalidVpcID.NotFound");
  });

  it("count ranges as numbers", () => {
    const range = fc.tuple(fc.nat(0xffff_ffff), fc.integer({ min: 8, max: 32 })).map(([value, bits]) => {
      const text = [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");
      return `${text}/${bits}`;
    });
    const binary = (cidr: string) => {
      const { first, bits } = addressRange(cidr);
      return first.toString(2).padStart(32, "0").slice(0, bits);
    };
    fc.assert(
      fc.property(range, range, (a, b) => {
        // A range holds another just where its bits begin the other's.
        expect(contains(a, b)).to.equal(binary(b).startsWith(binary(a)));
        expect(overlaps(a, b)).to.equal(contains(a, b) || contains(b, a));
        expect(addressRange(`${addressAt(addressRange(a), 0)}/32`).first).to.equal(addressRange(a).first);
      }),
    );
  });

  it("give instances addresses of their subnet, as many as it has", async () => {
    const VpcId = await vpc();
    const SubnetId = await subnet(VpcId, "10.0.7.16/28", "us-east-1b");
    const run = (MaxCount: number) =>
      ec2.send(
        new RunInstancesCommand({ ImageId: AMI, InstanceType: "t3.micro", SubnetId, MinCount: 1, MaxCount }),
      );
    const { Instances = [] } = await run(8);
    const { Instances: more = [] } = await run(8);
    const all = [...Instances, ...more];
    // Sixteen, of which AWS keeps five.
    expect(all).to.have.length(11);
    expect(new Set(all.map(({ PrivateIpAddress }) => PrivateIpAddress))).to.have.keys(
      Array.from({ length: 11 }, (_, index) => `10.0.7.${20 + index}`),
    );
    const [first] = all;
    expect(first).to.deep.include({ VpcId, SubnetId, PublicDnsName: "" });
    expect(first?.Placement?.AvailabilityZone).to.equal("us-east-1b");
    expect(first?.PublicIpAddress).to.equal(undefined);
    expect(first?.SecurityGroups?.map(({ GroupName }) => GroupName)).to.deep.equal(["default"]);
    expect(await failure(run(1))).to.equal("InsufficientFreeAddressesInSubnet");
    const { Subnets } = await ec2.send(new DescribeSubnetsCommand({ SubnetIds: [SubnetId] }));
    expect(Subnets?.[0]?.AvailableIpAddressCount).to.equal(0);

    await ec2.send(new TerminateInstancesCommand({ InstanceIds: [first?.InstanceId ?? ""] }));
    expect(await failure(run(1))).to.equal("InsufficientFreeAddressesInSubnet");
    await clock.advance(60_000);
    const { Instances: again = [] } = await run(1);
    expect(again[0]?.PrivateIpAddress).to.equal(first?.PrivateIpAddress);
  });

  it("give public addresses where the subnet or the launch asks for one", async () => {
    const SubnetId = await subnet(await vpc(), "10.0.1.0/24");
    const publicIp = async (AssociatePublicIpAddress?: boolean) => {
      const { Instances = [] } = await ec2.send(
        new RunInstancesCommand({
          ImageId: AMI,
          InstanceType: "t3.micro",
          NetworkInterfaces: [
            {
              DeviceIndex: 0,
              SubnetId,
              ...(AssociatePublicIpAddress === undefined ? {} : { AssociatePublicIpAddress }),
            },
          ],
          MinCount: 1,
          MaxCount: 1,
        }),
      );
      return Instances[0]?.PublicIpAddress !== undefined;
    };
    expect([await publicIp(), await publicIp(true)]).to.deep.equal([false, true]);
    await ec2.send(new ModifySubnetAttributeCommand({ SubnetId, MapPublicIpOnLaunch: { Value: true } }));
    expect([await publicIp(), await publicIp(false)]).to.deep.equal([true, false]);
  });

  it("keep security groups apart: a name once in each, instances with those of their own", async () => {
    const [one, other] = [await vpc("10.0.0.0/16"), await vpc("10.1.0.0/16")];
    const group = async (VpcId: string) => {
      const command = new CreateSecurityGroupCommand({ GroupName: "web", Description: "web", VpcId });
      return (await ec2.send(command)).GroupId ?? "";
    };
    const [ours, theirs] = [await group(one), await group(other)];
    expect(await failure(group(one))).to.equal("InvalidGroup.Duplicate");
    const SubnetId = await subnet(one, "10.0.1.0/24");
    const run = (groupId: string) =>
      ec2.send(
        new RunInstancesCommand({
          ImageId: AMI,
          InstanceType: "t3.micro",
          SubnetId,
          SecurityGroupIds: [groupId],
          MinCount: 1,
          MaxCount: 1,
        }),
      );
    expect(await failure(run(theirs))).to.equal("InvalidParameter");
    await run(ours);
    const { Reservations } = await ec2.send(new DescribeInstancesCommand({}));
    expect(Reservations?.[0]?.Instances?.[0]?.SecurityGroups).to.deep.equal([
      { GroupId: ours, GroupName: "web" },
    ]);
  });

  it("route out through NAT gateways, which need a public way of their own", async () => {
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

  it("keep routes: one for each range, to what is in the same network", async () => {
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

  it("have endpoints: interfaces in subnets, and routes to what has no interface", async () => {
    const VpcId = await vpc();
    const [a, b] = [await subnet(VpcId, "10.0.0.0/24"), await subnet(VpcId, "10.0.1.0/24", "us-east-1b")];
    const sameZone = await subnet(VpcId, "10.0.2.0/24");
    const RouteTableId = await table(VpcId);
    const create = (service: string, request: object) =>
      ec2.send(
        new CreateVpcEndpointCommand({
          VpcId,
          ServiceName: `com.amazonaws.us-east-1.${service}`,
          ...request,
        }),
      );
    const asInterface = { VpcEndpointType: "Interface", SubnetIds: [a, b], PrivateDnsEnabled: true };
    expect(await failure(create("ssm", asInterface))).to.equal("InvalidParameter");
    await ec2.send(new ModifyVpcAttributeCommand({ VpcId, EnableDnsHostnames: { Value: true } }));
    expect(await failure(create("nothing", asInterface))).to.equal("InvalidServiceName");
    expect(await failure(create("ssm", { VpcEndpointType: "Gateway" }))).to.equal("InvalidParameterValue");
    const twice = { ...asInterface, SubnetIds: [a, sameZone] };
    expect(await failure(create("ssm", twice))).to.equal("DuplicateSubnetsInSameZone");

    const { VpcEndpoint: ssm } = await create("ssm", asInterface);
    expect(ssm).to.deep.include({ State: "pending", VpcEndpointType: "Interface", PrivateDnsEnabled: true });
    expect(ssm?.NetworkInterfaceIds).to.have.length(2);
    expect(await failure(create("ssm", asInterface))).to.equal("InvalidParameter");
    await clock.advance(2_000);
    const { VpcEndpoint: s3 } = await create("s3", {
      VpcEndpointType: "Gateway",
      RouteTableIds: [RouteTableId],
    });
    const { PrefixLists } = await ec2.send(
      new DescribePrefixListsCommand({
        Filters: [{ Name: "prefix-list-name", Values: ["com.amazonaws.us-east-1.s3"] }],
      }),
    );
    expect((await routes(RouteTableId))[PrefixLists?.[0]?.PrefixListId ?? ""]).to.equal(
      `${s3?.VpcEndpointId ?? ""} active`,
    );
    const described = async () => {
      const { VpcEndpoints = [] } = await ec2.send(new DescribeVpcEndpointsCommand({}));
      return VpcEndpoints.map(
        ({ ServiceName, State }) => `${ServiceName?.split(".").at(-1) ?? ""} ${State ?? ""}`,
      );
    };
    expect(await described()).to.have.members(["ssm available", "s3 available"]);
    await ec2.send(new ModifyVpcEndpointCommand({ VpcEndpointId: ssm?.VpcEndpointId, RemoveSubnetIds: [a] }));
    await ec2.send(new DeleteSubnetCommand({ SubnetId: a }));
    expect(await failure(ec2.send(new DeleteSubnetCommand({ SubnetId: b })))).to.equal("DependencyViolation");
    const { Unsuccessful } = await ec2.send(
      new DeleteVpcEndpointsCommand({
        VpcEndpointIds: [ssm?.VpcEndpointId ?? "", s3?.VpcEndpointId ?? "", "vpce-0123456789abcdef0"],
      }),
    );
    expect(Unsuccessful?.map(({ ResourceId }) => ResourceId)).to.deep.equal(["vpce-0123456789abcdef0"]);
    await clock.advance(2_000);
    expect(await described()).to.deep.equal([]);
    await ec2.send(new DeleteSubnetCommand({ SubnetId: b }));
  });

  it("go only in the order in which nothing depends on what goes", async () => {
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

  it("have limits", async () => {
    for (let made = 1; made < 5; made += 1) await vpc(`10.${made}.0.0/16`);
    expect(await failure(vpc())).to.equal("VpcLimitExceeded");
    for (let made = 0; made < 5; made += 1) await address();
    expect(await failure(address())).to.equal("AddressLimitExceeded");
  });

  it("take tags with their making and afterwards, and are found by them", async () => {
    const TagSpecifications = [{ ResourceType: "vpc" as const, Tags: [{ Key: "Team", Value: "shop" }] }];
    const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: "10.0.0.0/16", TagSpecifications }));
    const VpcId = Vpc?.VpcId ?? "";
    const SubnetId = await subnet(VpcId, "10.0.0.0/24");
    await ec2.send(
      new CreateTagsCommand({ Resources: [SubnetId], Tags: [{ Key: "Tier", Value: "private" }] }),
    );
    const { Tags = [] } = await ec2.send(new DescribeTagsCommand({}));
    expect(
      Tags.map(({ ResourceType, ResourceId, Key }) => [ResourceType, ResourceId, Key]),
    ).to.have.deep.members([
      ["vpc", VpcId, "Team"],
      ["subnet", SubnetId, "Tier"],
    ]);
    const { Subnets } = await ec2.send(
      new DescribeSubnetsCommand({ Filters: [{ Name: "tag:Tier", Values: ["private"] }] }),
    );
    expect(Subnets?.map((each) => each.SubnetId)).to.deep.equal([SubnetId]);
    const unknown = new CreateTagsCommand({ Resources: ["rtb-0123456789abcdef0"], Tags });
    expect(await failure(ec2.send(unknown))).to.equal("InvalidRouteTableID.NotFound");
  });

  it("may be changed by those alone whose policy says so", async () => {
    const [VpcId, other] = [await vpc(), await vpc("10.1.0.0/16")];
    await ec2.send(new CreateTagsCommand({ Resources: [VpcId], Tags: [{ Key: "Team", Value: "shop" }] }));
    const document = (...Statement: object[]) => JSON.stringify({ Version: "2012-10-17", Statement });
    await cloud.call("iam", "CreateRole", {
      RoleName: "network",
      AssumeRolePolicyDocument: document({
        Effect: "Allow",
        Principal: { Service: "lambda.amazonaws.com" },
        Action: "sts:AssumeRole",
      }),
    });
    const arn = "arn:aws:ec2:us-east-1:000000000000";
    await cloud.call("iam", "PutRolePolicy", {
      RoleName: "network",
      PolicyName: "p",
      PolicyDocument: document(
        {
          Effect: "Allow",
          Action: "ec2:CreateSubnet",
          Resource: `${arn}:vpc/*`,
          Condition: { StringEquals: { "aws:ResourceTag/Team": "shop" } },
        },
        {
          Effect: "Allow",
          Action: "ec2:CreateSubnet",
          Resource: `${arn}:subnet/*`,
          Condition: { StringEquals: { "aws:RequestTag/Tier": "private" } },
        },
        {
          Effect: "Allow",
          Action: "ec2:CreateTags",
          Resource: `${arn}:subnet/*`,
          Condition: { StringEquals: { "ec2:CreateAction": "CreateSubnet" } },
        },
      ),
    });
    const client = cloud.clientAs(cloud.context.issueCredentials("network", "test"));
    const asRole = new EC2Client({ ...client, maxAttempts: 1 });
    const create = (inVpc: string, CidrBlock: string, tier: string) =>
      asRole.send(
        new CreateSubnetCommand({
          VpcId: inVpc,
          CidrBlock,
          TagSpecifications: [{ ResourceType: "subnet", Tags: [{ Key: "Tier", Value: tier }] }],
        }),
      );
    const { Subnet } = await create(VpcId, "10.0.0.0/24", "private");
    const refused = [
      create(other, "10.1.0.0/24", "private"),
      create(VpcId, "10.0.1.0/24", "public"),
      asRole.send(new DeleteSubnetCommand({ SubnetId: Subnet?.SubnetId })),
      asRole.send(new CreateVpcCommand({ CidrBlock: "10.2.0.0/16" })),
      asRole.send(new DescribeSubnetsCommand({})),
    ];
    expect(new Set(await Promise.all(refused.map(failure)))).to.deep.equal(
      new Set(["UnauthorizedOperation"]),
    );
    asRole.destroy();
  });
});
