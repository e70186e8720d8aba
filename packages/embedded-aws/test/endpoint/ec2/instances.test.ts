import {
  CreateLaunchTemplateCommand,
  DescribeInstancesCommand,
  DescribeLaunchTemplateVersionsCommand,
  EC2Client,
  paginateDescribeInstances,
  RunInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { expect } from "chai";
import { SteppedClock } from "../../../src/core/clock";
import { AwsError } from "../../../src/core/errors";
import type { CloudEvent } from "../../../src/core/eventStream";
import { ec2ControlsOf } from "../../../src/services/ec2/controls";
import { createEc2 } from "../../../src/services/ec2/ec2";
import { createEvents } from "../../../src/services/eventBridge/eventBridge";
import { createSqs } from "../../../src/services/sqs/sqs";
import { createSsm } from "../../../src/services/ssm/ssm";
import { startTestCloud, type TestCloud } from "../../../src/testing/testCloud";
import { untyped } from "../../support/untyped";

const IMAGE = "ami-0a12023000000864a";
const SUBNETS = ["subnet-04c1f7a9b3e8d2560", "subnet-09e2b6d8a1c7f3541"] as const;

describe("EC2", () => {
  let clock: SteppedClock;
  let cloud: TestCloud;
  let client: EC2Client;
  let happened: CloudEvent[];

  beforeEach(async () => {
    clock = new SteppedClock();
    cloud = await startTestCloud({
      clock,
      services: [createSsm, createSqs, createEvents, createEc2],
      // What instances are; when Describe operations know of it is tested in conditions/consistency.test.ts.
      conditions: { instanceLagMs: 0, iamPropagationMs: 0 },
    });
    client = new EC2Client({ ...cloud.client, maxAttempts: 1 });
    happened = [];
    cloud.context.events.subscribe((event) => happened.push(event));
  });
  afterEach(() => cloud.close());

  const run = async (more: object = {}) => {
    const { Instances = [] } = await cloud.call("ec2", "RunInstances", {
      ImageId: IMAGE,
      InstanceType: "t3.micro",
      MinCount: 1,
      MaxCount: 1,
      TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: "Fleet", Value: "web" }] }],
      ...more,
    });
    return Instances;
  };
  const failure = async (work: Promise<unknown>) => {
    const error = await work.then(
      () => undefined,
      (cause: unknown) => cause,
    );
    expect(error).to.be.instanceOf(AwsError);
    return error as AwsError;
  };
  const states = async () => {
    const { Reservations = [] } = await cloud.call("ec2", "DescribeInstances", {});
    return Reservations.flatMap(({ Instances = [] }) => Instances).map((instance) => instance.State?.Name);
  };

  it("launches what a template says, for the SDK's client, and shows it", async () => {
    await client.send(
      new CreateLaunchTemplateCommand({
        LaunchTemplateName: "web",
        LaunchTemplateData: {
          ImageId: "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64",
          InstanceType: "t3.micro",
          Monitoring: { Enabled: true },
          MetadataOptions: { HttpTokens: "required", HttpPutResponseHopLimit: 1 },
          BlockDeviceMappings: [
            { DeviceName: "/dev/xvda", Ebs: { Encrypted: true, VolumeType: "gp3", VolumeSize: 8 } },
          ],
          NetworkInterfaces: [{ DeviceIndex: 0, AssociatePublicIpAddress: false, SubnetId: SUBNETS[1] }],
          TagSpecifications: [
            {
              ResourceType: "instance",
              Tags: [
                { Key: "Name", Value: "web" },
                { Key: "Fleet", Value: "x" },
              ],
            },
          ],
        },
      }),
    );
    const { LaunchTemplateVersions } = await client.send(
      new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateName: "web", Versions: ["$Latest"] }),
    );
    expect(LaunchTemplateVersions?.[0]?.LaunchTemplateData?.MetadataOptions).to.deep.equal({
      HttpTokens: "required",
      HttpPutResponseHopLimit: 1,
    });
    await client.send(
      new RunInstancesCommand({
        LaunchTemplate: { LaunchTemplateName: "web", Version: "$Latest" },
        MinCount: 1,
        MaxCount: 2,
        TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: "Fleet", Value: "web" }] }],
      }),
    );
    await clock.advance(25_000);
    const { Reservations } = await client.send(
      new DescribeInstancesCommand({
        Filters: [
          { Name: "tag:Fleet", Values: ["web"] },
          { Name: "instance-state-name", Values: ["pending", "running"] },
        ],
      }),
    );
    const instances = Reservations?.flatMap((reservation) => reservation.Instances ?? []) ?? [];
    expect(instances).to.have.length(2);
    expect(instances[0]).to.deep.include({
      ImageId: "ami-0a12023000000864a",
      InstanceType: "t3.micro",
      State: { Code: 16, Name: "running" },
      LaunchTime: new Date("2026-01-01T00:00:00Z"),
      Monitoring: { State: "enabled" },
      SubnetId: SUBNETS[1],
    });
    expect(instances[0]?.Tags).to.have.deep.members([
      { Key: "Name", Value: "web" },
      { Key: "Fleet", Value: "web" },
      { Key: "aws:ec2launchtemplate:id", Value: LaunchTemplateVersions?.[0]?.LaunchTemplateId },
      { Key: "aws:ec2launchtemplate:version", Value: "1" },
    ]);
    expect(instances[0]?.PublicIpAddress).to.equal(undefined);
    expect(instances[0]?.Placement?.AvailabilityZone).to.equal("us-east-1b");
    expect(instances[0]?.MetadataOptions?.HttpTokens).to.equal("required");
  });

  it("shows an instance's names, profile and network interface, until it is gone", async () => {
    await cloud.call("iam", "CreateInstanceProfile", { InstanceProfileName: "server" });
    const [launched] = await run({
      IamInstanceProfile: { Name: "server" },
      NetworkInterfaces: [{ DeviceIndex: 0, Description: "primary", DeleteOnTermination: true }],
    });
    const InstanceIds = [launched!.InstanceId!];
    const shown = async () => {
      const { Reservations } = await client.send(new DescribeInstancesCommand({ InstanceIds }));
      return Reservations![0]!.Instances![0]!;
    };
    const { PublicIpAddress = "", PrivateIpAddress = "", ...instance } = await shown();
    const Association = {
      IpOwnerId: "amazon",
      PublicIp: PublicIpAddress,
      PublicDnsName: `ec2-${PublicIpAddress.replaceAll(".", "-")}.compute-1.amazonaws.com`,
    };
    const PrivateDnsName = `ip-${PrivateIpAddress.replaceAll(".", "-")}.ec2.internal`;
    expect(instance).to.include({ PublicDnsName: Association.PublicDnsName, PrivateDnsName });
    expect(instance.IamInstanceProfile?.Id).to.match(/^AIPA[A-Z0-9]{17}$/);
    const { MacAddress, NetworkInterfaceId, Attachment, ...networkInterface } =
      instance.NetworkInterfaces![0]!;
    expect(networkInterface).to.deep.equal({
      Association,
      Description: "primary",
      Groups: instance.SecurityGroups,
      InterfaceType: "interface",
      Ipv6Addresses: [],
      OwnerId: "000000000000",
      PrivateDnsName,
      PrivateIpAddress,
      PrivateIpAddresses: [{ Association, Primary: true, PrivateDnsName, PrivateIpAddress }],
      SourceDestCheck: true,
      Status: "in-use",
      SubnetId: instance.SubnetId,
      VpcId: instance.VpcId,
    });
    expect(MacAddress).to.match(/^0a(:[0-9a-f]{2}){5}$/);
    expect(NetworkInterfaceId).to.match(/^eni-0[0-9a-f]{16}$/);
    expect(Attachment).to.deep.include({
      AttachTime: new Date(clock.now()),
      DeleteOnTermination: true,
      DeviceIndex: 0,
      Status: "attaching",
    });
    await client.send(new TerminateInstancesCommand({ InstanceIds }));
    await clock.advance(30_000);
    expect(await shown()).to.deep.include({ PublicDnsName: "", PrivateDnsName: "", NetworkInterfaces: [] });
  });

  it("gives back a template's security groups, as every SDK reads them", async () => {
    const groups = ["sg-0c4d7a9e1b6f38205"];
    await client.send(
      new CreateLaunchTemplateCommand({
        LaunchTemplateName: "groups",
        LaunchTemplateData: {
          SecurityGroupIds: groups,
          NetworkInterfaces: [{ DeviceIndex: 0, Groups: groups }],
        },
      }),
    );
    const { LaunchTemplateVersions } = await client.send(
      new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateName: "groups" }),
    );
    const data = LaunchTemplateVersions![0]!.LaunchTemplateData!;
    expect(data.SecurityGroupIds).to.deep.equal(groups);
    expect(data.NetworkInterfaces![0]!.Groups).to.deep.equal(groups);
  });

  it("takes an instance from pending to terminated on the clock, and tells of each state", async () => {
    const Policy = JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { Service: "events.amazonaws.com" },
          Action: "sqs:SendMessage",
          Resource: "*",
        },
      ],
    });
    const { QueueUrl = "" } = await cloud.call("sqs", "CreateQueue", {
      QueueName: "q",
      Attributes: { Policy },
    });
    await cloud.call("events", "PutRule", {
      Name: "r",
      EventPattern: '{"detail-type":["EC2 Instance State-change Notification"]}',
    });
    await cloud.call("events", "PutTargets", {
      Rule: "r",
      Targets: [{ Id: "1", Arn: "arn:aws:sqs:us-east-1:000000000000:q" }],
    });

    const [instance] = await run();
    expect(instance!.State?.Name).to.equal("pending");
    await clock.advance(24_999);
    expect(await states()).to.deep.equal(["pending"]);
    await clock.advance(1);
    expect(await states()).to.deep.equal(["running"]);
    await client.send(new TerminateInstancesCommand({ InstanceIds: [instance!.InstanceId!] }));
    expect(await states()).to.deep.equal(["shutting-down"]);
    await clock.advance(30_000);
    expect(await states()).to.deep.equal(["terminated"]);
    await clock.advance(3_600_000);
    expect(await states()).to.deep.equal([]);

    const path = ["pending", "running", "shutting-down", "terminated"];
    const changes = happened.filter((event) => event.type === "instance-state-changed");
    expect(changes.map((event) => event.state)).to.deep.equal(path);
    expect(changes[0]).to.deep.include({
      instanceId: instance!.InstanceId,
      imageId: IMAGE,
      tags: { Fleet: "web" },
    });
    const { Messages = [] } = await cloud.call("sqs", "ReceiveMessage", {
      QueueUrl,
      MaxNumberOfMessages: 10,
    });
    const details = Messages.map((message) => (JSON.parse(message.Body ?? "") as { detail: object }).detail);
    expect(details).to.have.deep.members(
      path.map((state) => ({ "instance-id": instance!.InstanceId, state })),
    );
  });

  it("never reaches running when it is terminated while pending", async () => {
    const [instance] = await run();
    await cloud.call("ec2", "TerminateInstances", { InstanceIds: [instance!.InstanceId!] });
    await clock.advance(120_000);
    const changes = happened
      .filter((event) => event.type === "instance-state-changed")
      .map((event) => event.state);
    expect(changes).to.deep.equal(["pending", "shutting-down", "terminated"]);
  });

  describe("client tokens", () => {
    it("launch once, however often the request comes", async () => {
      const first = await run({ ClientToken: "decision-1", MaxCount: 3 });
      const again = await run({ ClientToken: "decision-1", MaxCount: 3 });
      expect(again.map((instance) => instance.InstanceId)).to.have.members(
        first.map((instance) => instance.InstanceId),
      );
      expect(await states()).to.have.length(3);
    });

    it("launch once for requests at the same time", async () => {
      const launches = await Promise.all([1, 2, 3, 4].map(() => run({ ClientToken: "decision-1" })));
      expect(new Set(launches.flat().map((instance) => instance.InstanceId)).size).to.equal(1);
    });

    it("refuse another request under the same token", async () => {
      await run({ ClientToken: "decision-1" });
      expect((await failure(run({ ClientToken: "decision-1", MaxCount: 2 }))).code).to.equal(
        "IdempotentParameterMismatch",
      );
    });

    it("are good per zone where the request names a subnet", async () => {
      const first = await run({ ClientToken: "decision-1", SubnetId: SUBNETS[0] });
      const second = await run({ ClientToken: "decision-1", SubnetId: SUBNETS[1] });
      expect(first[0]!.InstanceId).not.to.equal(second[0]!.InstanceId);
    });

    it("are used up by instances that are gone", async () => {
      const [instance] = await run({ ClientToken: "decision-1" });
      await cloud.call("ec2", "TerminateInstances", { InstanceIds: [instance!.InstanceId!] });
      expect((await failure(run({ ClientToken: "decision-1" }))).code).to.equal(
        "IdempotentInstanceTerminated",
      );
      await clock.advance(7_200_000);
      expect((await failure(run({ ClientToken: "decision-1" }))).code).to.equal(
        "IdempotentInstanceTerminated",
      );
      await clock.advance(86_400_000);
      expect(await run({ ClientToken: "decision-1" })).to.have.length(1);
    });

    it("are not used up by a launch that failed", async () => {
      const { capacity } = ec2ControlsOf(cloud.context);
      capacity.limitZone("us-east-1a", 0);
      await failure(run({ ClientToken: "decision-1", SubnetId: SUBNETS[0] }));
      capacity.limitZone("us-east-1a", Infinity);
      expect(await run({ ClientToken: "decision-1", SubnetId: SUBNETS[0] })).to.have.length(1);
    });
  });

  describe("capacity", () => {
    it("gives as many as there is room for, from the minimum on", async () => {
      const { capacity } = ec2ControlsOf(cloud.context);
      capacity.limitZone("us-east-1a", 3);
      expect(await run({ SubnetId: SUBNETS[0], MinCount: 2, MaxCount: 5 })).to.have.length(3);
      const error = await failure(run({ SubnetId: SUBNETS[0] }));
      expect(error).to.include({ code: "InsufficientInstanceCapacity", status: 500 });
      expect(error.message).to.contain("us-east-1a");
      expect(await run({ SubnetId: SUBNETS[1] })).to.have.length(1);
    });

    it("is looked for in every zone when the request names none", async () => {
      const { capacity } = ec2ControlsOf(cloud.context);
      capacity.limitZone("us-east-1a", 1);
      const launched = await run({ MinCount: 2, MaxCount: 2 });
      expect(launched.map((instance) => instance.Placement?.AvailabilityZone)).to.deep.equal([
        "us-east-1b",
        "us-east-1b",
      ]);
    });

    it("ends at the account's quota", async () => {
      ec2ControlsOf(cloud.context).capacity.instanceLimit = 3;
      expect(await run({ MaxCount: 5 })).to.have.length(3);
      expect((await failure(run())).code).to.equal("InstanceLimitExceeded");
    });
  });

  it("shows new instances and states late, when told to be eventually consistent", async () => {
    ec2ControlsOf(cloud.context).visibilityMs = 10_000;
    const [instance] = await run();
    expect(await states()).to.deep.equal([]);
    const error = await failure(
      cloud.call("ec2", "DescribeInstances", { InstanceIds: [instance!.InstanceId!] }),
    );
    expect(error.code).to.equal("InvalidInstanceID.NotFound");
    await clock.advance(10_000);
    expect(await states()).to.deep.equal(["pending"]);
    await cloud.call("ec2", "TerminateInstances", { InstanceIds: [instance!.InstanceId!] });
    expect(await states()).to.deep.equal(["pending"]);
    await clock.advance(10_000);
    expect(await states()).to.deep.equal(["shutting-down"]);
  });

  it("pages through instances, each once", async () => {
    await run({ MaxCount: 4 });
    await run({ MaxCount: 8 });
    const ids: (string | undefined)[] = [];
    let pages = 0;
    for await (const page of paginateDescribeInstances({ client, pageSize: 5 }, {})) {
      pages++;
      ids.push(...(page.Reservations ?? []).flatMap((r) => (r.Instances ?? []).map((i) => i.InstanceId)));
    }
    expect(pages).to.equal(3);
    expect(new Set(ids).size).to.equal(12);
  });

  const ownTag = { TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: "aws:x", Value: "" }] }] };
  const refused: readonly (readonly [string, string, object, string])[] = [
    ["an image's id that is none", "RunInstances", { ImageId: "ami-1" }, "InvalidAMIID.Malformed"],
    ["a launch without a type", "RunInstances", { InstanceType: undefined }, "MissingParameter"],
    ["an unknown subnet", "RunInstances", { SubnetId: "subnet-1" }, "InvalidSubnetID.NotFound"],
    ["an unknown security group", "RunInstances", { SecurityGroupIds: ["sg-1"] }, "InvalidGroup.NotFound"],
    [
      "a zone that is not there",
      "RunInstances",
      { Placement: { AvailabilityZone: "us-east-1z" } },
      "InvalidParameterValue",
    ],
    [
      "an unknown template",
      "RunInstances",
      { LaunchTemplate: { LaunchTemplateName: "x" } },
      "InvalidLaunchTemplateName.NotFoundException",
    ],
    ["a launch of none", "RunInstances", { MinCount: undefined }, "MissingParameter"],
    ["a member that EC2 does not have", "RunInstances", { Colour: "red" }, "UnknownParameter"],
    ["a member of the wrong type", "RunInstances", { EbsOptimized: "yes" }, "InvalidParameterValue"],
    ["a value that EC2 does not know", "RunInstances", { InstanceType: "big" }, "InvalidParameterValue"],
    ["a tag that is EC2's own", "RunInstances", ownTag, "InvalidParameterValue"],
    [
      "a subnet beside a network interface",
      "RunInstances",
      { SubnetId: SUBNETS[0], NetworkInterfaces: [{ DeviceIndex: 0 }] },
      "InvalidParameterCombination",
    ],
    [
      "a profile by name and ARN",
      "RunInstances",
      { IamInstanceProfile: { Name: "x", Arn: "arn:aws:iam::000000000000:instance-profile/x" } },
      "InvalidParameterCombination",
    ],
    [
      "a template by id and name",
      "RunInstances",
      { LaunchTemplate: { LaunchTemplateName: "x", LaunchTemplateId: "lt-1" } },
      "InvalidParameterCombination",
    ],
    [
      "pages of instances by their ids",
      "DescribeInstances",
      { InstanceIds: ["i-12345678"], MaxResults: 5 },
      "InvalidParameterCombination",
    ],
    ["too small a page", "DescribeInstances", { MaxResults: 1 }, "InvalidParameterValue"],
    ["a filter without a name", "DescribeInstances", { Filters: [{ Values: ["a"] }] }, "MissingParameter"],
    ["an unknown profile", "RunInstances", { IamInstanceProfile: { Name: "x" } }, "InvalidParameterValue"],
    ["more at least than at most", "RunInstances", { MinCount: 2 }, "InvalidParameterValue"],
    [
      "what is not supported",
      "RunInstances",
      { InstanceMarketOptions: { MarketType: "spot" } },
      "NotSupportedByEmbeddedCloud",
    ],
    [
      "an unknown instance",
      "TerminateInstances",
      { InstanceIds: ["i-12345678"] },
      "InvalidInstanceID.NotFound",
    ],
    [
      "an instance's id that is none",
      "TerminateInstances",
      { InstanceIds: ["x"] },
      "InvalidInstanceID.Malformed",
    ],
    [
      "an unknown filter",
      "DescribeInstances",
      { Filters: [{ Name: "colour", Values: ["red"] }] },
      "InvalidParameterValue",
    ],
  ];
  for (const [what, operation, input, code] of refused) {
    it(`refuses ${what}`, async () => {
      const launch = { ImageId: IMAGE, InstanceType: "t3.micro", MinCount: 1, MaxCount: 1 };
      const full = operation === "RunInstances" ? { ...launch, ...input } : input;
      expect((await failure(untyped(cloud.call)("ec2", operation, full))).code).to.equal(code);
      expect(await states()).to.deep.equal([]);
    });
  }
});
