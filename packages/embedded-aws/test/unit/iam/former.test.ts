import { expect } from "chai";
import { Former } from "../../../src/core/iam/former";
import { SettlingMap } from "../../../src/core/iam/settlingMap";

describe("what stood before a change that does not count yet", () => {
  let now: number;
  const settling = { now: () => now, settlesAt: () => now + 1000 };
  beforeEach(() => {
    now = 0;
  });

  it("is in force until each change counts, the oldest first", () => {
    const map = new SettlingMap<string, number>(settling);
    map.set("a", 1);
    now = 500;
    map.set("a", 2);
    const inForce = (at: number) => Object.fromEntries(map.inForce(at));
    expect(inForce(999)).to.deep.equal({});
    expect(inForce(1000)).to.deep.equal({ a: 1 });
    expect(inForce(1500)).to.deep.equal({ a: 2 });
  });

  it("is not kept any longer, though nobody ever asks", () => {
    const former = new Former<number>(settling);
    for (let change = 0; change < 10_000; change++) {
      former.push(change);
      now += 100;
    }
    expect(former.size).to.equal(10);
  });
});
