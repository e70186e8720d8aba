import { expect } from "chai";
import { greatestWish, wishFor } from "../../../../handlers/scaling/wish";
import { settings, WAKE_METRIC } from "./situation";

describe("greatestWish", () => {
  it("is the one for the most instances, and of several the first", () => {
    const first = { wanted: 3 };
    expect(greatestWish({ wanted: 1 }, first, { wanted: 3, reserve: 1 }, { wanted: 2 })).to.equal(first);
    expect(greatestWish(first, { wanted: 3 })).to.equal(first);
  });
});

describe("wishFor", () => {
  const sleepy = {
    ...settings,
    minInstances: 0,
    wakeMetric: WAKE_METRIC,
    tolerance: 0.25,
    reserveInstances: 1,
  };

  it("lets a fleet fall asleep while each of its instances, those in reserve too, has no more than the tolerance", () => {
    expect(wishFor(0.5, 2, sleepy)).to.deep.equal({ wanted: 1 });
    expect(wishFor(0.51, 2, sleepy)).to.deep.equal({ wanted: 2, reserve: 1 });
    expect(wishFor(0.25, 2, sleepy)).to.deep.equal({ wanted: 0 });
  });
});
