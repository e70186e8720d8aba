import {
  CreateLaunchTemplateCommand,
  DescribeInstancesCommand,
  DescribeLaunchTemplateVersionsCommand,
  paginateDescribeInstances,
  RunInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { expect } from "chai";
import { ec2ControlsOf } from "../../../src/services/ec2/controls";
import { Ec2World, failure, IMAGE, SUBNETS } from "./support";

describe("EC2", () => {
  let world: Ec2World;
  beforeEach(async () => {
    world = await Ec2World.start();
  });
  afterEach(() => world.close());

  it("launches what a template says, for the SDK's client, and shows it", async () => {
    const { clock, client } = world;
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
    const { clock, cloud, client, run } = world;
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
    const { client } = world;
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
    const { clock, cloud, client, happened, run, states } = world;
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
    const { clock, cloud, happened, run } = world;
    const [instance] = await run();
    await cloud.call("ec2", "TerminateInstances", { InstanceIds: [instance!.InstanceId!] });
    await clock.advance(120_000);
    const changes = happened
      .filter((event) => event.type === "instance-state-changed")
      .map((event) => event.state);
    expect(changes).to.deep.equal(["pending", "shutting-down", "terminated"]);
  });

  it("shows new instances and states late, when told to be eventually consistent", async () => {
    const { clock, cloud, run, states } = world;
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
    const { client, run } = world;
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
});
