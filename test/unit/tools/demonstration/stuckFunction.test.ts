import { expect } from "chai";
import { SteppedClock, EventStream, type CloudEvent } from "embedded-aws";
import { CannotGoOn, unlessStuck, type Expectation } from "../../../../tools/demonstration/stuckFunction";

const expectation: Expectation = {
  functionNames: ["process", "confirm"],
  progress: new Set<CloudEvent["type"]>(["item-inserted", "message-deleted"]),
  achievement: "item-inserted",
  patienceMs: 5000,
};
type Outcome = Extract<CloudEvent, { type: "invocation-ended" }>["outcome"];

/** A part of the demonstration that ends only when it is ended. */
function watched() {
  const clock = new SteppedClock(Date.UTC(2026, 0, 31));
  const events = new EventStream(() => clock.now());
  const person = new AbortController();
  let ended: unknown;
  const run = (signal: AbortSignal) =>
    new Promise<never>((_resolve, reject) => {
      signal.addEventListener("abort", () => reject(new Error("aborted")));
    });
  void unlessStuck({ clock, events }, expectation, person.signal, run).catch((error: unknown) => {
    ended = error;
  });
  return {
    person,
    start: (functionName: string) =>
      events.publish({
        type: "invocation-started",
        functionName,
        requestId: "r",
        coldStart: false,
        payload: Buffer.from("{}"),
      }),
    end: (
      functionName: string,
      outcome: Outcome,
      error: object = { errorType: "TypeError", errorMessage: "bad", place: "handlers/a.ts:3" },
    ) =>
      events.publish({
        type: "invocation-ended",
        functionName,
        requestId: "r",
        durationMs: 1,
        outcome,
        ...(outcome === "failed" && error),
      }),
    store: () => events.publish({ type: "item-inserted", tableName: "orders", keys: {} }),
    log: (logGroupName: string, line: object) =>
      events.publish({ type: "log", logGroupName, logStreamName: "s", message: JSON.stringify(line) }),
    /** Why it ended, after so many seconds more; undefined when it has not. */
    after: async (seconds: number): Promise<unknown> => {
      await clock.advance(seconds * 1000);
      await new Promise(setImmediate);
      return ended instanceof CannotGoOn ? ended.message : ended;
    },
  };
}

describe("a demonstration behind a function that fails", () => {
  it("ends in seconds when it has only failed, and says how and where", async () => {
    const { start, end, after } = watched();
    for (const _ of [1, 2]) start("process");
    for (const _ of [1, 2]) end("process", "failed");
    expect(await after(4)).to.equal(undefined);
    expect(await after(4)).to.equal(
      "process failed 2 times in a row, and nothing else happens: TypeError: bad, at handlers/a.ts:3",
    );
  });

  it("does not wait for invocations that will fail, too", async () => {
    const { start, end, after } = watched();
    for (const _ of [1, 2, 3, 4]) start("process");
    end("process", "failed");
    expect(await after(60)).to.equal(undefined);
    end("process", "failed");
    end("process", "failed");
    expect(await after(8)).to.match(/^process failed 3 times/);
  });

  it("goes on while something else happens", async () => {
    const { start, end, store, after } = watched();
    start("confirm");
    end("confirm", "failed");
    for (let second = 0; second < 60; second += 4) {
      store();
      expect(await after(4)).to.equal(undefined);
    }
    expect(await after(8)).to.match(/^confirm failed, and nothing else happens/);
  });

  it("waits for a batch to come back to a function that has worked", async () => {
    const { start, end, after } = watched();
    start("process");
    end("process", "succeeded");
    for (const _ of [1, 2]) {
      start("process");
      end("process", "failed");
    }
    expect(await after(300)).to.equal(undefined);
    start("process");
    end("process", "succeeded");
    expect(await after(3000)).to.equal(undefined);
  });

  it("ends when one that has worked fails again and again", async () => {
    const { start, end, after } = watched();
    start("process");
    end("process", "succeeded");
    for (const _ of [1, 2, 3]) end("process", "failed");
    expect(await after(70)).to.match(/^process failed 3 times in a row/);
  });

  it("ends when a function fails at everything inside, and says so itself", async () => {
    const { start, end, log, after } = watched();
    start("process");
    log("/aws/lambda/process-logs", { level: "WARN", failure: { name: "TypeError", message: "no store" } });
    end("process", "succeeded");
    expect(await after(15)).to.equal(undefined);
    expect(await after(15)).to.equal("process does nothing of what it should: TypeError: no store");
  });

  it("goes on when some of it succeeds, for the rest is tried again", async () => {
    const { start, end, log, store, after } = watched();
    start("process");
    log("/aws/lambda/process-logs", { failure: { name: "NotStarted", message: "late" } });
    store();
    end("process", "succeeded");
    expect(await after(3000)).to.equal(undefined);
  });

  it("minds throttles, other functions and other lines not at all", async () => {
    const { start, end, log, after } = watched();
    end("process", "throttled");
    start("other");
    for (const _ of [1, 2, 3, 4]) end("other", "failed");
    log("/aws/lambda/process-logs", { failure: "none", message: '"failure"' });
    log("/aws/lambda/process-logs", { message: "fine" });
    expect(await after(3000)).to.equal(undefined);
  });

  it("ends with the person's own end, when that comes first", async () => {
    const { person, end, after } = watched();
    end("process", "failed");
    person.abort();
    expect(await after(60)).to.have.property("message", "aborted");
  });
});
