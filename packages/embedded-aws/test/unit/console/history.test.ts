import { expect } from "chai";
import fc from "fast-check";
import { History } from "../../../src/console/history";
import type { CloudEvent } from "../../../src/core/eventStream";

function sent(body: string): CloudEvent {
  return { type: "message-sent", at: 0, queueName: "q", messageId: body, receiveCount: 0, body };
}

describe("the console's history", () => {
  it("keeps the newest, as many and as much as it may, in their order", () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ maxLength: 40 }), { maxLength: 60 }),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 300 }),
        (bodies, most, bytes) => {
          const history = new History(most, bytes);
          for (const body of bodies) history.add(sent(body));
          const kept = [...history.since(0)];
          expect(history.newest).to.equal(bodies.length);
          expect(kept.map(({ n }) => n)).to.deep.equal(
            Array.from({ length: kept.length }, (_, index) => bodies.length - kept.length + index + 1),
          );
          expect(kept.map(({ event }) => (event as { messageId: string }).messageId)).to.deep.equal(
            bodies.slice(bodies.length - kept.length),
          );
          expect(kept.length).to.be.at.most(most);
          const weight = kept.reduce(
            (sum, { event }) => sum + 2 * (event as { body: string }).body.length,
            0,
          );
          // One that is larger than all that may be kept stays until the next.
          if (kept.length > 1) expect(weight).to.be.at.most(bytes);
          expect([...history.backwards()].reverse()).to.deep.equal(kept);
        },
      ),
    );
  });
});
