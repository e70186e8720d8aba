import { expect } from "chai";
import { RunningClock, SteppedClock } from "embedded-aws";
import { waiterOn } from "../../src/provider/waiter";

describe("a deployment's waits", () => {
  it("take no real time on a clock that runs where they are long, and leave it as fast as it was", async () => {
    const clock = new RunningClock(2);
    const wait = waiterOn(clock);
    const started = clock.now();
    await Promise.all([wait(3_600_000), wait(50), wait(5_400_000)]);
    expect(clock.now() - started).to.be.within(5_400_000, 5_430_000);
    expect(clock.speed).to.equal(2);
    clock.close();
  });

  it("leave the cloud's time the machine's where they are short", async () => {
    const clock = new RunningClock();
    const ahead = () => clock.now() - Date.now();
    const before = ahead();
    await waiterOn(clock)(20);
    expect(ahead()).to.be.closeTo(before, 5);
    clock.close();
  });

  it("step a clock that is stepped, one after the other", async () => {
    const clock = new SteppedClock();
    const started = clock.now();
    const wait = waiterOn(clock);
    await Promise.all([wait(1_000), wait(5_000)]);
    expect(clock.now() - started).to.equal(6_000);
  });
});
