import { expect } from "chai";
import sinon from "sinon";
import { deadlineOf } from "../../../../handlers/shared/batch";
import { isPassing } from "../../../../handlers/shared/failure";
import { realTiming, retryUntil } from "../../../../handlers/shared/retry";
import { awsError, invocation, steppedTiming } from "../../support/handlerFakes";

describe("retryUntil", () => {
  const attemptsUntil = async (deadlineMs: number, lastStartMs?: number) => {
    const timing = steppedTiming(() => 1);
    const start = timing.now();
    const begun: number[] = [];
    const failure: unknown = await retryUntil(
      start + deadlineMs,
      timing,
      () => {
        begun.push(timing.now() - start);
        return Promise.reject(awsError("ThrottlingException"));
      },
      ...(lastStartMs === undefined ? [] : [start + lastStartMs]),
    ).catch((error: unknown) => error);
    expect(failure).to.include({ name: "ThrottlingException" });
    return begun;
  };

  it("begins attempts until the deadline, ever further apart", async () => {
    expect(await attemptsUntil(800)).to.deep.equal([0, 25, 75, 175, 375, 775]);
    // At the deadline itself a call could only be cut short.
    expect(await attemptsUntil(75)).to.deep.equal([0, 25]);
    expect(await attemptsUntil(7_200)).to.deep.equal([0, 25, 75, 175, 375, 775, 1575, 3175, 5175, 7175]);
  });

  it("begins none after the last start that it is given, though there be time, nor after the deadline", async () => {
    expect(await attemptsUntil(800, 200)).to.deep.equal([0, 25, 75, 175]);
    expect(await attemptsUntil(100, 5_000)).to.deep.equal([0, 25, 75]);
  });

  it("calls not at all once the deadline is over", async () => {
    const timing = steppedTiming();
    const call = sinon.stub().resolves("done");
    const late: unknown = await retryUntil(timing.now(), timing, call).catch((error: unknown) => error);
    expect(late).to.have.property("name", "TimeoutError");
    expect(isPassing(late)).to.equal(true);
    expect(call.callCount).to.equal(0);
    expect(await retryUntil(timing.now() + 1, timing, call)).to.equal("done");
  });

  describe("by the clock", () => {
    let clock: sinon.SinonFakeTimers;
    beforeEach(() => {
      clock = sinon.useFakeTimers({ now: 1_000_000 });
    });
    afterEach(() => clock.restore());

    it("ends a call at its deadline, and not before", async () => {
      let signal: AbortSignal | undefined;
      const outcome = retryUntil(Date.now() + 799.5, realTiming, (given) => {
        signal = given;
        return new Promise<never>((_, reject) => {
          given.addEventListener("abort", () => reject(given.reason as Error));
        });
      }).catch((error: unknown) => error);
      await clock.tickAsync(799);
      expect(signal?.aborted).to.equal(false);
      await clock.tickAsync(1);
      expect(signal?.aborted).to.equal(true);
      expect(await outcome).to.have.property("name", "TimeoutError");
    });

    it("tells that the time was over, which passes, whatever a client calls the abort", async () => {
      const outcome = retryUntil(
        Date.now() + 800,
        realTiming,
        (signal) =>
          new Promise<never>((_, reject) => {
            signal.addEventListener("abort", () => reject(awsError("AbortError", 0)));
          }),
      ).catch((error: unknown) => error);
      await clock.tickAsync(800);
      const error = await outcome;
      expect([error instanceof Error && error.name, isPassing(error)]).to.deep.equal(["TimeoutError", true]);
    });

    it("leaves no timer behind, however a call ends", async () => {
      await retryUntil(Date.now() + 800, realTiming, () => Promise.resolve());
      await retryUntil(Date.now() + 800, realTiming, () => Promise.reject(new Error("no"))).catch(() => "no");
      expect(clock.countTimers()).to.equal(0);
    });

    it("waits in real time, at random", async () => {
      expect(realTiming.now()).to.equal(1_000_000);
      let awake = false;
      const sleeping = realTiming.sleep(25).then(() => (awake = true));
      await clock.tickAsync(24);
      expect(awake).to.equal(false);
      await clock.tickAsync(1);
      await sleeping;
      const draws = Array.from({ length: 20 }, () => realTiming.random());
      expect(new Set(draws).size).to.be.greaterThan(1);
      for (const draw of draws) expect(draw).to.be.within(0, 1);
    });
  });
});

describe("deadlineOf", () => {
  it("keeps a second to answer, and begins nothing that it leaves too little time", () => {
    const timing = steppedTiming();
    const deadline = deadlineOf(invocation(3_000), timing);
    expect(deadline.end - timing.now()).to.equal(2_000);
    expect([deadline.allowsStart(), deadline.allowsStart(2_001)]).to.deep.equal([true, false]);
    timing.advance(1);
    expect([deadline.allowsStart(), deadline.allowsStart(1_999)]).to.deep.equal([false, true]);
  });
});
