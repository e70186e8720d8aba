import { expect } from "chai";
import fc from "fast-check";
import { type Cloud, startCloud } from "../../../src/cloud";
import { type Conditions, kind } from "../../../src/core/conditions/conditions";
import { SteppedClock } from "../../../src/core/clock";
import { createEc2 } from "../../../src/services/ec2/ec2";
import { cpuUnderLoad } from "../../../src/load/cpu";
import { createLoad } from "../../../src/load/load";
import { createMonitoring } from "../../../src/services/cloudWatch/cloudWatch";

const MINUTE = 60_000;
const IMAGE = "ami-0a12023000000864a";

describe("cpuUnderLoad", () => {
  it("spreads the work over the instances in service", () => {
    expect(cpuUnderLoad(3, 4, 1)).to.equal(75);
    expect(cpuUnderLoad(5, 4, 1)).to.equal(100);
    expect(cpuUnderLoad(0, 4, 1.5)).to.equal(1.5);
    expect(cpuUnderLoad(5, 0, 1.5)).to.equal(1.5);
  });

  it("stays between idle and 100 %, and falls as instances are added", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1000, noNaN: true }),
        fc.integer({ min: 1, max: 100 }),
        (demand, count) => {
          const cpu = cpuUnderLoad(demand, count, 1);
          expect(cpu).to.be.within(1, 100);
          expect(cpuUnderLoad(demand, count + 1, 1)).to.be.at.most(cpu);
        },
      ),
    );
  });
});

describe("createLoad", () => {
  let clock: SteppedClock;
  let cloud: Cloud;

  beforeEach(async () => {
    clock = new SteppedClock();
    await start(kind);
  });
  const start = async (conditions: Partial<Conditions>) => {
    cloud = await startCloud({ port: 0, clock, conditions, services: [createEc2, createMonitoring] });
  };
  const restart = async (conditions: Partial<Conditions>) => {
    await cloud.close();
    clock = new SteppedClock();
    await start({ ...kind, ...conditions });
  };
  afterEach(() => cloud.close());

  const launch = async (count: number, more: object = {}) => {
    const { Instances = [] } = await cloud.call("ec2", "RunInstances", {
      ImageId: IMAGE,
      InstanceType: "t3.micro",
      MinCount: count,
      MaxCount: count,
      Monitoring: { Enabled: true },
      TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: "Fleet", Value: "web" }] }],
      ...more,
    });
    return Instances.map((instance) => instance.InstanceId!);
  };
  /** Minute (from the start) and rounded value of each datapoint that can be read now. */
  const cpu = async (Name: string, Value: string, Period = 60) => {
    const start = Date.UTC(2026, 0, 1);
    const { Datapoints = [] } = await cloud.call("monitoring", "GetMetricStatistics", {
      Namespace: "AWS/EC2",
      MetricName: "CPUUtilization",
      Dimensions: [{ Name, Value }],
      StartTime: new Date(start),
      EndTime: new Date(start + 60 * MINUTE),
      Period,
      Statistics: ["Average"],
    });
    return Datapoints.map(({ Timestamp, Average }) => [
      (Timestamp!.getTime() - start) / MINUTE,
      Math.round(Average!),
    ]).sort(([a], [b]) => a! - b!);
  };
  const fleetTags = { Fleet: "web" };

  it("reports idle instances until they are in service, then their share of the work, a minute late", async () => {
    const load = createLoad(cloud.context, {
      fleetTags,
      demand: () => 1,
      bootstrapMs: 95_000,
      delayMs: MINUTE,
    });
    const [first] = await launch(2);
    // Running after 25 s, in service after two minutes.
    await clock.advance(2 * MINUTE);
    expect(load.inService()).to.equal(2);
    expect(load.cpu()).to.equal(50);
    await clock.advance(2 * MINUTE);
    const points = await cpu("InstanceId", first!);
    expect(points.map(([minute]) => minute)).to.deep.equal([0, 1, 2]);
    expect(points[0]![1]).to.be.within(1, 2);
    expect(points[1]![1]).to.be.within(1, 2);
    expect(points[2]![1]).to.equal(50);
    expect(await cpu("ImageId", IMAGE)).to.have.length(3);
    load.close();
  });

  it("follows what its caller sets, and the fleet's size", async () => {
    const load = createLoad(cloud.context, { fleetTags, bootstrapMs: 0, delayMs: 0 });
    const ids = await launch(2);
    await launch(1, { TagSpecifications: [] });
    await clock.advance(MINUTE);
    load.setDemand(1.5);
    await clock.advance(MINUTE);
    load.setDemand(3);
    await cloud.call("ec2", "TerminateInstances", { InstanceIds: [ids[1]!] });
    await clock.advance(MINUTE);
    const points = await cpu("InstanceId", ids[0]!);
    expect(points.slice(1)).to.deep.equal([
      [1, 75],
      [2, 100],
    ]);
    expect(await cpu("InstanceType", "t3.micro")).to.deep.include([1, 75]);
    load.close();
  });

  it("reports every five minutes, by instance only, without detailed monitoring", async () => {
    const load = createLoad(cloud.context, { fleetTags, demand: () => 0.5, bootstrapMs: 0, delayMs: 0 });
    const [id] = await launch(1, { Monitoring: { Enabled: false } });
    await clock.advance(11 * MINUTE);
    expect((await cpu("InstanceId", id!)).map(([minute]) => minute)).to.deep.equal([0, 5]);
    expect(await cpu("ImageId", IMAGE)).to.deep.equal([]);
    load.close();
  });

  /** How many instances a minute of a metric knows of so far. */
  const sampleCount = async (Name: string, Value: string, minute: number) => {
    const start = Date.UTC(2026, 0, 1) + minute * MINUTE;
    const { Datapoints = [] } = await cloud.call("monitoring", "GetMetricStatistics", {
      Namespace: "AWS/EC2",
      MetricName: "CPUUtilization",
      Dimensions: [{ Name, Value }],
      StartTime: new Date(start),
      EndTime: new Date(start + MINUTE),
      Period: 60,
      Statistics: ["SampleCount"],
    });
    return Datapoints[0]?.SampleCount ?? 0;
  };

  it("shows instances that boot at full load, if they do", async () => {
    await restart({ bootCpu: { seconds: 60, percent: 90 } });
    const load = createLoad(cloud.context, { fleetTags, demand: () => 0.5, bootstrapMs: 0, delayMs: 0 });
    const [id] = await launch(1);
    await clock.advance(3 * MINUTE);
    // Running from second 25 on: booting for 35 of 35 seconds, then for 25 of 60.
    const [first, second, third] = (await cpu("InstanceId", id!)).map(([, value]) => value);
    expect(first).to.equal(90);
    expect(second).to.be.within(65, 68);
    expect(third).to.equal(50);
    load.close();
  });

  it("takes each instance's minute at a second of its own, so that the newest is incomplete", async () => {
    await restart({ staggeredMetrics: true });
    const load = createLoad(cloud.context, { fleetTags, demand: () => 5, bootstrapMs: 0, delayMs: 0 });
    await launch(10);
    await clock.advance(5 * MINUTE);
    const newest: number[] = [];
    for (let second = 0; second < 60; second += 10) {
      newest.push(await sampleCount("ImageId", IMAGE, 4));
      await clock.advance(10_000);
    }
    newest.push(await sampleCount("ImageId", IMAGE, 4));
    expect(newest[0]).to.be.lessThan(3);
    expect(newest.at(-1)).to.equal(10);
    expect(new Set(newest).size, newest.join()).to.be.greaterThan(3);
    expect(await sampleCount("ImageId", IMAGE, 3)).to.equal(10);
    load.close();
  });

  it("lets a burstable instance fall to its baseline once its credits are gone, unless it is unlimited", async () => {
    await restart({ cpuCredits: true });
    const load = createLoad(cloud.context, { fleetTags, demand: () => 99, bootstrapMs: 0, delayMs: 0 });
    const standard = { CreditSpecification: { CpuCredits: "standard" } };
    const [t2] = await launch(1, { InstanceType: "t2.micro" });
    const [t3] = await launch(1, standard);
    const [unlimited] = await launch(1);
    const [fixed] = await launch(1, { InstanceType: "m7a.medium" });
    await clock.advance(60 * MINUTE);
    const at = async (id: string, minute: number) =>
      (await cpu("InstanceId", id)).find(([of]) => of === minute)?.[1];
    // 30 credits at the launch, a tenth of one earned each minute.
    expect([await at(t2!, 20), await at(t2!, 50)]).to.deep.equal([100, 10]);
    expect(await at(t3!, 20)).to.equal(10);
    expect(await at(unlimited!, 50)).to.equal(100);
    expect(await at(fixed!, 50)).to.equal(100);
    load.close();
  });

  it("has other instances of the account under the fleet's image and type", async () => {
    await restart({ otherInstances: { count: 3, cpuPercent: 80 } });
    const load = createLoad(cloud.context, { fleetTags, bootstrapMs: 0, delayMs: 0 });
    const [id] = await launch(1);
    await clock.advance(4 * MINUTE);
    expect(await sampleCount("InstanceType", "t3.micro", 2)).to.equal(4);
    expect(await sampleCount("ImageId", IMAGE, 2)).to.equal(4);
    expect(await sampleCount("InstanceId", id!, 2)).to.equal(1);
    const [, average] = (await cpu("ImageId", IMAGE)).find(([minute]) => minute === 2)!;
    expect(average).to.be.within(59, 62);
    load.close();
  });

  it("stops when it is closed", async () => {
    const load = createLoad(cloud.context, { fleetTags, bootstrapMs: 0, delayMs: 0 });
    const [id] = await launch(1);
    await clock.advance(2 * MINUTE);
    load.close();
    await clock.advance(5 * MINUTE);
    expect(await cpu("InstanceId", id!)).to.have.length(2);
  });
});
