import { expect } from "chai";
import type { Load } from "embedded-aws";
import { DeployedFleet, MINUTE } from "./deployedFleet";

interface Document {
  readonly Statement: readonly { readonly Sid?: string; readonly Action: string | readonly string[] }[];
}

describe("the deployed scaler", function () {
  this.timeout(60_000);
  let fleet: DeployedFleet;
  let load: Load;

  before(async () => {
    fleet = await DeployedFleet.deploy();
    const { key, value } = fleet.settings.tag;
    load = fleet.cloud.createLoad({ fleetTags: { [key]: value } });
  });
  after(async () => {
    load.close();
    await fleet.close();
  });

  const sizeIs = (wanted: (size: number) => boolean) => async () => wanted((await fleet.live()).length);

  it("follows the load: alarm, event, launches, recovery, and back to the minimum", async () => {
    const { minInstances, maxInstances, tag } = fleet.settings;
    load.setDemand(0.3);
    await fleet.advanceUntil(
      "the minimum",
      5,
      sizeIs((size) => size === minInstances),
    );
    await fleet.advanceUntil("the first instance in service", 5, () => load.inService() === minInstances);
    // The boot's CPU is in the metric that the alarm shares with whatever has the same type. The function, which it
    // wakes, does not take it for load.
    await fleet.advanceUntil("the boot's alarm", 5, () => fleet.alarmStates().at(-1) === "ALARM");
    await fleet.advanceUntil("the end of it", 5, () => fleet.alarmStates().at(-1) === "OK");
    expect(fleet.launches()).to.have.length(minInstances);
    const statesOfBoot = fleet.alarmStates().length;

    load.setDemand(2);
    await fleet.advanceUntil("the alarm", 6, () => fleet.alarmStates().at(-1) === "ALARM");
    // The event may be late; the tick does the same meanwhile.
    await fleet.advanceUntil(
      "the launches",
      // A CPU that is used up says only that more is needed: the second step waits for what the first one brings.
      10,
      sizeIs((size) => size === maxInstances),
    );
    const event = fleet.log
      .all("event-delivered")
      .findLast(({ detailType }) => detailType === "CloudWatch Alarm State Change");
    expect(event?.targetArn).to.match(new RegExp(`:function:${fleet.settings.functionName}$`));
    expect(fleet.launches()).to.have.length(maxInstances);
    const { Parameter } = await fleet.cloud.call("ssm", "GetParameter", {
      Name: fleet.variable.imageParameter,
    });
    const there = await fleet.live();
    expect(there).to.have.length(maxInstances);
    for (const instance of there) {
      expect(instance).to.include({ ImageId: Parameter?.Value, InstanceType: "t3.micro" });
      expect(instance.Tags).to.deep.include({ Key: tag.key, Value: tag.value });
      expect(instance.Tags).to.deep.include({ Key: "Stack", Value: "dev" });
      expect(
        instance.SecurityGroups?.map(({ GroupName }) => GroupName?.replace(/-[0-9a-f]{7}$/, "")),
      ).to.deep.equal(["fleet-group"]);
      expect(instance.MetadataOptions?.HttpTokens).to.equal("required");
    }
    expect(new Set(there.map(({ Placement }) => Placement?.AvailabilityZone)).size).to.equal(3);

    await fleet.advanceUntil("recovery", 8, () => fleet.alarmStates().at(-1) === "OK" && load.cpu() === 50);

    load.setDemand(0.3);
    await fleet.advanceUntil(
      "scale-in",
      20,
      sizeIs((size) => size === minInstances),
    );
    expect(fleet.launches()).to.have.length(maxInstances);
    expect(fleet.alarmStates().slice(statesOfBoot)).to.deep.equal(["ALARM", "OK"]);
  });

  it("launches at a tick when the alarm's event is lost", async () => {
    await fleet.setRule("alarm", false);
    load.setDemand(1.3);
    await fleet.advanceUntil(
      "launches",
      8,
      sizeIs((size) => size > 1),
    );
    // The tick may even be before the alarm.
    const delivered = fleet.log.all("event-delivered");
    expect(delivered.at(-1)?.detailType).to.equal("Scheduled Event");
    await fleet.setRule("alarm", true);
  });

  describe("woken by hand", () => {
    before(async () => {
      await fleet.setRule("alarm", false);
      await fleet.setRule("tick", false);
      load.setDemand(0.3);
    });

    /** One instance that has run for long, and no datapoint of before that still counts. */
    beforeEach(async () => {
      // What was launched just before is known only now.
      await fleet.clock.advance(MINUTE);
      const [, ...others] = await fleet.live();
      const InstanceIds = others.map(({ InstanceId = "" }) => InstanceId);
      if (InstanceIds.length > 0) await fleet.cloud.call("ec2", "TerminateInstances", { InstanceIds });
      await fleet.clock.advance(6 * MINUTE);
      expect(await fleet.live()).to.have.length(1);
      await fleet.heat(95);
    });

    it("launches once for the same event twice, though it does not see its own launches yet", async () => {
      const controls = fleet.cloud.ec2;
      controls.visibilityMs = MINUTE;
      const event = fleet.alarm();
      const before = fleet.launches().length;
      await fleet.wake(event);
      const launched = fleet.launches().length - before;
      await fleet.clock.advance(5_000);
      const { summary } = await fleet.wake(event);
      controls.visibilityMs = 0;
      expect(launched).to.be.greaterThan(0);
      expect(fleet.launches()).to.have.length(before + launched);
      expect(summary).to.match(new RegExp(`1 running and ${launched} pending`));
    });

    it("never exceeds the maximum, however high the load and often the event", async () => {
      for (let time = 0; time < 20; time++) {
        await fleet.clock.advance(30_000);
        await fleet.heat(100);
        await fleet.wake(time % 2 === 0 ? fleet.alarm() : fleet.tick());
      }
      expect(await fleet.live()).to.have.length(fleet.settings.maxInstances);
    });

    it("refuses the event of another alarm, with the reason", async () => {
      const foreign = fleet.variable.alarmArn.replace(/[^:]+$/, "somebody-elses");
      const { outcome, reason } = await fleet.wake(fleet.alarm(foreign));
      expect(outcome).to.equal("refused event");
      expect(reason).to.equal(`resources: got ${foreign}; expected ${fleet.variable.alarmArn}`);
      expect(await fleet.live()).to.have.length(1);
    });

    it("takes another zone when one has no capacity", async () => {
      const { capacity } = fleet.cloud.ec2;
      const zones = ["a", "b", "c"].map((letter) => `us-east-1${letter}`);
      const [full = "", fuller = "", free] = zones;
      capacity.limitZone(full, 0);
      capacity.limitZone(fuller, 0);
      const before = fleet.launches().length;
      await fleet.wake(fleet.alarm());
      for (const zone of zones) capacity.limitZone(zone, Infinity);
      const launched = fleet.launches().slice(before);
      expect(launched.map(({ availabilityZone }) => availabilityZone)).to.deep.equal(
        launched.map(() => free),
      );
      expect(launched).not.to.have.length(0);
      const refusals = fleet.log
        .all("request")
        .filter(({ errorCode }) => errorCode === "InsufficientInstanceCapacity");
      expect(refusals).not.to.have.length(0);
    });

    it("launches nothing without permission, and says so", async () => {
      const role = await scalerRole(fleet);
      await role.put(role.without("ec2:RunInstances"));
      const before = fleet.launches().length;
      const { outcome, summary } = await fleet.wake(fleet.alarm());
      await role.put(role.granted);
      expect(outcome).to.equal("reconciled");
      expect(summary).to.match(/\d could not be had\)$/);
      expect(fleet.said().at(-1)).to.match(/^could not launch \d: UnauthorizedOperation: /);
      expect(fleet.launches()).to.have.length(before);
    });

    it("does nothing while it is paused", async () => {
      await fleet.configure({ paused: true });
      const { summary } = await fleet.wake(fleet.alarm());
      expect(summary).to.match(/holding: paused by configuration$/);
      expect(await fleet.live()).to.have.length(1);
      await fleet.configure({});
    });
  });
});

/** The policy of the function's role, to be changed and put back. */
async function scalerRole({ cloud, clock, settings }: DeployedFleet) {
  const { Role = "" } = await cloud.call("lambda", "GetFunctionConfiguration", {
    FunctionName: settings.functionName,
  });
  const RoleName = Role.split("/").at(-1) ?? "";
  const { PolicyNames } = await cloud.call("iam", "ListRolePolicies", { RoleName });
  const policy = { RoleName, PolicyName: PolicyNames[0] ?? "" };
  const { PolicyDocument } = await cloud.call("iam", "GetRolePolicy", policy);
  const granted = decodeURIComponent(PolicyDocument);
  return {
    granted,
    /** Resolves once the change counts. */
    async put(document: string) {
      await cloud.call("iam", "PutRolePolicy", { ...policy, PolicyDocument: document });
      await clock.advance(cloud.context.conditions.iamPropagationMs);
    },
    without(action: string): string {
      const document = JSON.parse(granted) as Document;
      const Statement = document.Statement.filter(({ Action }) => Action !== action);
      expect(Statement).to.have.length.lessThan(document.Statement.length);
      return JSON.stringify({ ...document, Statement });
    },
  };
}
