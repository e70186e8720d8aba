import { expect } from "chai";
import fc from "fast-check";
import { useFakeTimers, type SinonFakeTimers } from "sinon";
import { RunningClock, SteppedClock } from "../../../src/core/clock";

describe("SteppedClock", () => {
  it("stands still until it is stepped", async () => {
    const clock = new SteppedClock(1000);
    expect(clock.now()).to.equal(1000);
    await clock.settle();
    expect(clock.now()).to.equal(1000);
    await clock.advance(250);
    expect(clock.now()).to.equal(1250);
  });

  it("fires timers in order of time, and timers of one time in the order in which they were set", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 20 }), async (delays) => {
        const clock = new SteppedClock(0);
        const fired: { index: number; at: number }[] = [];
        delays.forEach((delay, index) => clock.after(delay, () => fired.push({ index, at: clock.now() })));
        await clock.advance(50);
        const expected = delays
          .map((at, index) => ({ index, at }))
          .sort((a, b) => a.at - b.at || a.index - b.index);
        expect(fired).to.deep.equal(expected);
      }),
      { numRuns: 30 },
    );
  });

  it("fires timers that a timer sets, when they fall within the same step", async () => {
    const clock = new SteppedClock(0);
    const times: number[] = [];
    const tick = () => {
      times.push(clock.now());
      clock.after(60, tick);
    };
    clock.after(60, tick);
    await clock.advance(200);
    expect(times).to.deep.equal([60, 120, 180]);
  });

  it("waits for work in flight before it goes on", async () => {
    const clock = new SteppedClock(0);
    const seen: string[] = [];
    clock.after(10, () => {
      void clock.busy(
        new Promise<void>((resolve) =>
          setTimeout(() => {
            seen.push(`work done at ${clock.now()}`);
            resolve();
          }, 5),
        ),
      );
    });
    clock.after(20, () => seen.push(`timer at ${clock.now()}`));
    await clock.advance(30);
    expect(seen).to.deep.equal(["work done at 10", "timer at 20"]);
  });

  it("never fires a timer that was taken back", async () => {
    const clock = new SteppedClock(0);
    let fired = false;
    const cancel = clock.after(10, () => (fired = true));
    cancel();
    await clock.advance(20);
    expect(fired).to.equal(false);
  });

  it("ends a sleep at once when its signal aborts", async () => {
    const clock = new SteppedClock(0);
    const controller = new AbortController();
    const sleep = clock.sleep(1_000_000, controller.signal);
    controller.abort();
    await sleep;
    expect(clock.now()).to.equal(0);
  });
});

describe("RunningClock", () => {
  /** What the machine's time is, to the millisecond, however long the machine takes. */
  let machine: SinonFakeTimers;

  beforeEach(() => {
    machine = useFakeTimers({
      now: 1_000_000,
      toFake: ["Date", "performance", "setTimeout", "clearTimeout"],
    });
  });
  afterEach(() => {
    machine.restore();
  });

  it("stands still while it is paused, and goes on from there", () => {
    const clock = new RunningClock(1000);
    machine.tick(2);
    expect(clock.now()).to.equal(1_002_000);
    clock.pause();
    machine.tick(5);
    expect(clock.now()).to.equal(1_002_000);
    expect(clock).to.include({ paused: true, speed: 1000 });
    clock.pause(false);
    machine.tick(3);
    expect(clock.now()).to.equal(1_005_000);
    expect(clock.rate()).to.equal(1000);
    clock.close();
  });

  it("steps through its timers in their order, each at its time, those that they set included", async () => {
    const clock = new RunningClock();
    clock.pause();
    const start = clock.now();
    const fired: number[] = [];
    const tick = () => {
      fired.push(Math.round(clock.now() - start));
      if (fired.length < 10) clock.after(60_000, tick);
    };
    clock.after(60_000, tick);
    await clock.step(150_000);
    expect(fired).to.deep.equal([60_000, 120_000]);
    expect(Math.round(clock.now() - start)).to.equal(150_000);
    clock.close();
  });

  it("skips from timer to timer while nothing is in flight, each at its time, in no real time", async () => {
    const clock = new RunningClock(60);
    const fired: number[] = [];
    const tick = () => {
      fired.push(clock.now());
      clock.after(60_000, tick);
    };
    clock.after(60_000, tick);
    await clock.skip(150_000);
    expect(fired).to.deep.equal([1_060_000, 1_120_000]);
    expect(clock.now()).to.equal(1_150_000);
    expect(clock.speed).to.equal(60);
    machine.tick(500);
    expect(fired).to.deep.equal([1_060_000, 1_120_000, 1_180_000]);
    clock.close();
  });

  /** So many milliseconds, and what they begin. */
  const passes = async (ms: number) => {
    await machine.tickAsync(ms);
    for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
  };

  it("lets work in flight see real time while it skips, that of its own timers included", async () => {
    const clock = new RunningClock();
    const first = Promise.withResolvers<undefined>();
    const second = Promise.withResolvers<undefined>();
    void clock.busy(first.promise);
    clock.after(1_000, () => void Promise.resolve().then(() => clock.busy(second.promise)));
    let over = false;
    const skipping = clock.skip(3_600_000).then(() => (over = true));
    await passes(20);
    expect(clock.now()).to.equal(1_000_020);
    first.resolve(undefined);
    await passes(20);
    expect(clock.now()).to.be.within(1_001_000, 1_001_040);
    expect(over).to.equal(false);
    second.resolve(undefined);
    await passes(20);
    await skipping;
    expect(clock.now()).to.be.within(4_600_000, 4_600_040);
    clock.close();
  });

  it("skips nothing while it is paused, and nothing more once it is closed", async () => {
    const clock = new RunningClock();
    clock.pause();
    const skipping = clock.skip(60_000);
    await passes(50);
    expect(clock.now()).to.equal(1_000_000);
    clock.close();
    await passes(10);
    await skipping;
    expect(clock.now()).to.equal(1_000_000);
  });

  it("runs at its speed when idle, and at real speed while work is in flight", async () => {
    const clock = new RunningClock(60);
    expect(clock.rate()).to.equal(60);
    machine.tick(10);
    const work = Promise.withResolvers<string>();
    const outcome = clock.busy(work.promise);
    expect(clock.rate()).to.equal(1);
    machine.tick(10);
    work.resolve("done");
    expect(await outcome).to.equal("done");
    expect(clock.rate()).to.equal(60);
    machine.tick(10);
    expect(clock.now()).to.equal(1_000_000 + 600 + 10 + 600);
    clock.close();
  });

  it("fires a minute's timer after as much less real time as it is faster", async () => {
    const clock = new RunningClock(3600);
    let fired = 0;
    clock.after(60_000, () => (fired = clock.now()));
    await machine.tickAsync(16);
    expect(fired).to.equal(0);
    await machine.tickAsync(1);
    expect(fired).to.be.within(1_060_000, 1_061_200);
    clock.close();
  });

  it("takes another speed at any moment, and keeps its time", async () => {
    const clock = new RunningClock();
    const waiting = clock.sleep(60_000);
    await machine.tickAsync(1_000);
    clock.setSpeed(1000);
    expect(clock.rate()).to.equal(1000);
    await machine.tickAsync(59);
    await waiting;
    expect(clock.now()).to.equal(1_060_000);
    clock.setSpeed(1);
    expect(clock.rate()).to.equal(1);
    machine.tick(5);
    expect(clock.now()).to.equal(1_060_005);
    expect(() => clock.setSpeed(0)).to.throw("speed: got 0; expected a number of at least 1");
    clock.close();
  });

  it("refuses a speed below real time", () => {
    expect(() => new RunningClock(0.5)).to.throw("speed: got 0.5; expected a number of at least 1");
  });
});
