import { expect } from "chai";
import type { Load } from "embedded-aws";
import { DeployedFleet, MINUTE } from "./deployedFleet";

const wakeMetric = {
  namespace: "AWS/SQS",
  name: "ApproximateNumberOfMessagesVisible",
  dimensions: { QueueName: "jobs" },
  above: 0,
};

describe("the deployed scaler with a minimum of 0 and a waking metric", function () {
  this.timeout(60_000);
  let fleet: DeployedFleet;
  let load: Load;
  let QueueUrl: string;

  before(async () => {
    fleet = await DeployedFleet.deploy();
    const { key, value } = fleet.settings.tag;
    load = fleet.cloud.createLoad({ fleetTags: { [key]: value } });
    ({ QueueUrl = "" } = await fleet.cloud.call("sqs", "CreateQueue", { QueueName: "jobs" }));
    await fleet.configure({ minInstances: 0, wakeMetric });
  });
  after(async () => {
    load.close();
    await fleet.close();
  });

  const isEmpty = async () => (await fleet.live()).length === 0;

  it("sleeps, wakes with a message in a queue, follows the load, and sleeps again", async () => {
    load.setDemand(0);
    await fleet.advanceUntil("the function asleep", 30, async () => {
      const asleep = fleet.said().at(-1)?.includes("holding: the fleet sleeps") === true;
      return asleep && (await isEmpty());
    });

    const before = fleet.launches().length;
    await fleet.cloud.call("sqs", "SendMessage", { QueueUrl, MessageBody: "a job" });
    await fleet.advanceUntil("the wake", 6, async () => !(await isEmpty()));
    expect(fleet.launches()).to.have.length(before + 1);

    // From then on the CPU says how many.
    load.setDemand(1.3);
    await fleet.advanceUntil("more instances", 12, async () => (await fleet.live()).length > 1);

    // While the message waits, one stays, though there is nothing to do.
    load.setDemand(0);
    await fleet.advanceUntil("the last instance", 25, async () => (await fleet.live()).length === 1);
    for (let minute = 0; minute < 15; minute++) {
      await fleet.clock.advance(MINUTE);
      expect(await fleet.live()).to.have.length(1);
    }

    await fleet.cloud.call("sqs", "PurgeQueue", { QueueUrl });
    await fleet.advanceUntil("sleep", 25, isEmpty);
    const launched = fleet.launches().length;
    for (let minute = 0; minute < 15; minute++) await fleet.clock.advance(MINUTE);
    expect(fleet.launches()).to.have.length(launched);
    expect(fleet.said().at(-1)).to.match(
      /^no CPU metric of 0 running; wanted 0, at most 4; holding: the fleet sleeps/,
    );
  });

  it("with a reserve, wakes with one, keeps the reserve while there is work, and sleeps without it", async () => {
    await fleet.configure({ minInstances: 0, reserveInstances: 2, wakeMetric });
    await fleet.cloud.call("sqs", "SendMessage", { QueueUrl, MessageBody: "a job" });
    const before = fleet.launches().length;
    await fleet.advanceUntil("the wake", 6, async () => !(await isEmpty()));
    expect(fleet.launches()).to.have.length(before + 1);
    load.setDemand(0.5);
    await fleet.advanceUntil("the reserve", 12, async () => (await fleet.live()).length === 3);

    // What three idle instances do by themselves keeps none of them.
    load.setDemand(0);
    await fleet.cloud.call("sqs", "PurgeQueue", { QueueUrl });
    await fleet.advanceUntil("sleep", 40, isEmpty);
    for (let minute = 0; minute < 15; minute++) await fleet.clock.advance(MINUTE);
    expect(await isEmpty()).to.equal(true);
  });
});
