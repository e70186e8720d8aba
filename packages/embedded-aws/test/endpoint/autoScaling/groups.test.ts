import {
  AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  SetDesiredCapacityCommand,
} from "@aws-sdk/client-auto-scaling";
import { expect } from "chai";
import { untyped } from "../../support/untyped";
import { GroupWorld, MINUTE, NAME, refusal } from "./support";

describe("Auto Scaling groups", () => {
  let world: GroupWorld;
  beforeEach(async () => {
    world = await GroupWorld.start();
  });
  afterEach(() => world.cloud.close());

  it("launch what is desired, spread over the zones, by EC2's own launches, for the SDK's client", async () => {
    await world.create({
      Tags: [
        { Key: "Team", Value: "shop", PropagateAtLaunch: true },
        { Key: "Cost", Value: "1", PropagateAtLaunch: false },
      ],
    });
    const client = new AutoScalingClient({ ...world.cloud.client, maxAttempts: 1 });
    const { AutoScalingGroups = [] } = await client.send(
      new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [NAME] }),
    );
    const [group] = AutoScalingGroups;
    expect(group).to.include({ MinSize: 0, MaxSize: 6, DesiredCapacity: 3, HealthCheckType: "EC2" });
    expect(group?.CreatedTime).to.be.instanceOf(Date);
    expect(
      group?.Instances?.map(({ LifecycleState, HealthStatus }) => [LifecycleState, HealthStatus]),
    ).to.deep.equal(Array(3).fill(["InService", "Healthy"]));
    expect(await world.zones()).to.deep.equal([1, 1, 1]);
    const { Reservations = [] } = await world.cloud.call("ec2", "DescribeInstances", {});
    for (const { Tags = [] } of Reservations.flatMap(({ Instances = [] }) => Instances)) {
      expect(Object.fromEntries(Tags.map(({ Key, Value }) => [Key, Value]))).to.include({
        Fleet: "web",
        Team: "shop",
        "aws:autoscaling:groupName": NAME,
        "aws:ec2launchtemplate:version": "1",
      });
      expect(Tags.map(({ Key }) => Key)).not.to.include("Cost");
    }
    await client.send(new SetDesiredCapacityCommand({ AutoScalingGroupName: NAME, DesiredCapacity: 1 }));
    await world.clock.advance(MINUTE);
    expect(await world.live()).to.equal(1);
    client.destroy();
  });

  it("show whose their instances are from the first event on", async () => {
    const owners: unknown[] = [];
    const unsubscribe = world.cloud.context.events.subscribe((event) => {
      if (event.type === "instance-state-changed" && event.state === "pending")
        owners.push(event.tags["aws:autoscaling:groupName"]);
    });
    await world.create({ DesiredCapacity: 2 });
    unsubscribe();
    expect(owners).to.deep.equal([NAME, NAME]);
  });

  it("tell in activities what they did, why and since when, the newest first", async () => {
    await world.create({ DesiredCapacity: 1 });
    await world.setDesired(0);
    await world.clock.advance(MINUTE);
    const [ended, launched, ...others] = await world.activities();
    expect(others).to.deep.equal([]);
    expect(launched).to.include({ StatusCode: "Successful", Progress: 100 });
    expect(launched?.Description).to.match(/^Launching a new EC2 instance: i-0/);
    expect(launched?.Cause).to.match(
      /^At 2026-\S+Z an instance was started in response to a difference between desired and actual capacity, increasing the capacity from 0 to 1\.$/,
    );
    expect(ended?.Description).to.match(/^Terminating EC2 instance: i-0/);
    expect(ended?.Cause).to.contain("shrinking the capacity from 1 to 0");
    expect(ended?.EndTime?.getTime()).to.be.greaterThan(ended?.StartTime.getTime() ?? Infinity);
  });

  it("are deleted when they are empty, or by force with all that they have, and leave nothing", async () => {
    await world.create();
    const remove = (ForceDelete: boolean) =>
      world.cloud.call("autoscaling", "DeleteAutoScalingGroup", { AutoScalingGroupName: NAME, ForceDelete });
    expect(await refusal(remove(false))).to.contain("ResourceInUseFault");
    await world.setDesired(0);
    await world.clock.advance(5_000);
    expect(await refusal(remove(false))).to.contain("ScalingActivityInProgressFault");
    await world.setDesired(3);
    await world.clock.advance(2 * MINUTE);
    await remove(true);
    expect((await world.find())?.Status).to.equal("Delete in progress");
    expect(await refusal(world.setDesired(1))).to.contain("not found");
    await world.clock.advance(2 * MINUTE);
    expect([await world.find(), await world.live()]).to.deep.equal([undefined, 0]);
    await world.create({ DesiredCapacity: 0 });
    await remove(false);
    expect(await world.find()).to.equal(undefined);
  });

  it("refuse what cannot be launched before they take it", async () => {
    const cases: readonly (readonly [object, string])[] = [
      [{ LaunchTemplate: { LaunchTemplateId: "lt-0123456789abcdef0" } }, "fully-formed launch template"],
      [
        { LaunchTemplate: { LaunchTemplateId: world.template, Version: "7" } },
        "fully-formed launch template",
      ],
      [{ LaunchTemplate: { Version: "1" } }, "either launchTemplateId or launchTemplateName"],
      [{ LaunchTemplate: undefined }, "Valid requests must contain either LaunchTemplate"],
      [{ VPCZoneIdentifier: "subnet-0123456789abcdef0" }, "does not exist"],
      [{ VPCZoneIdentifier: undefined }, "At least one Availability Zone or VPC Subnet is required"],
      [{ MinSize: 4, MaxSize: 3 }, "Max bound, 3"],
      [{ DesiredCapacity: 7 }, "must be less than or equal to max size:6"],
      [
        { TargetGroupARNs: ["arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/x/0"] },
        "Target Groups",
      ],
    ];
    for (const [input, message] of cases)
      expect(await refusal(world.create(input)), message).to.contain(message);
    await world.create();
    expect(await refusal(world.create())).to.contain("AlreadyExistsFault");
    const call = untyped(world.cloud.call);
    for (const [member, value] of Object.entries({
      LaunchConfigurationName: "x",
      MaxInstanceLifetime: 86_400,
    }))
      expect(
        await refusal(
          call("autoscaling", "CreateAutoScalingGroup", {
            AutoScalingGroupName: "other",
            MinSize: 0,
            MaxSize: 1,
            [member]: value,
          }),
        ),
      )
        .to.contain("NotSupportedByEmbeddedCloud")
        .and.to.contain(member);
  });

  it("split On-Demand and Spot as their policy says, which the instances' lifecycle shows", async () => {
    await world.create({
      LaunchTemplate: undefined,
      MixedInstancesPolicy: {
        LaunchTemplate: { LaunchTemplateSpecification: { LaunchTemplateId: world.template, Version: "1" } },
        InstancesDistribution: { OnDemandBaseCapacity: 2, OnDemandPercentageAboveBaseCapacity: 25 },
      },
      DesiredCapacity: 6,
    });
    const { Reservations = [] } = await world.cloud.call("ec2", "DescribeInstances", {});
    const lifecycles = Reservations.flatMap(({ Instances = [] }) => Instances).map(
      ({ InstanceLifecycle }) => InstanceLifecycle,
    );
    // Two, and a quarter of the four above.
    expect(lifecycles.filter((lifecycle) => lifecycle === undefined)).to.have.length(3);
    expect(lifecycles.filter((lifecycle) => lifecycle === "spot")).to.have.length(3);
    expect(await world.zones()).to.deep.equal([2, 2, 2]);
  });

  it("stand still in what is suspended", async () => {
    await world.create({ DesiredCapacity: 1 });
    const suspend = (...ScalingProcesses: string[]) =>
      world.cloud.call("autoscaling", "SuspendProcesses", { AutoScalingGroupName: NAME, ScalingProcesses });
    await suspend("Launch", "Terminate");
    expect((await world.group()).SuspendedProcesses?.map(({ ProcessName }) => ProcessName)).to.have.members([
      "Launch",
      "Terminate",
    ]);
    await world.setDesired(3);
    await world.clock.advance(MINUTE);
    expect(await world.live()).to.equal(1);
    await world.cloud.call("autoscaling", "ResumeProcesses", { AutoScalingGroupName: NAME });
    await world.clock.advance(MINUTE);
    expect(await world.live()).to.equal(3);
    await suspend("Terminate");
    await world.setDesired(0);
    await world.clock.advance(2 * MINUTE);
    expect(await world.live()).to.equal(3);
  });

  it("carry tags that can be changed, found and taken away", async () => {
    await world.create({ DesiredCapacity: 0, Tags: [{ Key: "a", Value: "1" }] });
    const tag = { ResourceId: NAME, ResourceType: "auto-scaling-group" };
    await world.cloud.call("autoscaling", "CreateOrUpdateTags", {
      Tags: [
        { ...tag, Key: "a", Value: "2", PropagateAtLaunch: true },
        { ...tag, Key: "b", Value: "x" },
      ],
    });
    const describe = async (Name: string, ...Values: string[]) => {
      const { Tags = [] } = await world.cloud.call("autoscaling", "DescribeTags", {
        Filters: [{ Name, Values }],
      });
      return Tags.map(({ Key, Value, PropagateAtLaunch }) => [Key, Value, PropagateAtLaunch]);
    };
    expect(await describe("auto-scaling-group", NAME)).to.have.deep.members([
      ["a", "2", true],
      ["b", "x", false],
    ]);
    expect(await describe("key", "b")).to.deep.equal([["b", "x", false]]);
    await world.cloud.call("autoscaling", "DeleteTags", {
      Tags: [
        { ...tag, Key: "b" },
        { ...tag, Key: "a", Value: "1" },
      ],
    });
    expect(await describe("auto-scaling-group", NAME)).to.deep.equal([["a", "2", true]]);
    expect(await refusal(describe("nonsense"))).to.contain("ValidationError");
    const found = async (Name: string, ...Values: string[]) =>
      (await world.cloud.call("autoscaling", "DescribeAutoScalingGroups", { Filters: [{ Name, Values }] }))
        .AutoScalingGroups.length;
    expect([await found("tag:a", "2"), await found("tag:a", "1"), await found("tag-key", "a")]).to.deep.equal(
      [1, 0, 1],
    );
  });

  it("report the CPU of their instances under the group's name", async () => {
    await world.create({ DesiredCapacity: 2 });
    const load = world.cloud.createLoad({ fleetTags: { Fleet: "web" }, bootstrapMs: 0 });
    load.setDemand(1);
    await world.clock.advance(6 * MINUTE);
    const { Datapoints = [] } = await world.cloud.call("monitoring", "GetMetricStatistics", {
      Namespace: "AWS/EC2",
      MetricName: "CPUUtilization",
      Dimensions: [{ Name: "AutoScalingGroupName", Value: NAME }],
      StartTime: new Date(world.clock.now() - 4 * MINUTE),
      EndTime: new Date(world.clock.now()),
      Period: 60,
      Statistics: ["Average", "SampleCount"],
    });
    expect(Datapoints.length).to.be.greaterThan(0);
    expect(Datapoints.every(({ Average = 0 }) => Average > 40 && Average < 60)).to.equal(true);
    load.close();
  });
});
