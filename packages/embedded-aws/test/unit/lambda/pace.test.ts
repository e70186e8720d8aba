import { expect } from "chai";
import { faster, initialPace, slower, type Pace } from "../../../src/services/lambda/mappings/pace";

describe("the pace of a queue's poller", () => {
  const times = (count: number, step: (pace: Pace) => Pace, from: Pace) =>
    Array.from({ length: count }).reduce<Pace>((pace) => step(pace), from);

  it("starts with five batches at one time, or as many as are allowed", () => {
    expect(initialPace(8)).to.deep.equal({ concurrency: 5, delayMs: 0 });
    expect(initialPace(2)).to.deep.equal({ concurrency: 2, delayMs: 0 });
  });

  it("grows to the maximum, and no further, while batches succeed", () => {
    expect(times(2, (pace) => faster(pace, 8), initialPace(8)).concurrency).to.equal(7);
    expect(times(50, (pace) => faster(pace, 8), initialPace(8)).concurrency).to.equal(8);
  });

  it("backs off with each failure, down to one batch a minute", () => {
    const delays = [1, 2, 3, 7, 20].map((count) => times(count, slower, initialPace(8)).delayMs);
    expect(delays).to.deep.equal([1000, 2000, 4000, 60_000, 60_000]);
    expect(times(20, slower, initialPace(8)).concurrency).to.equal(1);
  });

  it("recovers after failures", () => {
    const slowest = times(20, slower, initialPace(8));
    expect(times(20, (pace) => faster(pace, 8), slowest)).to.deep.equal({ concurrency: 8, delayMs: 0 });
  });
});
