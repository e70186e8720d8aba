import { expect } from "chai";
import fc from "fast-check";
import { LatencyHistogram } from "../../../../tools/demonstration/latencyHistogram";

describe("a histogram of latencies", () => {
  it("gives nearest-rank percentiles within half a percent", () => {
    const durations = fc.array(fc.double({ min: 0.02, max: 1e9, noNaN: true }), {
      minLength: 1,
      maxLength: 200,
    });
    fc.assert(
      fc.property(durations, fc.integer({ min: 0, max: 100 }), (values, p) => {
        const histogram = new LatencyHistogram();
        for (const value of values) histogram.add(value);
        const sorted = values.toSorted((a, b) => a - b);
        const exact = sorted[Math.max(1, Math.ceil((p / 100) * values.length)) - 1]!;
        expect(histogram.percentile(p) / exact).to.be.closeTo(1, 0.00501);
      }),
    );
  });

  it("gives 0 for no durations, and takes the shortest and the longest", () => {
    const histogram = new LatencyHistogram();
    expect(histogram.percentile(99)).to.equal(0);
    histogram.add(0);
    expect(histogram.percentile(50)).to.be.closeTo(0.01, 1e-9);
    histogram.add(Number.MAX_SAFE_INTEGER);
    expect(histogram.percentile(99)).to.be.greaterThan(1e9);
  });
});
