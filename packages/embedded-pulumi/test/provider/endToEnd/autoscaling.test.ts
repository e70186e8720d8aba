import { expect } from "chai";
import { SteppedClock } from "embedded-aws";
import { seededRandom } from "embedded-aws/support";
import { startTestCloud, type TestCloud } from "embedded-aws/testing";
import type { PropertyMap } from "../../../src/engine/values";
import { createIn, providerOf } from "./providerOf";

const GROUP = "aws:autoscaling/group:Group";
const MINUTE = 60_000;

describe("the provider, with Auto Scaling itself,", () => {
  let cloud: TestCloud;
  let clock: SteppedClock;
  let template: string;
  let network: { readonly vpcId: string; readonly subnetIds: string[] };

  beforeEach(async () => {
    clock = new SteppedClock();
    cloud = await startTestCloud({ clock, conditions: { instanceLagMs: 0 } });
    const { LaunchTemplate } = await cloud.call("ec2", "CreateLaunchTemplate", {
      LaunchTemplateName: "web",
      LaunchTemplateData: { ImageId: "ami-0a12023000000864a", InstanceType: "t3.micro" },
    });
    template = LaunchTemplate?.LaunchTemplateId ?? "";
    const { Subnets = [] } = await cloud.call("ec2", "DescribeSubnets", {});
    network = {
      vpcId: Subnets[0]?.VpcId ?? "",
      subnetIds: Subnets.flatMap(({ SubnetId }) => SubnetId ?? []),
    };
  });
  afterEach(() => cloud.close());

  const provider = () => providerOf(cloud, clock);
  const create = (type: string, inputs: PropertyMap) => createIn(cloud, clock, type, inputs);
  const inputs = (more: PropertyMap = {}): PropertyMap => ({
    minSize: 2,
    maxSize: 4,
    launchTemplate: { id: template, version: "1" },
    vpcZoneIdentifiers: network.subnetIds,
    suspendedProcesses: ["AZRebalance"],
    tags: [{ key: "Stack", value: "dev", propagateAtLaunch: true }],
    ...more,
  });
  const find = async (name: string) =>
    (await cloud.call("autoscaling", "DescribeAutoScalingGroups", { AutoScalingGroupNames: [name] }))
      .AutoScalingGroups[0];
  const live = async () => {
    const { Reservations = [] } = await cloud.call("ec2", "DescribeInstances", {
      Filters: [{ Name: "instance-state-name", Values: ["pending", "running", "shutting-down"] }],
    });
    return Reservations.flatMap(({ Instances = [] }) => Instances).length;
  };

  it("creates a group once its instances are in service, and knows what the program reads of it", async () => {
    const { id, outputs } = await create(GROUP, inputs());
    expect(id).to.equal("x-0123abc");
    expect(outputs).to.include({
      name: id,
      desiredCapacity: 2,
      defaultCooldown: 300,
      healthCheckType: "EC2",
    });
    expect(outputs.arn).to.match(
      /^arn:aws:autoscaling:us-east-1:000000000000:autoScalingGroup:.*\/x-0123abc$/,
    );
    const group = await find(id);
    expect(group?.Instances?.map(({ LifecycleState }) => LifecycleState)).to.deep.equal([
      "InService",
      "InService",
    ]);
    expect(group?.SuspendedProcesses?.map(({ ProcessName }) => ProcessName)).to.deep.equal(["AZRebalance"]);
    expect(group?.Tags?.map(({ Key, PropagateAtLaunch }) => [Key, PropagateAtLaunch])).to.deep.equal([
      ["Stack", true],
    ]);
  });

  it("says why a group has not come to its capacity in time, and waits for none when it is told so", async () => {
    for (const zone of ["a", "b", "c"]) cloud.ec2.capacity.limitZone(`us-east-1${zone}`, 0);
    const failure = await create(GROUP, inputs({ waitForCapacityTimeout: "2m" })).then(
      () => "none",
      (error: unknown) => String(error),
    );
    expect(failure).to.contain(
      "0 of 2 instances in service after 120 s; We currently do not have sufficient t3.micro",
    );
    const before = clock.now();
    await create(GROUP, inputs({ name: "other", waitForCapacityTimeout: "0" }));
    expect(clock.now()).to.equal(before);
  });

  it("deletes a group after it has drained, whatever its limits, and leaves nothing", async () => {
    const { id: TargetGroupArn, outputs } = await create("aws:lb/targetGroup:TargetGroup", {
      protocol: "HTTP",
      port: 80,
      vpcId: network.vpcId,
      deregistrationDelay: 60,
      healthCheck: { path: "/up", matcher: "200-299" },
      tags: { Stack: "dev" },
    });
    expect(outputs.arnSuffix).to.match(/^targetgroup\/x-0123abc\//);
    const given = inputs({ targetGroupArns: [TargetGroupArn], healthCheckType: "ELB" });
    const { id } = await create(GROUP, given);
    await create("aws:autoscaling/lifecycleHook:LifecycleHook", {
      name: "drain",
      autoscalingGroupName: id,
      lifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING",
      heartbeatTimeout: 30,
    });
    const before = clock.now();
    await provider().delete(
      { type: GROUP, inputs: { ...given, name: id }, config: {}, id, outputs: {} },
      false,
    );
    expect([await find(id), await live()]).to.deep.equal([undefined, 0]);
    expect(clock.now() - before).to.be.within(1.5 * MINUTE, 6 * MINUTE);
  });

  it("deletes a group by force when it is told to", async () => {
    const given = inputs({ forceDelete: true });
    const { id } = await create(GROUP, given);
    await provider().delete(
      { type: GROUP, inputs: { ...given, name: id }, config: {}, id, outputs: {} },
      false,
    );
    expect([await find(id), await live()]).to.deep.equal([undefined, 0]);
  });

  it("leaves nothing after any of a hundred lives of a group", async () => {
    const random = seededRandom(7);
    const pick = (most: number) => Math.floor(random.next() * (most + 1));
    for (let number = 0; number < 100; number++) {
      const given = inputs({ name: `group-${number}`, minSize: pick(1), forceDelete: random.next() < 0.3 });
      const { id } = await create(GROUP, given);
      const named = { AutoScalingGroupName: id };
      for (let event = pick(5); event > 0; event--) {
        const members = (await find(id))?.Instances ?? [];
        const InstanceId = members[pick(members.length - 1)]?.InstanceId;
        switch (pick(4)) {
          case 0:
            await cloud.call("autoscaling", "SetDesiredCapacity", { ...named, DesiredCapacity: 1 + pick(3) });
            break;
          case 1:
            if (InstanceId !== undefined)
              await cloud.call("ec2", "TerminateInstances", { InstanceIds: [InstanceId] });
            break;
          case 2:
            if (InstanceId !== undefined) cloud.ec2.impaired.add(InstanceId);
            break;
          case 3:
            await cloud.call("autoscaling", "StartInstanceRefresh", named).catch(() => undefined);
            break;
          default:
            await cloud.call("autoscaling", "PutLifecycleHook", {
              ...named,
              LifecycleHookName: "hook",
              LifecycleTransition: `autoscaling:EC2_INSTANCE_${pick(1) === 0 ? "LAUNCHING" : "TERMINATING"}`,
              HeartbeatTimeout: 30,
            });
        }
        await clock.advance(pick(90_000));
      }
      await provider().delete({ type: GROUP, inputs: given, config: {}, id, outputs: {} }, false);
      expect([await find(id), await live()], id).to.deep.equal([undefined, 0]);
    }
  }).timeout(60_000);

  it("hands on mixed instances and hooks that are there from the start", async () => {
    const { launchTemplate: _, ...rest } = inputs({
      mixedInstancesPolicy: {
        launchTemplate: {
          launchTemplateSpecification: { launchTemplateId: template, version: "1" },
          overrides: [{ instanceType: "t3.small" }],
        },
        instancesDistribution: { onDemandBaseCapacity: 1, onDemandPercentageAboveBaseCapacity: 0 },
      },
      initialLifecycleHooks: [
        {
          name: "warm",
          lifecycleTransition: "autoscaling:EC2_INSTANCE_LAUNCHING",
          defaultResult: "CONTINUE",
          heartbeatTimeout: 30,
        },
      ],
    });
    const { id } = await create(GROUP, rest);
    const { Reservations = [] } = await cloud.call("ec2", "DescribeInstances", {});
    const instances = Reservations.flatMap(({ Instances = [] }) => Instances);
    expect(instances.map(({ InstanceType }) => InstanceType)).to.deep.equal(["t3.small", "t3.small"]);
    expect(instances.filter(({ InstanceLifecycle }) => InstanceLifecycle === "spot")).to.have.length(1);
    expect((await find(id))?.Instances?.[0]?.LifecycleState).to.equal("InService");
  });
});
