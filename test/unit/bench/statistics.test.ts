import { expect } from "chai";
import { array, assert, double, property } from "fast-check";
import { median, medianRatio } from "../../../bench/statistics";

describe("medians of repeats", () => {
  it("takes the middle one, whatever the order", () => {
    expect(median([3, 100, 1])).to.equal(3);
    expect(median([10, 9, 8, 2, 1])).to.equal(8);
  });

  it("takes the mean of two in the middle", () => {
    expect(median([4, 1, 100, 2])).to.equal(3);
  });

  it("has none of nothing", () => {
    expect(median([])).to.be.NaN;
  });

  it("has as many values below as above, and leaves the repeats alone", () => {
    const values = double({ min: -1e9, max: 1e9, noNaN: true });
    assert(
      property(array(values, { minLength: 1 }), (repeats) => {
        const given = [...repeats];
        const middle = median(repeats);
        expect(repeats).to.deep.equal(given);
        const half = repeats.length / 2;
        expect(repeats.filter((value) => value < middle).length).to.be.at.most(half);
        expect(repeats.filter((value) => value > middle).length).to.be.at.most(half);
      }),
    );
  });

  it("compares within each turn: a slow turn is slow on both sides", () => {
    expect(medianRatio([1, 50, 2], [2, 100, 4])).to.equal(0.5);
    // The medians' own ratio would be 10 / 3.
    expect(medianRatio([1, 10, 30], [1, 3, 30])).to.equal(1);
  });

  it("refuses turns without a counterpart", () => {
    expect(() => medianRatio([1, 2], [1])).to.throw(RangeError, "got 2 and 1 turns");
  });
});
