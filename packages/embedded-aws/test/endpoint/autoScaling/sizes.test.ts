import { expect } from "chai";
import { GroupWorld, MINUTE, NAME, refusal } from "./support";

describe("Auto Scaling groups", () => {
  let world: GroupWorld;
  beforeEach(async () => {
    world = await GroupWorld.start();
  });
  afterEach(() => world.cloud.close());

  it("wait for the zone that has no room where only balance will do", async () => {
    const { capacity } = world.cloud.ec2;
    const [a] = world.zoneNames;
    capacity.limitZone(a, 0);
    await world.create({
      DesiredCapacity: 3,
      AvailabilityZoneDistribution: { CapacityDistributionStrategy: "balanced-only" },
    });
    await world.clock.advance(2 * MINUTE);
    expect(await world.zones()).not.to.include(2);
    capacity.limitZone(a, Infinity);
    await world.clock.advance(2 * MINUTE);
    expect(await world.zones()).to.deep.equal([1, 1, 1]);
    const strategy = async () =>
      (await world.group()).AvailabilityZoneDistribution?.CapacityDistributionStrategy;
    expect(await strategy()).to.equal("balanced-only");
  });

  it("go to another zone where one has no room, and say so; and try again for what could not be had", async () => {
    const { capacity } = world.cloud.ec2;
    const [a, b, c] = world.zoneNames;
    capacity.limitZone(a, 0);
    await world.create({ DesiredCapacity: 4 });
    expect(await world.zones()).to.deep.equal([2, 2]);
    const failed = (await world.activities()).filter(({ StatusCode }) => StatusCode === "Failed");
    expect(failed[0]?.StatusMessage).to.match(
      /do not have sufficient t3\.micro capacity.*Launching EC2 instance failed\.$/,
    );

    for (const zone of [a, b, c]) capacity.limitZone(zone, 0);
    await world.setDesired(5);
    await world.clock.advance(MINUTE);
    expect(await world.live()).to.equal(4);
    expect((await world.group()).DesiredCapacity).to.equal(5);
    for (const zone of [a, b, c]) capacity.limitZone(zone, Infinity);
    await world.clock.advance(2 * MINUTE);
    // The empty zone is filled, and the zones are brought into balance.
    expect(await world.live()).to.equal(5);
    expect(await world.zones()).to.deep.equal([2, 2, 1]);
  });

  /** Six in two zones, and from then on room in the third; tells how many have been live at most since. */
  const outOfBalance = async () => {
    const { capacity } = world.cloud.ec2;
    const [a] = world.zoneNames;
    capacity.limitZone(a, 0);
    await world.setDesired(6);
    await world.clock.advance(MINUTE);
    expect(await world.zones()).to.deep.equal([3, 3]);
    let [live, most] = [6, 6];
    world.cloud.context.events.subscribe((event) => {
      if (event.type !== "instance-state-changed") return;
      if (event.state === "pending") live += 1;
      if (event.state === "shutting-down") live -= 1;
      most = Math.max(most, live);
    });
    capacity.limitZone(a, Infinity);
    await world.clock.advance(10 * MINUTE);
    return { most, zones: await world.zones() };
  };

  it("balance zones by one instance above, after which one of the fullest goes", async () => {
    await world.create({ DesiredCapacity: 0 });
    expect(await outOfBalance()).to.deep.equal({ most: 7, zones: [2, 2, 2] });
  });

  it("leave zones out of balance, and keep to their maximum, where that is suspended", async () => {
    await world.create({ DesiredCapacity: 0 });
    await world.cloud.call("autoscaling", "SuspendProcesses", {
      AutoScalingGroupName: NAME,
      ScalingProcesses: ["AZRebalance"],
    });
    expect(await outOfBalance()).to.deep.equal({ most: 6, zones: [3, 3] });
  });

  it("keep to their limits, whoever asks", async () => {
    await world.create({ MinSize: 1, MaxSize: 4, DesiredCapacity: 2 });
    expect(await refusal(world.setDesired(5))).to.contain(
      "New SetDesiredCapacity value 5 is above max value 4",
    );
    expect(await refusal(world.setDesired(0))).to.contain(
      "New SetDesiredCapacity value 0 is below min value 1",
    );
    const set = (input: object) =>
      world.cloud.call("autoscaling", "UpdateAutoScalingGroup", { AutoScalingGroupName: NAME, ...input });
    expect(await refusal(set({ MinSize: 5 }))).to.contain("ValidationError");
    await set({ MinSize: 3 });
    expect((await world.group()).DesiredCapacity).to.equal(3);
    await set({ MinSize: 0, MaxSize: 1 });
    expect((await world.group()).DesiredCapacity).to.equal(1);
    await world.clock.advance(MINUTE);
    expect(await world.live()).to.equal(1);
  });

  it("honour a cooldown when they are told to, and only then", async () => {
    await world.create({ DesiredCapacity: 1, DefaultCooldown: 300 });
    const honour = (DesiredCapacity: number) =>
      world.cloud.call("autoscaling", "SetDesiredCapacity", {
        AutoScalingGroupName: NAME,
        DesiredCapacity,
        HonorCooldown: true,
      });
    await honour(2);
    expect(await refusal(honour(3))).to.contain("ScalingActivityInProgressFault");
    await world.setDesired(3);
    await world.clock.advance(5 * MINUTE);
    await honour(4);
    expect((await world.group()).DesiredCapacity).to.equal(4);
  });

  it("give away the oldest of the fullest zone, or what their policies say, and nothing that is protected", async () => {
    await world.create({ DesiredCapacity: 1, TerminationPolicies: ["NewestInstance"] });
    const [oldest = ""] = await world.ids();
    await world.setDesired(3);
    await world.clock.advance(MINUTE);
    await world.setDesired(1);
    await world.clock.advance(2 * MINUTE);
    expect(await world.ids()).to.deep.equal([oldest]);

    await world.cloud.call("autoscaling", "UpdateAutoScalingGroup", {
      AutoScalingGroupName: NAME,
      TerminationPolicies: ["Default"],
    });
    const protect = (ids: string[], ProtectedFromScaleIn: boolean) =>
      world.cloud.call("autoscaling", "SetInstanceProtection", {
        AutoScalingGroupName: NAME,
        InstanceIds: ids,
        ProtectedFromScaleIn,
      });
    await protect([oldest], true);
    await world.setDesired(2);
    await world.clock.advance(MINUTE);
    await world.setDesired(0);
    await world.clock.advance(2 * MINUTE);
    expect(await world.ids()).to.deep.equal([oldest]);
    await protect([oldest], false);
    await world.clock.advance(2 * MINUTE);
    expect(await world.ids()).to.deep.equal([]);
  });

  it("protect new instances when they are told to", async () => {
    await world.create({ DesiredCapacity: 1, NewInstancesProtectedFromScaleIn: true });
    expect((await world.group()).Instances[0]?.ProtectedFromScaleIn).to.equal(true);
    await world.setDesired(0);
    await world.clock.advance(2 * MINUTE);
    expect(await world.live()).to.equal(1);
  });

  it("end one that is named, with or without another in its place", async () => {
    await world.create({ DesiredCapacity: 2, MinSize: 1 });
    const [first = "", second = ""] = await world.ids();
    const end = (InstanceId: string, ShouldDecrementDesiredCapacity: boolean) =>
      world.cloud.call("autoscaling", "TerminateInstanceInAutoScalingGroup", {
        InstanceId,
        ShouldDecrementDesiredCapacity,
      });
    const { Activity } = await end(first, true);
    expect(Activity?.Description).to.equal(`Terminating EC2 instance: ${first}`);
    await world.clock.advance(2 * MINUTE);
    expect(await world.ids()).to.deep.equal([second]);
    expect(await refusal(end(second, true))).to.contain("min size");
    await end(second, false);
    await world.clock.advance(2 * MINUTE);
    expect(await world.ids())
      .to.have.length(1)
      .and.not.to.include(second);
    expect(await refusal(end(first, false))).to.contain("No managed instance found");
  });
});
