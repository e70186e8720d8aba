import { expect } from "chai";
import { SteppedClock } from "../../../src/core/clock";
import { createEc2 } from "../../../src/services/ec2/ec2";
import { startTestCloud, type TestCloud } from "../../../src/testing/testCloud";

const X86 = "ami-0a12023000000864a";
const ARM = "ami-0a12023000000a64a";
const OWN = "ami-0123456789abcdef0";
const HOUR = 60 * 60_000;

describe("RunInstances", () => {
  let clock: SteppedClock;
  let cloud: TestCloud;

  beforeEach(async () => {
    clock = new SteppedClock();
    cloud = await startTestCloud({
      clock,
      services: [createEc2],
      images: [OWN],
      // What was launched is seen at once.
      conditions: { instanceLagMs: 0 },
    });
  });
  afterEach(() => cloud.close());

  const run = async (more: object = {}) => {
    const launch = { ImageId: X86, InstanceType: "t3.micro" as const, MinCount: 1, MaxCount: 1, ...more };
    return (await cloud.call("ec2", "RunInstances", launch)).Instances![0]!;
  };
  const refusal = (promise: Promise<unknown>) =>
    promise.then(
      () => "none",
      (error: unknown) => `${(error as Error).name}: ${(error as Error).message}`,
    );
  const base64 = (text: string) => Buffer.from(text).toString("base64");

  const launches: [what: string, more: object, outcome: string | RegExp][] = [
    ["an image of Amazon's", {}, "none"],
    ["an image that the cloud was given", { ImageId: OWN }, "none"],
    ["such an image on another architecture", { ImageId: OWN, InstanceType: "t4g.nano" }, "none"],
    [
      "an image that nobody has",
      { ImageId: "ami-0123456789abcdef1" },
      "InvalidAMIID.NotFound: The image id '[ami-0123456789abcdef1]' does not exist",
    ],
    [
      "an image's id that is none",
      { ImageId: "ami-0123" },
      /^InvalidAMIID\.Malformed: Invalid id: "ami-0123"/,
    ],
    [
      "a type that there is not",
      { InstanceType: "t9.nano" },
      "InvalidParameterValue: Invalid value 't9.nano' for InstanceType.",
    ],
    [
      "a size that the family does not have",
      { InstanceType: "m5.nano" },
      "InvalidParameterValue: Invalid value 'm5.nano' for InstanceType.",
    ],
    [
      "an image of the other architecture",
      { ImageId: ARM },
      /^InvalidParameterValue: The architecture 'x86_64' of the specified instance type does not match the architecture 'arm64' of the specified AMI\./,
    ],
    [
      "a key that there is not",
      { KeyName: "mine" },
      "InvalidKeyPair.NotFound: The key pair 'mine' does not exist",
    ],
    ["a subnet that there is not", { SubnetId: "subnet-0123456789abcdef0" }, /^InvalidSubnetID\.NotFound/],
    ["user data", { UserData: base64("#!/bin/sh") }, "none"],
    ["user data in lines", { UserData: `${base64("abc")}\n${base64("def")}\r\n` }, "none"],
    [
      "user data that is not base64",
      { UserData: "#!/bin/sh" },
      "InvalidUserData.Malformed: Invalid BASE64 encoding of user data.",
    ],
    ["user data of 16 KB", { UserData: base64("é".repeat(8192)) }, "none"],
    [
      "longer user data",
      { UserData: base64(`${"é".repeat(8192)}x`) },
      "InvalidParameterValue: User data is limited to 16384 bytes",
    ],
  ];
  for (const [what, more, outcome] of launches) {
    it(`with ${what}`, async () => {
      const got = await refusal(run(more));
      if (typeof outcome === "string") expect(got).to.equal(outcome);
      else expect(got).to.match(outcome);
    });
  }

  it("checks what a template leaves open when it launches, not when the template is made", async () => {
    const LaunchTemplateData = {
      ImageId: "ami-0123456789abcdef1",
      InstanceType: "t3.micro" as const,
      KeyName: "mine",
    };
    await cloud.call("ec2", "CreateLaunchTemplate", { LaunchTemplateName: "later", LaunchTemplateData });
    const LaunchTemplate = { LaunchTemplateName: "later" };
    const launch = { LaunchTemplate, ImageId: undefined, InstanceType: undefined };
    expect(await refusal(run(launch))).to.match(/^InvalidAMIID\.NotFound/);
    expect(await refusal(run({ ...launch, ImageId: X86 }))).to.match(/^InvalidKeyPair\.NotFound/);
  });

  it("takes the image's metadata options where the request says nothing", async () => {
    expect((await run()).MetadataOptions).to.include({ HttpTokens: "required", HttpPutResponseHopLimit: 2 });
    expect((await run({ ImageId: OWN })).MetadataOptions).to.include({
      HttpTokens: "optional",
      HttpPutResponseHopLimit: 1,
    });
    expect((await run({ MetadataOptions: { HttpTokens: "optional" } })).MetadataOptions).to.include({
      HttpTokens: "optional",
      HttpPutResponseHopLimit: 2,
    });
    expect((await run({ ImageId: ARM, InstanceType: "t4g.nano" })).Architecture).to.equal("arm64");
  });

  it("knows a key pair that was made or imported, until it is deleted", async () => {
    const { KeyMaterial, KeyFingerprint } = await cloud.call("ec2", "CreateKeyPair", {
      KeyName: "made",
      KeyType: "ed25519",
    });
    expect(KeyMaterial).to.match(/^-----BEGIN PRIVATE KEY-----/);
    expect((await run({ KeyName: "made" })).KeyName).to.equal("made");
    const PublicKeyMaterial = Buffer.from(`ssh-ed25519 ${"A".repeat(68)} me`);
    await cloud.call("ec2", "ImportKeyPair", { KeyName: "imported", PublicKeyMaterial });
    const { KeyPairs } = await cloud.call("ec2", "DescribeKeyPairs", {});
    expect(KeyPairs!.map(({ KeyName }) => KeyName)).to.deep.equal(["made", "imported"]);
    expect(KeyPairs![0]!.KeyFingerprint).to.equal(KeyFingerprint);
    expect(await refusal(cloud.call("ec2", "CreateKeyPair", { KeyName: "made" }))).to.match(
      /^InvalidKeyPair\.Duplicate/,
    );
    expect(
      await refusal(
        cloud.call("ec2", "ImportKeyPair", { KeyName: "x", PublicKeyMaterial: Buffer.from("rsa") }),
      ),
    ).to.match(/^InvalidKey\.Format/);
    await cloud.call("ec2", "DeleteKeyPair", { KeyName: "made" });
    expect(await refusal(run({ KeyName: "made" }))).to.match(/^InvalidKeyPair\.NotFound/);
  });

  it("remembers a client token for a day, and shows terminated instances for an hour", async () => {
    const first = await run({ ClientToken: "once" });
    await clock.advance(24 * HOUR - 1);
    expect((await run({ ClientToken: "once" })).InstanceId).to.equal(first.InstanceId);
    await clock.advance(1);
    const second = await run({ ClientToken: "once" });
    expect(second.InstanceId).not.to.equal(first.InstanceId);

    await cloud.call("ec2", "TerminateInstances", { InstanceIds: [second.InstanceId!] });
    const seen = () => refusal(cloud.call("ec2", "DescribeInstances", { InstanceIds: [second.InstanceId!] }));
    await clock.advance(30_000 + HOUR - 1);
    expect(await seen()).to.equal("none");
    await clock.advance(1);
    expect(await seen()).to.match(/^InvalidInstanceID\.NotFound/);
    expect(await refusal(run({ ClientToken: "once" }))).to.match(/^IdempotentInstanceTerminated/);
  });

  it("and the operations of launch templates make one thing of one token", async () => {
    const template = { LaunchTemplateName: "web", LaunchTemplateData: {}, ClientToken: "t" };
    const create = async (more: object = {}) =>
      (
        await cloud.call("ec2", "CreateLaunchTemplate", {
          ...template,
          ...more,
        })
      ).LaunchTemplate!.LaunchTemplateId;
    const id = await create();
    expect(await create()).to.equal(id);
    expect(await refusal(create({ LaunchTemplateName: "other" }))).to.match(/^IdempotentParameterMismatch/);
    const version = async () =>
      (await cloud.call("ec2", "CreateLaunchTemplateVersion", template)).LaunchTemplateVersion!.VersionNumber;
    expect([await version(), await version()]).to.deep.equal([2, 2]);
    await clock.advance(24 * HOUR);
    expect(await version()).to.equal(3);
    const { SuccessfullyDeletedLaunchTemplateVersions, UnsuccessfullyDeletedLaunchTemplateVersions } =
      await cloud.call("ec2", "DeleteLaunchTemplateVersions", {
        LaunchTemplateName: "web",
        Versions: ["1", "3", "9"],
      });
    expect(
      SuccessfullyDeletedLaunchTemplateVersions!.map(({ VersionNumber }) => VersionNumber),
    ).to.deep.equal([3]);
    expect(
      UnsuccessfullyDeletedLaunchTemplateVersions!.map(({ ResponseError }) => ResponseError?.Code),
    ).to.deep.equal(["unexpectedError", "launchTemplateVersionDoesNotExist"]);
    await clock.advance(24 * HOUR);
    expect(await version(), "a number is not used again").to.equal(4);
  });

  it("and tags that are deleted are gone, by key, by key and value, or all", async () => {
    const { InstanceId = "" } = await run({
      TagSpecifications: [
        { ResourceType: "instance", Tags: ["a", "b", "c", "d"].map((Key) => ({ Key, Value: Key })) },
      ],
    });
    const remove = (Tags?: object[]) => cloud.call("ec2", "DeleteTags", { Resources: [InstanceId], Tags });
    const keys = async () =>
      (await cloud.call("ec2", "DescribeTags", {}))
        .Tags!.map(({ Key = "" }) => Key)
        .sort()
        .join("");
    await remove([{ Key: "a" }, { Key: "b", Value: "other" }, { Key: "c", Value: "c" }]);
    expect(await keys()).to.equal("bd");
    await remove();
    expect(await keys()).to.equal("");
  });

  for (const [id, code] of [
    ["i-0123456789abcdef0", "InvalidInstanceID.NotFound"],
    ["lt-0123456789abcdef0", "InvalidLaunchTemplateId.NotFound"],
    ["sg-0123456789abcdef0", "InvalidGroup.NotFound"],
    ["key-0123456789abcdef0", "InvalidKeyPair.NotFound"],
    ["nothing", "InvalidID"],
  ] as const)
    it(`refuses tags of ${id} with ${code}`, async () => {
      const tags = { Resources: [id], Tags: [{ Key: "a", Value: "b" }] };
      for (const operation of ["CreateTags", "DeleteTags"] as const)
        expect((await refusal(cloud.call("ec2", operation, tags))).split(":")[0]).to.equal(code);
    });

  it("tells the images and types that there are", async () => {
    const { Images } = await cloud.call("ec2", "DescribeImages", {
      Owners: ["amazon"],
      Filters: [{ Name: "architecture", Values: ["arm64"] }],
    });
    expect(Images!.map(({ ImageId }) => ImageId)).to.deep.equal([ARM]);
    expect(
      await refusal(cloud.call("ec2", "DescribeImages", { ImageIds: ["ami-0123456789abcdef1"] })),
    ).to.match(/^InvalidAMIID\.NotFound/);
    const { InstanceTypes } = await cloud.call("ec2", "DescribeInstanceTypes", {
      InstanceTypes: ["t3.micro", "m7g.4xlarge", "c5.metal"],
    });
    expect(InstanceTypes!.map(({ VCpuInfo }) => VCpuInfo?.DefaultVCpus)).to.have.members([2, 16, 96]);
  });

  const ranges: [cidr: string, kept: string | undefined][] = [
    ["10.0.0.0/8", "10.0.0.0/8"],
    ["100.68.0.18/18", "100.68.0.0/18"],
    ["0.0.0.0/0", "0.0.0.0/0"],
    ["10.0.0.0/33", undefined],
    ["10.0.0/8", undefined],
    ["10.0.0.256/32", undefined],
    ["10.0.0.0", undefined],
    ["10.0.0.0/08", undefined],
    ["::/0", "::/0"],
    ["2001:db8:1::7/48", "2001:db8:1::/48"],
    ["::ffff:10.1.2.3/120", "::ffff:10.1.2.0/120"],
    ["2001:db8::/129", undefined],
    ["2001:db8/32", undefined],
  ];
  for (const [cidr, kept] of ranges) {
    it(`and security groups ${kept === undefined ? "refuse" : "take"} the range ${cidr}`, async () => {
      const { GroupId = "" } = await cloud.call("ec2", "CreateSecurityGroup", {
        GroupName: "g",
        Description: "d",
      });
      const range = cidr.includes(":")
        ? { Ipv6Ranges: [{ CidrIpv6: cidr }] }
        : { IpRanges: [{ CidrIp: cidr }] };
      const IpPermissions = [{ IpProtocol: "tcp", FromPort: 1, ToPort: 2, ...range }];
      const got = await refusal(
        cloud.call("ec2", "AuthorizeSecurityGroupIngress", { GroupId, IpPermissions }),
      );
      if (kept === undefined) {
        expect(got).to.equal(`InvalidParameterValue: CIDR block ${cidr} is malformed`);
        return;
      }
      expect(got).to.equal("none");
      const { SecurityGroups } = await cloud.call("ec2", "DescribeSecurityGroups", { GroupIds: [GroupId] });
      const [permission] = SecurityGroups![0]!.IpPermissions!;
      expect(permission!.IpRanges![0]?.CidrIp ?? permission!.Ipv6Ranges![0]?.CidrIpv6).to.equal(kept);
    });
  }
});
