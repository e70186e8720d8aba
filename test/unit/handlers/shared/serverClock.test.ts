import { expect } from "chai";
import { createServerClock } from "../../../../handlers/shared/serverClock";

const MINUTE = 60_000;

describe("createServerClock", () => {
  const start = Date.parse("2026-11-24T12:00:00.000Z");
  /** @param aheadMs how far this machine's clock is ahead of the server's. */
  const setUp = (aheadMs: number) => {
    let ours = start + aheadMs;
    const clock = createServerClock(() => ours);
    return {
      clock,
      advance: (ms: number) => (ours += ms),
      server: () => new Date(ours - aheadMs).toUTCString(),
    };
  };

  for (const [what, aheadMs] of [
    ["slow", -10 * MINUTE],
    ["fast", 10 * MINUTE],
  ] as const) {
    it(`signs by the server's time once an answer has shown that this clock is ${what}`, () => {
      const { clock, advance, server } = setUp(aheadMs);
      const first = clock.sign();
      expect(first.date.getTime()).to.equal(start + aheadMs);
      advance(500);
      expect(clock.learn(server(), first)).to.equal(true);
      advance(MINUTE);
      const second = clock.sign();
      expect(Math.abs(second.date.getTime() - (start + 500 + MINUTE))).to.be.at.most(1_000);
      expect(clock.learn(server(), second)).to.equal(false);
    });
  }

  it("takes four minutes away for wrong, by an answer that took a minute at most", () => {
    for (const aheadMs of [-4 * MINUTE, 4 * MINUTE]) {
      for (const [tookMs, learnt] of [
        [MINUTE, true],
        [MINUTE + 1, false],
      ] as const) {
        const { clock, advance } = setUp(aheadMs);
        const signing = clock.sign();
        advance(tookMs);
        // By the server's clock: its date has no parts of seconds, and none is lost here.
        const answered = new Date(start + MINUTE);
        expect(
          clock.learn(answered.toUTCString(), { ...signing, date: new Date(start + 5 * MINUTE) }),
        ).to.equal(true);
        const offset = clock.sign().date.getTime() - (start + aheadMs + tookMs);
        expect(offset !== 0).to.equal(learnt);
      }
    }
  });

  it("follows a clock that was slow and is fast", () => {
    let ours = start - 10 * MINUTE;
    const clock = createServerClock(() => ours);
    clock.learn(new Date(start).toUTCString(), clock.sign());
    ours = start + 10 * MINUTE;
    clock.learn(new Date(start).toUTCString(), clock.sign());
    expect(clock.sign().date.getTime()).to.equal(start);
  });

  it("leaves a clock alone that AWS takes", () => {
    for (const aheadMs of [0, 3.9 * MINUTE, -3.9 * MINUTE]) {
      const { clock, server } = setUp(aheadMs);
      const signing = clock.sign();
      expect(clock.learn(server(), signing)).to.equal(false);
      expect(clock.sign().date).to.deep.equal(signing.date);
    }
  });

  // Signed, frozen, sent: this clock was right all the time.
  it("has a request signed anew that a standstill made old, and learns nothing from an answer that it made old", () => {
    const { clock, advance, server } = setUp(0);
    const signing = clock.sign();
    const early = server();
    advance(30 * MINUTE);
    expect(clock.learn(server(), signing)).to.equal(true);
    expect(clock.learn(early, signing)).to.equal(false);
    expect(clock.sign().date.getTime()).to.equal(start + 30 * MINUTE);
  });

  it("takes its own clock's word again once that has been set right", () => {
    let ours = start - 20 * MINUTE;
    const clock = createServerClock(() => ours);
    clock.learn(new Date(start).toUTCString(), clock.sign());
    ours = start;
    const signing = clock.sign();
    expect(clock.learn(new Date(start).toUTCString(), signing)).to.equal(true);
    expect(clock.sign().date.getTime()).to.equal(start);
  });

  it("learns nothing from what is no date", () => {
    const { clock } = setUp(0);
    const signing = clock.sign();
    expect(clock.learn(undefined, signing)).to.equal(false);
    expect(clock.learn("soon", signing)).to.equal(false);
    expect(clock.sign().date.getTime()).to.equal(start);
  });
});
