import { expect } from "chai";
import fc from "fast-check";
import { nextBatch } from "../../../src/services/lambda/mappings/batching";

describe("nextBatch", () => {
  const limits = { maxRecords: 10, windowMs: 5000, maxBytes: 100 };

  const table: [string, number[], number, typeof limits, ReturnType<typeof nextBatch>][] = [
    ["nothing waits", [], 0, limits, { kind: "empty" }],
    ["one record and an open window", [10], 4999, limits, { kind: "waiting", until: 5000 }],
    ["the window has passed", [10, 10], 5000, limits, { kind: "ready", count: 2 }],
    ["the batch is full", Array<number>(10).fill(1), 0, limits, { kind: "ready", count: 10 }],
    ["there are more records than fit", Array<number>(12).fill(1), 0, limits, { kind: "ready", count: 10 }],
    ["no window", [1], 0, { ...limits, windowMs: 0 }, { kind: "ready", count: 1 }],
    ["the next record would exceed the payload", [50, 40, 40], 0, limits, { kind: "ready", count: 2 }],
    ["the commas count", [33, 33, 31], 0, limits, { kind: "waiting", until: 5000 }],
    ["one comma too many", [33, 33, 32], 0, limits, { kind: "ready", count: 2 }],
    ["one record alone is too large", [500, 1], 0, limits, { kind: "ready", count: 1 }],
  ];
  for (const [what, sizes, now, given, expected] of table) {
    it(`${expected.kind} when ${what}`, () => {
      expect(nextBatch(sizes, 0, now, given)).to.deep.equal(expected);
    });
  }

  it("works any records off in order, within both bounds, once the window has passed", () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 120 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(sizes, (all) => {
        let rest = all;
        while (rest.length > 0) {
          const state = nextBatch(rest, 0, limits.windowMs, limits);
          if (state.kind !== "ready") throw new Error(`got ${state.kind}`);
          const batch = rest.slice(0, state.count);
          expect(batch.length).to.be.within(1, limits.maxRecords);
          if (batch.length > 1) expect(batch.reduce((a, b) => a + b)).to.be.at.most(limits.maxBytes);
          rest = rest.slice(state.count);
        }
      }),
    );
  });
});
