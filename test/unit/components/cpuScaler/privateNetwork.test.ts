import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import * as fc from "fast-check";
import { PrivateNetwork } from "../../../../components/cpuScaler/privateNetwork";
import {
  subnetCidrs,
  type PrivateNetworkArgs,
} from "../../../../components/cpuScaler/privateNetworkArguments";
import { promiseOf, recordResources, type Recorder } from "../../support/recordResources";

const SUBNET = "aws:ec2/subnet:Subnet";
const NAT = "aws:ec2/natGateway:NatGateway";
const ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint";
const GROUP = "aws:ec2/securityGroup:SecurityGroup";
const ROUTE = "aws:ec2/route:Route";
const VPC_ID = "net-vpc-id";

async function build(
  args: PrivateNetworkArgs = {},
): Promise<{ network: PrivateNetwork; recorder: Recorder }> {
  const recorder = recordResources();
  const network = new PrivateNetwork("net", args);
  await promiseOf(network.subnetIds);
  await recorder.settled();
  return { network, recorder };
}

function problems(args: Partial<Record<keyof PrivateNetworkArgs, unknown>>): string[] {
  recordResources();
  try {
    new PrivateNetwork("net", args as PrivateNetworkArgs);
  } catch (error) {
    if (!(error instanceof pulumi.InputPropertiesError)) throw error;
    return error.errors.map(({ propertyPath, reason }) => `${propertyPath}: ${reason}`);
  }
  return [];
}

describe("PrivateNetwork", () => {
  it("has by default private subnets in two zones and one NAT gateway", async () => {
    const { network, recorder } = await build({ tags: { Team: "shop" } });
    expect(recorder.find("aws:ec2/vpc:Vpc", "net-vpc").inputs).to.deep.equal({
      cidrBlock: "10.0.0.0/16",
      enableDnsSupport: true,
      enableDnsHostnames: true,
      tags: { Team: "shop", Name: "net" },
    });
    expect(
      recorder
        .ofType(SUBNET)
        .map(({ name, inputs }) => [
          name,
          inputs.cidrBlock,
          inputs.availabilityZone,
          inputs.mapPublicIpOnLaunch,
        ]),
    ).to.deep.equal([
      ["net-private-1", "10.0.0.0/18", "us-east-1a", false],
      ["net-private-2", "10.0.64.0/18", "us-east-1b", false],
      ["net-public-1", "10.0.192.0/20", "us-east-1a", false],
    ]);
    expect(recorder.ofType(NAT).map(({ inputs }) => [inputs.subnetId, inputs.allocationId])).to.deep.equal([
      ["subnet-0123abc1", "net-public-1-address-id"],
    ]);
    expect(recorder.ofType(ROUTE).map(({ inputs }) => inputs)).to.have.deep.members([
      {
        routeTableId: "net-public-routes-id",
        destinationCidrBlock: "0.0.0.0/0",
        gatewayId: "net-internet-id",
      },
      ...[1, 2].map((index) => ({
        routeTableId: `net-private-${index}-routes-id`,
        destinationCidrBlock: "0.0.0.0/0",
        natGatewayId: "net-nat-1-id",
      })),
    ]);
    expect(recorder.ofType(ENDPOINT).map(({ inputs }) => inputs.serviceName)).to.deep.equal([
      "com.amazonaws.us-east-1.s3",
    ]);
    expect(await promiseOf(network.subnetIds)).to.deep.equal(["subnet-0123abc1", "subnet-0123abc2"]);
    expect(await promiseOf(network.securityGroupIds)).to.deep.equal(["sg-0123abcd"]);
  });

  it("lets nothing in, and locks the group that it begins with", async () => {
    const { recorder } = await build();
    expect(
      recorder.find("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", "net-default-group").inputs,
    ).to.deep.include({ vpcId: VPC_ID, ingress: [], egress: [] });
    const { inputs } = recorder.find(GROUP, "net-group");
    expect(inputs).not.to.have.any.keys("ingress", "name");
    expect(inputs.egress).to.deep.equal([
      {
        protocol: "tcp",
        fromPort: 443,
        toPort: 443,
        cidrBlocks: ["0.0.0.0/0"],
        description: "HTTPS to anywhere",
      },
    ]);
    for (const { inputs: subnet } of recorder.ofType(SUBNET))
      expect(subnet).to.include({ mapPublicIpOnLaunch: false });
  });

  it("has a NAT gateway in each zone, and each zone its own way out", async () => {
    const { recorder } = await build({ networkEgress: "natPerZone", networkZones: 3 });
    expect(recorder.ofType(NAT).map(({ name }) => name)).to.deep.equal([
      "net-nat-1",
      "net-nat-2",
      "net-nat-3",
    ]);
    const out = recorder.ofType(ROUTE).filter(({ name }) => name.startsWith("net-private"));
    expect(out.map(({ inputs }) => [inputs.routeTableId, inputs.natGatewayId])).to.have.deep.members(
      [1, 2, 3].map((index) => [`net-private-${index}-routes-id`, `net-nat-${index}-id`]),
    );
  });

  it("reaches AWS's services alone by endpoints, in which its instances alone come in", async () => {
    const { recorder } = await build({ networkEgress: "endpoints", networkEndpoints: ["ssm", "ecr.api"] });
    for (const type of [NAT, ROUTE, "aws:ec2/eip:Eip", "aws:ec2/internetGateway:InternetGateway"])
      expect(recorder.ofType(type), type).to.deep.equal([]);
    const { inputs: ssm } = recorder.find(ENDPOINT, "net-endpoint-ssm");
    expect(ssm).to.deep.include({
      vpcId: VPC_ID,
      serviceName: "com.amazonaws.us-east-1.ssm",
      vpcEndpointType: "Interface",
      privateDnsEnabled: true,
      subnetIds: ["subnet-0123abc1", "subnet-0123abc2"],
      securityGroupIds: ["sg-0123abcd"],
    });
    expect(ssm).not.to.have.any.keys("routeTableIds", "policy");
    const { inputs: s3 } = recorder.find(ENDPOINT, "net-endpoint-s3");
    expect(s3).to.deep.include({
      vpcEndpointType: "Gateway",
      routeTableIds: ["net-private-1-routes-id", "net-private-2-routes-id"],
    });
    expect(s3).not.to.have.any.keys("subnetIds", "securityGroupIds", "privateDnsEnabled");
    const { inputs: group } = recorder.find(GROUP, "net-endpoint-group");
    expect(group).not.to.have.property("egress");
    expect(group.ingress).to.have.nested.property("[0].securityGroups").that.deep.equals(["sg-0123abcd"]);
    expect(group.ingress).not.to.have.nested.property("[0].cidrBlocks");
    expect(recorder.ofType(ENDPOINT)).to.have.length(3);
  });

  it("reaches nothing where it is to reach nothing", async () => {
    const { recorder } = await build({ networkEgress: "none" });
    for (const type of [NAT, ROUTE, ENDPOINT, "aws:ec2/eip:Eip", "aws:ec2/internetGateway:InternetGateway"])
      expect(recorder.ofType(type), type).to.deep.equal([]);
    expect(recorder.find(GROUP, "net-group").inputs).not.to.have.any.keys("ingress", "egress");
  });

  it("takes another range, and changes to its children", async () => {
    const { recorder } = await build({
      networkCidr: "192.168.8.0/24",
      transform: { subnet: (args, opts) => ({ args: { ...args, tags: { Own: "1" } }, opts }) },
    });
    expect(recorder.ofType(SUBNET).map(({ inputs }) => [inputs.cidrBlock, inputs.tags])).to.deep.equal([
      ["192.168.8.0/26", { Own: "1" }],
      ["192.168.8.64/26", { Own: "1" }],
      ["192.168.8.192/28", { Own: "1" }],
    ]);
  });

  for (const [args, problem] of [
    [{ networkCidr: "8.8.8.0/24" }, "networkCidr"],
    [{ networkCidr: "10.0/16" }, "networkCidr"],
    [{ networkCidr: "10.0.0.0/8" }, "networkCidr"],
    [{ networkCidr: "10.0.0.0/25" }, "networkCidr"],
    [{ networkCidr: "10.0.0.1/16" }, "networkCidr"],
    [{ networkCidr: "172.32.0.0/16" }, "networkCidr"],
    [{ networkZones: 1 }, "networkZones"],
    [{ networkZones: 4 }, "networkZones"],
    [{ networkEgress: "internet" }, "networkEgress"],
    [{ networkEndpoints: [] }, "networkEndpoints"],
    [{ networkEndpoints: ["com amazonaws"] }, "networkEndpoints"],
  ] as const)
    it(`refuses ${JSON.stringify(args)}`, () => {
      expect(problems(args).map((each) => each.split(":")[0])).to.deep.equal([problem]);
    });

  it("cuts a range into subnets that lie in it and share nothing", () => {
    const range = fc.tuple(fc.nat(255), fc.nat(255), fc.integer({ min: 16, max: 24 })).map(([b, c, bits]) => {
      const value = (10 * 256 + b) * 65_536 + c * 256;
      const first = value - (value % 2 ** (32 - bits));
      const bytes = [24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256);
      return `${bytes.join(".")}/${bits}`;
    });
    const span = (cidr: string) => {
      const [address = "", bits = ""] = cidr.split("/");
      const first = address.split(".").reduce((sum, byte) => sum * 256 + Number(byte), 0);
      return { first, end: first + 2 ** (32 - Number(bits)), bits: Number(bits) };
    };
    fc.assert(
      fc.property(range, fc.integer({ min: 2, max: 3 }), (cidr, zones) => {
        const { private: inward, public: outward } = subnetCidrs(cidr, zones);
        expect([inward.length, outward.length]).to.deep.equal([zones, zones]);
        const whole = span(cidr);
        const spans = [...inward, ...outward].map(span).toSorted((a, b) => a.first - b.first);
        for (const [index, { first, end, bits }] of spans.entries()) {
          expect(first).to.be.at.least(index === 0 ? whole.first : (spans[index - 1]?.end ?? 0));
          expect(end).to.be.at.most(whole.end);
          expect(first % (end - first)).to.equal(0);
          expect(bits).to.be.within(18, 28);
        }
      }),
    );
  });
});
