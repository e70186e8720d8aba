import { expect } from "chai";
import { elasticityOf, instabilityOf, type Sample } from "../../../../bench/scaler/elasticity";

/** A value for each of 20 steps, from the steps at which it changes. */
function curve(...changes: readonly (readonly [at: number, value: number])[]): number[] {
  return Array.from({ length: 20 }, (_, step) => changes.findLast(([at]) => at <= step)?.[1] ?? 0);
}

describe("the elasticity metrics", () => {
  // The vector of a published tool's own tests.
  const demand = curve([0, 1], [7, 5], [16, 3], [17, 2], [19, 4]);
  const supply = curve([0, 1], [2, 2], [3, 1], [5, 3], [9, 7], [11, 6], [12, 8], [14, 2]);
  const samples: Sample[] = demand.map((value, step) => ({ demand: value, supply: supply[step] ?? 0 }));

  it("agree with a published vector, not divided by demand", () => {
    const sum = (of: (sample: Sample) => number) => samples.reduce((total, sample) => total + of(sample), 0);
    expect(sum((sample) => Math.max(sample.demand - sample.supply, 0))).to.equal(13);
    expect(sum((sample) => Math.max(sample.supply - sample.demand, 0))).to.equal(16);
  });

  it("agree with it by the formulas of SPEC's research group", () => {
    const { shortfall, excess, timeUnder, timeOver } = elasticityOf(samples);
    expect(shortfall).to.be.closeTo(14.167, 0.0005);
    expect(excess).to.be.closeTo(36, 1e-9);
    expect(timeUnder).to.be.closeTo(30, 1e-9);
    expect(timeOver).to.be.closeTo(40, 1e-9);
    expect(instabilityOf(samples)).to.be.closeTo(57.895, 0.0005);
  });

  it("find nothing wrong with a supply that is the demand", () => {
    const perfect = demand.map((value) => ({ demand: value, supply: value }));
    expect(elasticityOf(perfect)).to.deep.equal({ shortfall: 0, excess: 0, timeUnder: 0, timeOver: 0 });
    expect(instabilityOf(perfect)).to.equal(0);
  });

  it("take supply without demand for time only, which no ratio can say", () => {
    expect(elasticityOf([{ demand: 0, supply: 2 }])).to.deep.equal({
      shortfall: 0,
      excess: 0,
      timeUnder: 0,
      timeOver: 100,
    });
  });
});
