import { readFileSync } from "node:fs";
import { expect } from "chai";
import { ResourceFailure } from "../../../src/engine/provider";
import type { PropertyMap } from "../../../src/engine/values";
import { functions } from "../../../src/provider/functions";
import { createProvider } from "../../../src/provider/provider";
import type { CreateContext } from "../../../src/provider/resourceType";
import { recordingContext } from "../recordingContext";
import { type Workshop, workshop } from "./workshop";

/** What a function answers always, by the types of the installed SDK. */
function promised(token: string): string[] {
  const module = token.split(":")[1] ?? "";
  const declared = readFileSync(
    require.resolve("@pulumi/aws").replace(/index\.js$/, `${module.replace(/^index\//, "")}.d.ts`),
    "utf8",
  );
  const result = /export interface Get\w+Result \{([^]*?)\n\}/.exec(declared)?.[1] ?? "";
  return [...result.matchAll(/^ {4}readonly (\w+):/gm)].map(([, name = ""]) => name);
}

describe("what a program looks up", () => {
  let shop: Workshop;
  before(async () => (shop = await workshop()));
  after(() => shop.close());
  const ask = (token: string, args: PropertyMap) => shop.provider.invoke(token, args, {});

  const arguments_: Readonly<Record<string, PropertyMap>> = {
    "aws:iam/getPolicyDocument:getPolicyDocument": { statements: [{ actions: ["sqs:*"], resources: ["*"] }] },
    "aws:index/getArn:getArn": { arn: "arn:aws:sqs:eu-west-1:1:q" },
    "aws:ssm/getParameter:getParameter": {
      name: "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64",
    },
    "aws:ec2/getVpc:getVpc": { default: true },
    "aws:ec2/getSubnet:getSubnet": { filters: [{ name: "availability-zone-id", values: ["*az1"] }] },
    "aws:ec2/getSecurityGroup:getSecurityGroup": { name: "default" },
    "aws:ec2/getAmi:getAmi": {
      mostRecent: true,
      owners: ["amazon"],
      filters: [
        { name: "name", values: ["al2023-ami-*-x86_64"] },
        { name: "virtualization-type", values: ["hvm"] },
        { name: "root-device-type", values: ["ebs"] },
      ],
    },
  };
  for (const token of Object.keys(functions)) {
    it(`has all that ${token} promises`, async () => {
      const answer = await ask(token, arguments_[token] ?? {});
      expect(promised(token)).not.to.deep.equal([]);
      expect(promised(token).filter((name) => answer[name] === undefined)).to.deep.equal([]);
    });
  }

  it("is found by tags, and by what else the arguments say", async () => {
    const vpc = await shop.make("aws:ec2/vpc:Vpc", { cidrBlock: "10.1.0.0/16", tags: { Name: "shop" } });
    const subnet = await shop.make("aws:ec2/subnet:Subnet", {
      vpcId: vpc.id,
      cidrBlock: "10.1.1.0/24",
      tags: { Tier: "private" },
    });
    expect(await ask("aws:ec2/getVpc:getVpc", { tags: { Name: "shop" } })).to.deep.include({
      id: vpc.id,
      default: false,
      tags: { Name: "shop" },
      enableDnsHostnames: false,
      enableDnsSupport: true,
      mainRouteTableId: vpc.outputs.mainRouteTableId,
    });
    expect(await ask("aws:ec2/getVpc:getVpc", { cidrBlock: "10.1.0.0/16" })).to.include({ id: vpc.id });
    expect(await ask("aws:ec2/getSubnets:getSubnets", { tags: { Tier: "private" } })).to.deep.include({
      ids: [subnet.id],
    });
    expect(await ask("aws:ec2/getSubnet:getSubnet", { vpcId: vpc.id })).to.include({
      id: subnet.id,
      vpcId: vpc.id,
    });
    expect(await ask("aws:ec2/getSubnet:getSubnet", { id: subnet.id })).to.include({
      cidrBlock: "10.1.1.0/24",
    });
    expect(await ask("aws:ec2/getSecurityGroup:getSecurityGroup", { vpcId: vpc.id })).to.include({
      id: vpc.outputs.defaultSecurityGroupId,
    });
  });

  it("is not narrowed by what is false, as with the AWS provider", async () => {
    const { id = "" } = await ask("aws:ec2/getVpc:getVpc", { default: true });
    expect(await ask("aws:ec2/getVpc:getVpc", { id, default: false })).to.include({ id, default: true });
    const filters = [{ name: "availability-zone-id", values: ["*az1"] }];
    const args = { vpcId: id, filters, defaultForAz: false };
    expect(await ask("aws:ec2/getSubnet:getSubnet", args)).to.include({ defaultForAz: true });
  });

  it("is the newest image of somebody who is named, unless the program allows anybody's", async () => {
    const token = "aws:ec2/getAmi:getAmi";
    const filters = [{ name: "architecture", values: ["arm64"] }];
    const refused = await ask(token, { mostRecent: true, filters }).catch(String);
    expect(refused).to.match(
      /^Error: Most Recent Image Not Filtered: .* allowUnsafeFilter: true permits that$/,
    );
    const amazon = { name: "owner-id", values: ["137112412989"] };
    const found = { ownerId: "137112412989", architecture: "arm64" };
    expect(await ask(token, { mostRecent: true, filters: [...filters, amazon] })).to.include(found);
    expect(await ask(token, { mostRecent: true, filters, allowUnsafeFilter: true })).to.include(found);
  });

  it("is the newest image of an owner, by name or by number", async () => {
    const filters = [{ name: "architecture", values: ["arm64"] }];
    for (const owner of ["amazon", "137112412989"])
      expect(await ask("aws:ec2/getAmi:getAmi", { owners: [owner], filters })).to.include({
        architecture: "arm64",
        ownerId: "137112412989",
      });
  });

  it("is refused, as a function that is not supported, where the cloud itself does not support it", async () => {
    const filters = [{ name: "dhcp-options-id", values: ["dopt-1"] }];
    const filtered: unknown = await ask("aws:ec2/getVpc:getVpc", { filters }).catch(
      (error: unknown) => error,
    );
    expect(filtered).to.be.instanceOf(ResourceFailure);
    expect(String(filtered)).to.match(
      /InvalidParameterValue: The filter 'dhcp-options-id' is invalid or not supp/,
    );

    const { context } = recordingContext();
    const call = () =>
      shop.cloud.call("ec2", "DescribeSubnets", { MaxResults: 5, NextToken: "a", DryRun: true });
    const provider = createProvider({ ...context, call: call as CreateContext["call"] });
    const asked = provider.invoke("aws:ec2/getSubnets:getSubnets", {}, {});
    const refused: unknown = await asked.catch((error: unknown) => error);
    expect(refused).to.be.instanceOf(ResourceFailure);
    expect(String(refused)).to.include("NotSupportedByEmbeddedCloud");

    const lost = ask("aws:ec2/getVpc:getVpc", { id: "vpc-0123456789abcdef0" });
    expect(await lost.catch((error: unknown) => error)).not.to.be.instanceOf(ResourceFailure);
  });

  it("has to be one, and to lie in the one region", async () => {
    const failure = async (token: string, args: PropertyMap) =>
      ask(token, args).then(
        () => "no failure",
        (error: unknown) => (error as Error).message,
      );
    expect(await failure("aws:ec2/getVpc:getVpc", { tags: { Name: "none" } })).to.equal(
      "0 networks match; expected one",
    );
    expect(await failure("aws:ec2/getSubnet:getSubnet", { defaultForAz: true })).to.match(
      /^[2-9] subnets match; expected one$/,
    );
    expect(await failure("aws:ec2/getAmi:getAmi", { owners: ["amazon"] })).to.equal(
      "2 images match; expected one",
    );
    const filters = [{ name: "name", values: ["amzn2-ami-hvm-*"] }];
    expect(
      await failure("aws:ec2/getAmi:getAmi", { mostRecent: true, owners: ["amazon"], filters }),
    ).to.match(/^no image matches; those of the embedded cloud: al2023-ami-\S+-arm64, al2023-ami-\S+-x86_64/);
    expect(await failure("aws:ec2/getSubnets:getSubnets", { region: "us-gov-west-1" })).to.include(
      "the embedded cloud has one region",
    );
  });
});
