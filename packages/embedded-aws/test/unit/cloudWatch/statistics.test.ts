import { expect } from "chai";
import fc from "fast-check";
import {
  type Aggregate,
  aggregateOfValue,
  isStatistic,
  mergeAggregates,
  statistic,
} from "../../../src/services/cloudWatch/statistics";

const of = (values: readonly number[]): Aggregate =>
  values.map((value) => aggregateOfValue(value)).reduce(mergeAggregates);

describe("statistics of a metric", () => {
  it("are those of the values", () => {
    const data = of([4, 1, 3]);
    const names = ["SampleCount", "Sum", "Average", "Minimum", "Maximum", "p0", "p50", "p99.9", "p100"];
    expect(names.map((name) => statistic(data, name))).to.deep.equal([3, 8, 8 / 3, 1, 4, 1, 3, 4, 4]);
  });

  it("count a value as often as it was reported", () => {
    const data = mergeAggregates(aggregateOfValue(10, 99), aggregateOfValue(500));
    expect(statistic(data, "Average")).to.equal(14.9);
    expect(statistic(data, "p99")).to.equal(10);
    expect(statistic(data, "p100")).to.equal(500);
  });

  it("tell negative values, zero and values below one apart", () => {
    const data = of([-0.001, 0.001, 0, -5]);
    expect(["p25", "p50", "p75", "p100"].map((name) => statistic(data, name))).to.deep.equal([
      -5, -0.001, 0, 0.001,
    ]);
  });

  it("give no percentile of a statistic set", () => {
    expect(statistic({ count: 2, sum: 3, minimum: 1, maximum: 2, bins: new Map() }, "p90")).to.equal(
      undefined,
    );
  });

  it("are known by name", () => {
    expect(["Average", "p99", "p99.99", "p100"].every(isStatistic)).to.equal(true);
    expect(["average", "p101", "tm99", "p"].some(isStatistic)).to.equal(false);
  });

  it("give percentiles within two percent of the exact ones", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.01, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 200 }),
        fc.integer({ min: 1, max: 100 }),
        (values, percent) => {
          const sorted = [...values].sort((a, b) => a - b);
          const exact = sorted[Math.ceil((percent / 100) * sorted.length) - 1]!;
          expect(statistic(of(values), `p${percent}`)).to.be.closeTo(exact, exact * 0.02);
        },
      ),
    );
  });
});
