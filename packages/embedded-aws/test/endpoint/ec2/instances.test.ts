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

const IMAGE = "ami-0123456789abcdef0";
const SUBNETS = ["subnet-04c1f7a9b3e8d2560", "subnet-09e2b6d8a1c7f3541"] as const;

interface Launched {
  readonly instanceId: string;
  readonly imageId: string;
  readonly instanceState: { readonly name: string };
  readonly placement: { readonly availabilityZone: string };
  readonly tagSet: readonly object[];
}

describe("EC2", () => {
  let clock: SteppedClock;
  let cloud: TestCloud;
  let client: EC2Client;
  let happened: CloudEvent[];

  beforeEach(async () => {
    clock = new SteppedClock();
    cloud = await startTestCloud({ clock, services: [createSsm, createSqs, createEvents, createEc2] });
    client = new EC2Client({ ...cloud.client, maxAttempts: 1 });
    happened = [];
    cloud.context.events.subscribe((event) => happened.push(event));
  });
  afterEach(() => cloud.close());

  const fleet = [{ ResourceType: "instance", Tag: [{ Key: "Fleet", Value: "web" }] }];
  const run = async (more: object = {}) => {
    const input = {
      ImageId: IMAGE,
      InstanceType: "t3.micro",
      MinCount: 1,
      MaxCount: 1,
      TagSpecification: fleet,
      ...more,
    };
    return (await cloud.call<{ instancesSet: Launched[] }>("ec2", "RunInstances", input)).instancesSet;
  };
  const failure = async (work: Promise<unknown>) => {
    const error = await work.then(
      () => undefined,
      (cause: unknown) => cause,
    );
    expect(error).to.be.instanceOf(AwsError);
    return error as AwsError;
  };
  const states = async (Filter: object[] = []) => {
    const { reservationSet } = await cloud.call<{ reservationSet: { instancesSet: Launched[] }[] }>(
      "ec2",
      "DescribeInstances",
      { Filter },
    );
    return reservationSet
      .flatMap(({ instancesSet }) => instancesSet)
      .map((instance) => instance.instanceState.name);
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
      Tags: [
        { Key: "Name", Value: "web" },
        { Key: "Fleet", Value: "web" },
      ],
    });
    expect(instances[0]?.PublicIpAddress).to.equal(undefined);
    expect(instances[0]?.Placement?.AvailabilityZone).to.equal("us-east-1b");
    expect(instances[0]?.MetadataOptions?.HttpTokens).to.equal("required");
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
    const { QueueUrl } = await cloud.call<{ QueueUrl: string }>("sqs", "CreateQueue", {
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
    expect(instance!.instanceState.name).to.equal("pending");
    await clock.advance(24_999);
    expect(await states()).to.deep.equal(["pending"]);
    await clock.advance(1);
    expect(await states()).to.deep.equal(["running"]);
    await client.send(new TerminateInstancesCommand({ InstanceIds: [instance!.instanceId] }));
    expect(await states()).to.deep.equal(["shutting-down"]);
    await clock.advance(30_000);
    expect(await states()).to.deep.equal(["terminated"]);
    await clock.advance(3_600_000);
    expect(await states()).to.deep.equal([]);

    const path = ["pending", "running", "shutting-down", "terminated"];
    const changes = happened.filter((event) => event.type === "instance-state-changed");
    expect(changes.map((event) => event.state)).to.deep.equal(path);
    expect(changes[0]).to.deep.include({
      instanceId: instance!.instanceId,
      imageId: IMAGE,
      tags: { Fleet: "web" },
    });
    const { Messages } = await cloud.call<{ Messages: { Body: string }[] }>("sqs", "ReceiveMessage", {
      QueueUrl,
      MaxNumberOfMessages: 10,
    });
    const details = Messages.map((message) => (JSON.parse(message.Body) as { detail: object }).detail);
    expect(details).to.have.deep.members(
      path.map((state) => ({ "instance-id": instance!.instanceId, state })),
    );
  });

  it("never reaches running when it is terminated while pending", async () => {
    const [instance] = await run();
    await cloud.call("ec2", "TerminateInstances", { InstanceId: [instance!.instanceId] });
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
      expect(again.map((instance) => instance.instanceId)).to.deep.equal(
        first.map((instance) => instance.instanceId),
      );
      expect(await states()).to.have.length(3);
    });

    it("launch once for requests at the same time", async () => {
      const launches = await Promise.all([1, 2, 3, 4].map(() => run({ ClientToken: "decision-1" })));
      expect(new Set(launches.flat().map((instance) => instance.instanceId)).size).to.equal(1);
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
      expect(first[0]!.instanceId).not.to.equal(second[0]!.instanceId);
    });

    it("are used up by instances that are gone", async () => {
      const [instance] = await run({ ClientToken: "decision-1" });
      await cloud.call("ec2", "TerminateInstances", { InstanceId: [instance!.instanceId] });
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
      expect(launched.map((instance) => instance.placement.availabilityZone)).to.deep.equal([
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
      cloud.call("ec2", "DescribeInstances", { InstanceId: [instance!.instanceId] }),
    );
    expect(error.code).to.equal("InvalidInstanceID.NotFound");
    await clock.advance(10_000);
    expect(await states()).to.deep.equal(["pending"]);
    await cloud.call("ec2", "TerminateInstances", { InstanceId: [instance!.instanceId] });
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

  const refused: readonly (readonly [string, string, object, string])[] = [
    ["an image's id that is none", "RunInstances", { ImageId: "ami-1" }, "InvalidAMIID.Malformed"],
    ["a launch without a type", "RunInstances", { InstanceType: undefined }, "MissingParameter"],
    ["an unknown subnet", "RunInstances", { SubnetId: "subnet-1" }, "InvalidSubnetID.NotFound"],
    ["an unknown security group", "RunInstances", { SecurityGroupId: ["sg-1"] }, "InvalidGroup.NotFound"],
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
    ["an unknown profile", "RunInstances", { IamInstanceProfile: { Name: "x" } }, "InvalidParameterValue"],
    ["more at least than at most", "RunInstances", { MinCount: 2 }, "InvalidParameterValue"],
    ["what is not supported", "RunInstances", { InstanceMarketOptions: {} }, "ValidationException"],
    [
      "an unknown instance",
      "TerminateInstances",
      { InstanceId: ["i-12345678"] },
      "InvalidInstanceID.NotFound",
    ],
    [
      "an instance's id that is none",
      "TerminateInstances",
      { InstanceId: ["x"] },
      "InvalidInstanceID.Malformed",
    ],
    [
      "an unknown filter",
      "DescribeInstances",
      { Filter: [{ Name: "colour", Value: ["red"] }] },
      "InvalidParameterValue",
    ],
  ];
  for (const [what, operation, input, code] of refused) {
    it(`refuses ${what}`, async () => {
      const launch = { ImageId: IMAGE, InstanceType: "t3.micro", MinCount: 1, MaxCount: 1 };
      const full = operation === "RunInstances" ? { ...launch, ...input } : input;
      expect((await failure(cloud.call("ec2", operation, full))).code).to.equal(code);
      expect(await states()).to.deep.equal([]);
    });
  }
});
