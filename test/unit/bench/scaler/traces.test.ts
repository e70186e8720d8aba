import { expect } from "chai";
import { parseTrace, standardTraces } from "../../../../bench/scaler/traces";

describe("standardTraces", () => {
  it("are the same for the same seed, and their noise another for another", () => {
    expect(standardTraces(3)).to.deep.equal(standardTraces(3));
    const noisy = (seed: number) => standardTraces(seed).find(({ name }) => name === "noisy day")?.demand;
    expect(noisy(1)).not.to.deep.equal(noisy(2));
  });

  it("are six, each with some demand at every minute", () => {
    const traces = standardTraces(1);
    expect(traces.map(({ name }) => name)).to.deep.equal([
      "step",
      "ramp",
      "sine",
      "spike",
      "flash crowd",
      "noisy day",
    ]);
    for (const { demand } of traces) expect(Math.min(...demand)).to.be.greaterThan(0);
  });
});

describe("parseTrace", () => {
  it("reads minutes and demand, with or without a header", () => {
    expect(parseTrace("t", "minute,demand\n0,1\n1,2.5\n").demand).to.deep.equal([1, 2.5]);
    expect(parseTrace("t", "0, 1\r\n1, 2.5").demand).to.deep.equal([1, 2.5]);
  });

  it("fills gaps with the demand before them, and the beginning with the first", () => {
    expect(parseTrace("t", "2,4\n5,1\n").demand).to.deep.equal([4, 4, 4, 4, 4, 1]);
  });

  for (const [what, csv, problem] of [
    ["a demand that is none", "minute,demand\n0,1\n1,x\n", /^t, line 3: got "1,x"; expected/],
    ["a negative demand", "0,-1\n", /line 1: got "0,-1"/],
    ["minutes out of order", "0,1\n2,1\n1,1\n", /line 3: minute 1 does not come after the one before/],
    ["a minute twice", "0,1\n0,1\n", /line 2: minute 0 does not come after/],
    ["a month and more", "0,1\n99999,1\n", /line 2: got minute 99999; expected at most 44640/],
    ["nothing", "minute,demand\n", /^t: got 0 minutes; expected at least 2/],
  ] as const) {
    it(`refuses ${what}, with the line`, () => {
      expect(() => parseTrace("t", csv)).to.throw(problem);
    });
  }
});
