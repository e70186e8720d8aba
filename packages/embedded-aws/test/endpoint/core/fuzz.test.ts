import { expect } from "chai";
import { fuzz } from "../../fuzz/fuzz";

describe("the endpoint under broken requests", function () {
  this.timeout(60_000);

  // `npm run fuzz` goes on for longer, and measures time and memory.
  it("answers each of them, and none with a failure of its own", async () => {
    const { requests, faults, statuses } = await fuzz({ seed: 1, seconds: 50, most: 400 });
    expect(faults).to.deep.equal([]);
    expect(requests).to.be.above(100);
    expect(statuses.get(200)).to.be.above(0);
    expect(statuses.get(400)).to.be.above(0);
  });
});
