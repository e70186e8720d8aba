import { expect } from "chai";
import { afterFunctionError, afterThrottle } from "../../../src/services/lambda/asyncDecision";

describe("retries of asynchronous invocations", () => {
  const limits = { maximumRetryAttempts: 2, maximumEventAgeMs: 6 * 3600 * 1000 };

  it("come after one minute, then after two, then no more", () => {
    expect([1, 2, 3].map((errors) => afterFunctionError(errors, 0, limits))).to.deep.equal([
      { kind: "retry", delayMs: 60_000 },
      { kind: "retry", delayMs: 120_000 },
      { kind: "give-up", condition: "RetriesExhausted" },
    ]);
  });

  it("do not come at all when there shall be none", () => {
    const none = { ...limits, maximumRetryAttempts: 0 };
    expect(afterFunctionError(1, 0, none)).to.deep.equal({ kind: "give-up", condition: "RetriesExhausted" });
  });

  it("do not come once the event would be too old", () => {
    const short = { ...limits, maximumEventAgeMs: 60_000 };
    expect(afterFunctionError(1, 0, short).kind).to.equal("retry");
    expect(afterFunctionError(1, 1, short)).to.deep.equal({ kind: "give-up", condition: "EventAgeExceeded" });
  });

  it("after throttles grow from a second to five minutes, and only age ends them", () => {
    const delays = [1, 2, 3, 9, 10, 40].map((throttles) => afterThrottle(throttles, 0, limits));
    expect(delays.map((decision) => decision.kind === "retry" && decision.delayMs)).to.deep.equal([
      1000, 2000, 4000, 256_000, 300_000, 300_000,
    ]);
    expect(afterThrottle(1, limits.maximumEventAgeMs, limits).kind).to.equal("give-up");
  });
});
