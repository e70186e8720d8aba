import { expect } from "chai";
import { RunningClock, SteppedClock } from "embedded-aws";
import { waiterOn } from "../../src/provider/waiter";

describe("a deployment's waits", () => {
  let clock: RunningClock;
  afterEach(() => clock.close());

  it("take no real time for what takes a minute, and leave the clock as fast as it was", async () => {
    clock = new RunningClock(2);
    const wait = waiterOn(clock);
    const started = clock.now();
    await Promise.all([wait(60_000), wait(5_000), wait(90_000)]);
    expect(clock.now() - started).to.be.at.least(90_000);
    expect(clock.speed).to.equal(2);
  });

  it("do not hurry what is short", async () => {
    clock = new RunningClock();
    const waited = waiterOn(clock)(20);
    expect(clock.speed).to.equal(1);
    await waited;
  });

  it("do not slow down a clock that runs faster already, nor one that somebody has set meanwhile", async () => {
    clock = new RunningClock(3_000);
    const wait = waiterOn(clock);
    const first = wait(60_000);
    expect(clock.speed).to.equal(3_000);
    await first;
    clock.setSpeed(1);
    const second = wait(60_000);
    clock.setSpeed(2_000);
    await second;
    expect(clock.speed).to.equal(2_000);
  });

  it("step a clock that is stepped, one after the other", async () => {
    const stepped = new SteppedClock();
    const started = stepped.now();
    const wait = waiterOn(stepped);
    await Promise.all([wait(1_000), wait(5_000)]);
    expect(stepped.now() - started).to.equal(6_000);
  });
});
