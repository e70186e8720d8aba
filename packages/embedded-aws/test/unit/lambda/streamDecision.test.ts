import { expect } from "chai";
import fc from "fast-check";
import { afterInvocation, type Segment } from "../../../src/services/lambda/mappings/streamDecision";

describe("afterInvocation, what follows from a stream batch", () => {
  const identity = (record: string) => record;
  const failed = { kind: "failed" } as const;
  const partly = (...ids: string[]) => ({ kind: "partly-failed", failed: new Set(ids) }) as const;
  const rules = { bisect: false, maximumRetryAttempts: 2 };
  const batch = (failures: number, ...records: string[]): Segment<string> => ({ records, failures });

  it("goes on after a success", () => {
    const step = afterInvocation(batch(1, "1", "2"), { kind: "succeeded" }, identity, rules);
    expect(step).to.deep.equal({ segments: [], delayMs: 0 });
  });

  it("tries a failed batch again as it is, later each time", () => {
    const delays = [0, 1].map((failures) =>
      afterInvocation(batch(failures, "1", "2"), failed, identity, rules),
    );
    expect(delays).to.deep.equal([
      { segments: [batch(1, "1", "2")], delayMs: 500 },
      { segments: [batch(2, "1", "2")], delayMs: 1000 },
    ]);
  });

  it("gives a batch up once its retries are used", () => {
    const step = afterInvocation(batch(2, "1", "2"), failed, identity, rules);
    expect(step).to.deep.equal({ segments: [], discarded: batch(3, "1", "2"), delayMs: 0 });
  });

  it("never gives up when retries are unbounded", () => {
    const step = afterInvocation(batch(9999, "1"), failed, identity, {
      bisect: false,
      maximumRetryAttempts: -1,
    });
    expect(step.segments).to.deep.equal([batch(10_000, "1")]);
    expect(step.delayMs).to.equal(60_000);
  });

  it("halves a failed batch at no cost of attempts", () => {
    const step = afterInvocation(batch(1, "1", "2", "3"), failed, identity, { ...rules, bisect: true });
    expect(step).to.deep.equal({ segments: [batch(1, "1", "2"), batch(1, "3")], delayMs: 0 });
  });

  it("starts again at the lowest failed record", () => {
    const step = afterInvocation(batch(0, "1", "2", "3", "4"), partly("4", "2"), identity, rules);
    expect(step.segments).to.deep.equal([batch(1, "2", "3", "4")]);
  });

  it("counts a reported failure of the first record as a failed attempt", () => {
    const step = afterInvocation(batch(2, "1", "2"), partly("1"), identity, rules);
    expect(step.discarded).to.deep.equal(batch(3, "1", "2"));
  });

  it("counts no attempt when the function was throttled", () => {
    const step = afterInvocation(batch(2, "1"), { kind: "throttled" }, identity, rules);
    expect(step.segments).to.deep.equal([batch(2, "1")]);
  });

  it("with bisecting, isolates poison records: every other one succeeds, in order, and the end is reached", () => {
    const records = fc.uniqueArray(fc.integer({ min: 0, max: 50 }), { minLength: 1 });
    fc.assert(
      fc.property(records, fc.func(fc.boolean()), (numbers, isPoison) => {
        const all = numbers.sort((a, b) => a - b).map(String);
        const succeeded: string[] = [];
        const discarded: string[] = [];
        let segments: readonly Segment<string>[] = [batch(0, ...all)];
        for (let next = segments[0]; next !== undefined; next = segments[0]) {
          const ok = !next.records.some((record) => isPoison(record));
          if (ok) succeeded.push(...next.records);
          const step = afterInvocation(next, ok ? { kind: "succeeded" } : failed, identity, {
            ...rules,
            bisect: true,
          });
          discarded.push(...(step.discarded?.records ?? []));
          segments = [...step.segments, ...segments.slice(1)];
        }
        expect(succeeded).to.deep.equal(all.filter((record) => !isPoison(record)));
        expect(discarded).to.deep.equal(all.filter((record) => isPoison(record)));
      }),
    );
  });
});
