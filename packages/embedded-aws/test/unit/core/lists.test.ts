import { expect } from "chai";
import { appendAll, largest, smallest } from "../../../src/core/lists";

/** Enough to overflow the stack as arguments. */
const MANY = 300_000;

describe("lists", () => {
  it("have a largest and a smallest value, however long they are", () => {
    const values = Array.from({ length: MANY }, (_, index) => index);
    expect(largest(values)).to.equal(MANY - 1);
    expect(smallest(values)).to.equal(0);
    expect(() => Math.max(...values)).to.throw(RangeError);
  });

  it("have the given bound when they are empty", () => {
    expect(largest([], 3)).to.equal(3);
    expect(smallest([], 3)).to.equal(3);
    expect(largest([])).to.equal(-Infinity);
    expect(smallest([])).to.equal(Infinity);
  });

  it("take others at their end, however long these are", () => {
    const list = [-1];
    appendAll(
      list,
      Array.from({ length: MANY }, (_, index) => index),
    );
    expect(list).to.have.length(MANY + 1);
    expect(list.at(-1)).to.equal(MANY - 1);
  });
});
