import { expect } from "chai";
import {
  CreateTagsCommand,
  CreateVpcCommand,
  DeleteSecurityGroupCommand,
  DeleteVpcCommand,
  DescribeInternetGatewaysCommand,
  DescribeNetworkAclsCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeTagsCommand,
  DescribeVpcAttributeCommand,
  DescribeVpcsCommand,
  ModifyVpcAttributeCommand,
} from "@aws-sdk/client-ec2";
import * as fc from "fast-check";
import { addressAt, addressRange, contains, overlaps } from "../../../../src/services/ec2/addressRange";
import { failure, NetworkWorld } from "./support";

describe("EC2's networks", () => {
  let world: NetworkWorld;
  beforeEach(async () => {
    world = await NetworkWorld.start();
  });
  afterEach(() => world.close());

  it("begin with the default one, which has a way to the internet", async () => {
    const { ec2, routes } = world;
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
    const { ec2, vpc, routes } = world;
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
    const { ec2, vpc } = world;
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
    const { ec2, vpc, subnet } = world;
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

  it("have limits", async () => {
    const { vpc, address } = world;
    for (let made = 1; made < 5; made += 1) await vpc(`10.${made}.0.0/16`);
    expect(await failure(vpc())).to.equal("VpcLimitExceeded");
    for (let made = 0; made < 5; made += 1) await address();
    expect(await failure(address())).to.equal("AddressLimitExceeded");
  });

  it("take tags with their making and afterwards, and are found by them", async () => {
    const { ec2, subnet } = world;
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
});
