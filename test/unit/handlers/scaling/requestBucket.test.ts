import { expect } from "chai";
import { RequestBucket } from "../../../../handlers/scaling/requestBucket";
import { steppedTiming } from "../../support/handlerFakes";

describe("RequestBucket", () => {
  for (const [what, pauses, waits] of [
    ["lets five calls pass at once, and then two a second", [0, 0, 0, 0, 0, 0, 0], [500, 500]],
    ["counts a part of what it waits for", [0, 0, 0, 0, 0, 250, 0], [250, 500]],
    ["refills by two a second", [0, 0, 0, 0, 0, 1_000, 0, 0], [500]],
    ["holds five at most, however long nobody calls", [0, 0, 0, 0, 0, 3_600_000, 0, 0, 0, 0, 0], [500]],
    ["refills while nobody waits", [0, 500, 500, 500, 500, 500, 0, 0, 0, 0, 0], [500]],
    ["loses nothing to a clock that is set back", [0, 0, 0, 0, 0, -60_000], [500]],
  ] as const) {
    it(what, async () => {
      const timing = steppedTiming();
      const bucket = new RequestBucket(timing);
      for (const pause of pauses) {
        timing.advance(pause);
        await bucket.take();
      }
      expect(timing.sleeps).to.deep.equal(waits);
    });
  }
});
