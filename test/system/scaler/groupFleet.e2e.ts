import path from "node:path";
import { expect } from "chai";
import { SteppedClock, type Load } from "embedded-aws";
import { EventLog, startTestCloud, type TestCloud } from "embedded-aws/testing";
import { deploy, displayMap } from "embedded-pulumi";
import { readScalerSettings, type ScalerSettings } from "../../../tools/demonstration/scalerSettings";

const MINUTE = 60_000;
const CONFIG = {
  "event-driven-aws:scalerCapacity": "autoScalingGroup",
  "event-driven-aws:scalerMaxInstances": "5",
};

/** The project's own program, stack dev, with a group instead of instances of the function's own. */
describe("the deployed scaler of a group", function () {
  this.timeout(90_000);
  let clock: SteppedClock;
  let cloud: TestCloud;
  let log: EventLog;
  let deployment: Awaited<ReturnType<typeof deploy>>;
  let settings: ScalerSettings;
  let groupName: string;
  let load: Load;

  before(async () => {
    clock = new SteppedClock();
    cloud = await startTestCloud({ clock });
    log = new EventLog(cloud.context.events);
    deployment = await deploy(cloud, {
      directory: ".",
      stack: "dev",
      config: CONFIG,
      cacheDirectory: path.resolve(".local/cache"),
      assetDirectory: ".",
    });
    const outputs = displayMap((await deployment.programEnded).outputs);
    settings = await readScalerSettings(cloud.context, outputs.scaleFleetFunctionName as string);
    groupName = outputs.autoScalingGroupName as string;
    load = cloud.createLoad({ fleetTags: { [settings.tag.key]: settings.tag.value } });
  });
  after(async () => {
    load.close();
    await cloud.close();
  });

  const find = async () =>
    (await cloud.call("autoscaling", "DescribeAutoScalingGroups", { AutoScalingGroupNames: [groupName] }))
      .AutoScalingGroups[0];
  const advanceUntil = async (what: string, minutes: number, reached: () => boolean | Promise<boolean>) => {
    for (let minute = 0; minute < minutes; minute++) {
      if (await reached()) return;
      await clock.advance(MINUTE);
    }
    throw new Error(`${what}: not within ${minutes} minutes`);
  };
  const calls = (operation: string) =>
    log.all("request").filter((event) => event.operation === operation && event.caller.kind === "role");
  const mostAtOnce = () => {
    let [live, most] = [0, 0];
    for (const { state } of log.all("instance-state-changed")) {
      if (state === "pending") live += 1;
      if (state === "shutting-down") live -= 1;
      most = Math.max(most, live);
    }
    return most;
  };

  it("stands with its minimum in service", async () => {
    const group = await find();
    expect(group).to.include({ MinSize: 1, MaxSize: 5, DesiredCapacity: 1 });
    expect(group?.Instances?.map(({ LifecycleState }) => LifecycleState)).to.deep.equal(["InService"]);
    expect(load.live()).to.have.length(1);
  });

  it("follows the load by the group's desired capacity, out and in, and never beyond the maximum", async () => {
    load.setDemand(2.4);
    await advanceUntil("five in service", 20, () => load.inService() >= 4);
    const sizes = calls("SetDesiredCapacity");
    expect(sizes.length).to.be.greaterThan(0);
    expect(sizes.filter(({ errorCode }) => errorCode !== undefined)).to.deep.equal([]);
    expect((await find())?.DesiredCapacity).to.be.within(4, 5);
    load.setDemand(0.3);
    await advanceUntil("the minimum", 30, () => load.live().length === 1);
    expect((await find())?.DesiredCapacity).to.equal(1);
    expect(mostAtOnce()).to.be.within(4, 5);
    expect([...calls("RunInstances"), ...calls("TerminateInstances")]).to.deep.equal([]);
  });

  it("is at its size again after somebody has ended an instance", async () => {
    const [id = ""] = load.live();
    await cloud.call("ec2", "TerminateInstances", { InstanceIds: [id] });
    await clock.advance(5 * MINUTE);
    expect(load.live()).to.have.length(1).and.not.to.include(id);
  });

  it("ends with its stack, in the middle of a step, and leaves nothing", async () => {
    await cloud.call("autoscaling", "SetDesiredCapacity", {
      AutoScalingGroupName: groupName,
      DesiredCapacity: 5,
    });
    await clock.advance(3_000);
    await deployment.destroy();
    expect([await find(), load.live()]).to.deep.equal([undefined, []]);
    const { Reservations = [] } = await cloud.call("ec2", "DescribeInstances", {
      Filters: [{ Name: "instance-state-name", Values: ["pending", "running", "shutting-down"] }],
    });
    expect(Reservations).to.deep.equal([]);
    // Whatever still wakes the function finds no fleet.
    await clock.advance(5 * MINUTE);
    expect(load.live()).to.deep.equal([]);
  });
});
