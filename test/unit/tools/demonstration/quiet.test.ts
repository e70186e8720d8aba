import { expect } from "chai";
import * as fc from "fast-check";
import { wishFor } from "../../../../handlers/scaling/wish";
import { quietDemand, quietSize } from "../../../../tools/demonstration/quiet";
import { settings } from "../../handlers/scaling/situation";

describe("a quiet day of a fleet", () => {
  for (const [what, given, size] of [
    ["its minimum", { minInstances: 2, maxInstances: 9, reserveInstances: 0 }, 2],
    ["an instance and its reserve", { minInstances: 1, maxInstances: 9, reserveInstances: 3 }, 4],
    ["a minimum that holds the reserve too", { minInstances: 5, maxInstances: 9, reserveInstances: 3 }, 5],
    ["no more than its maximum", { minInstances: 1, maxInstances: 3, reserveInstances: 3 }, 3],
    ["none where it sleeps", { minInstances: 0, maxInstances: 3, reserveInstances: 2 }, 0],
    ["what a large reserve does by itself", { minInstances: 1, maxInstances: 99, reserveInstances: 30 }, 33],
  ] as const)
    it(`has ${what}: ${size}`, () => {
      expect(quietSize({ ...settings, ...given }, { ...settings, ...given })).to.equal(size);
    });

  it("is never quiet at a target that instances without work reach", () => {
    const all = { ...settings, minInstances: 1, maxInstances: 7, reserveInstances: 0 };
    expect([4, 5].map((targetCpuPercent) => quietSize(all, { ...all, targetCpuPercent }))).to.deep.equal([
      7, 1,
    ]);
  });

  it("is one that the scaler's own decision keeps it at, or below, at any limits, target, reserve and tolerance", () => {
    const limits = fc.record({
      minInstances: fc.integer({ min: 1, max: 20 }),
      maxInstances: fc.integer({ min: 20, max: 90 }),
      reserveInstances: fc.nat(60),
      targetCpuPercent: fc.integer({ min: 1, max: 95 }),
      tolerance: fc.constantFrom(0, 0.1, 0.5),
    });
    fc.assert(
      fc.property(limits, fc.nat(90), (given, present) => {
        const all = { ...settings, ...given };
        const size = quietSize(all, all);
        const idle = (2 * Math.min(present, size)) / 100;
        const load = Math.max(idle, quietDemand(all, all));
        const needed = (100 * load) / all.targetCpuPercent;
        // As a fleet that has just grown reckons.
        const { wanted } = wishFor(needed * (1 + 2 * all.tolerance), size, { ...all, tolerance: 0 });
        const kept = Math.min(all.maxInstances, Math.max(all.minInstances, wanted));
        expect(kept).to.be.at.most(size);
      }),
    );
  });
});
