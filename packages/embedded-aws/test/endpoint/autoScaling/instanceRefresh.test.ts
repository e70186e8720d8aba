import { expect } from "chai";
import { GroupWorld, MINUTE, NAME, refusal } from "./support";

describe("an instance refresh replaces a group's instances", () => {
  let world: GroupWorld;
  beforeEach(async () => {
    world = await GroupWorld.start();
  });
  afterEach(() => world.cloud.close());

  it("a few at a time, until all come of the new version, never above what there was", async () => {
    await world.create({ DesiredCapacity: 4, MaxSize: 4 });
    const before = await world.ids();
    await world.cloud.call("ec2", "CreateLaunchTemplateVersion", {
      LaunchTemplateId: world.template,
      SourceVersion: "1",
      LaunchTemplateData: { InstanceType: "t3.small" },
    });
    const { InstanceRefreshId } = await world.cloud.call("autoscaling", "StartInstanceRefresh", {
      AutoScalingGroupName: NAME,
      DesiredConfiguration: { LaunchTemplate: { LaunchTemplateId: world.template, Version: "2" } },
      Preferences: { MinHealthyPercentage: 75, InstanceWarmup: 60, SkipMatching: true },
    });
    const refresh = async () =>
      (await world.cloud.call("autoscaling", "DescribeInstanceRefreshes", { AutoScalingGroupName: NAME }))
        .InstanceRefreshes?.[0];
    expect(await refresh()).to.include({ InstanceRefreshId, Status: "InProgress", InstancesToUpdate: 4 });
    expect(
      await refusal(world.cloud.call("autoscaling", "StartInstanceRefresh", { AutoScalingGroupName: NAME })),
    ).to.contain("InstanceRefreshInProgressFault");
    let [most, least] = [0, 4];
    for (let step = 0; step < 100 && (await refresh())?.Status === "InProgress"; step++) {
      await world.clock.advance(10_000);
      most = Math.max(most, await world.live());
      least = Math.min(least, (await world.states()).filter((state) => state === "InService").length);
    }
    expect([most, least]).to.deep.equal([4, 3]);
    expect(await refresh()).to.include({ Status: "Successful", PercentageComplete: 100 });
    const { Instances, LaunchTemplate } = await world.group();
    expect(Instances.map(({ InstanceType }) => InstanceType)).to.deep.equal(Array(4).fill("t3.small"));
    expect(Instances.filter(({ InstanceId }) => before.includes(InstanceId))).to.deep.equal([]);
    expect(LaunchTemplate?.Version).to.equal("2");
  });

  describe("where one is protected from scale-in", () => {
    const one = { AutoScalingGroupName: NAME };
    const begin = async (ScaleInProtectedInstances?: "Refresh" | "Ignore" | "Wait") => {
      await world.create({ DesiredCapacity: 2 });
      const before = await world.ids();
      const protect = { ...one, InstanceIds: before.slice(0, 1) };
      await world.cloud.call("autoscaling", "SetInstanceProtection", {
        ...protect,
        ProtectedFromScaleIn: true,
      });
      await world.cloud.call("autoscaling", "StartInstanceRefresh", {
        ...one,
        Preferences: { InstanceWarmup: 0, MinHealthyPercentage: 0, ScaleInProtectedInstances },
      });
      const kept = async () => (await world.ids()).filter((id) => before.includes(id));
      return { protect, kept };
    };
    const status = async () =>
      (await world.cloud.call("autoscaling", "DescribeInstanceRefreshes", one)).InstanceRefreshes?.[0];

    for (const [how, left] of [
      ["Refresh", 0],
      ["Ignore", 1],
    ] as const)
      it(`with ${how}: ${left} of them stay`, async () => {
        const { kept } = await begin(how);
        await world.clock.advance(10 * MINUTE);
        expect(await kept()).to.have.length(left);
        expect((await status())?.Status).to.equal("Successful");
        expect((await status())?.Preferences?.ScaleInProtectedInstances).to.equal(how);
      });

    it("by default it is waited for, until its protection goes", async () => {
      const { protect, kept } = await begin();
      await world.clock.advance(30 * MINUTE);
      expect((await status())?.Status).to.equal("InProgress");
      expect(await kept()).to.deep.equal(protect.InstanceIds);
      await world.cloud.call("autoscaling", "SetInstanceProtection", {
        ...protect,
        ProtectedFromScaleIn: false,
      });
      await world.clock.advance(10 * MINUTE);
      expect((await status())?.Status).to.equal("Successful");
      expect(await kept()).to.deep.equal([]);
    });

    it("by default it is waited for no longer than an hour", async () => {
      const { protect, kept } = await begin();
      await world.clock.advance(61 * MINUTE);
      expect(await status()).to.include({ Status: "Failed" });
      expect((await status())?.StatusReason).to.contain(protect.InstanceIds[0]);
      expect(await kept()).to.deep.equal(protect.InstanceIds);
    });
  });

  it("unless it is cancelled", async () => {
    await world.create({ DesiredCapacity: 4 });
    const before = await world.ids();
    const one = { AutoScalingGroupName: NAME };
    expect(await refusal(world.cloud.call("autoscaling", "CancelInstanceRefresh", one))).to.contain(
      "ActiveInstanceRefreshNotFoundFault",
    );
    await world.cloud.call("autoscaling", "StartInstanceRefresh", {
      ...one,
      Preferences: { InstanceWarmup: 300 },
    });
    await world.clock.advance(MINUTE);
    await world.cloud.call("autoscaling", "CancelInstanceRefresh", one);
    await world.clock.advance(10 * MINUTE);
    const { InstanceRefreshes = [] } = await world.cloud.call(
      "autoscaling",
      "DescribeInstanceRefreshes",
      one,
    );
    expect(InstanceRefreshes[0]?.Status).to.equal("Cancelled");
    expect((await world.ids()).filter((id) => before.includes(id))).to.have.length(3);
  });
});
