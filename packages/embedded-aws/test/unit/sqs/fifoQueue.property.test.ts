import { expect } from "chai";
import fc from "fast-check";
import { FifoQueue } from "../../../src/services/sqs/fifoQueue";

const step = fc.oneof(
  fc.record({ kind: fc.constant("send" as const), group: fc.constantFrom("a", "b", "c") }),
  fc.record({
    kind: fc.constant("receive" as const),
    max: fc.integer({ min: 1, max: 10 }),
    visibilityTimeoutMs: fc.constantFrom(0, 200, 1_000, 5_000),
  }),
  fc.record({ kind: fc.constant("delete" as const), index: fc.nat(10) }),
  fc.record({
    kind: fc.constant("change-visibility" as const),
    index: fc.nat(10),
    visibilityTimeoutMs: fc.constantFrom(0, 100, 2_000),
  }),
  fc.record({ kind: fc.constant("wait" as const), ms: fc.integer({ min: 1, max: 2_500 }) }),
);

interface Known {
  readonly messageId: string;
  readonly group: string;
  readonly number: number;
  /** While it is in flight. */
  until: number | undefined;
  deliveryNumber: number | undefined;
}

describe("a FIFO queue's messages", () => {
  it("come in the order of their group, never beside one of it that is in flight, and none is lost", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const queue = new FifoQueue(1_209_600_000);
        /** All that are there, by group in order. */
        let known: Known[] = [];
        let now = 0;
        let sent = 0;
        const inFlight = (one: Known) => one.until !== undefined && one.until > now;
        for (const next of steps) {
          switch (next.kind) {
            case "send": {
              const number = sent++;
              const messageId = `m${number}`;
              const content = {
                messageId,
                body: "",
                bodyMd5: "",
                attributes: {},
                senderId: "",
                sentAt: now,
                messageGroupId: next.group,
              };
              queue.send(now, content);
              known.push({
                messageId,
                group: next.group,
                number,
                until: undefined,
                deliveryNumber: undefined,
              });
              break;
            }
            case "receive": {
              const free = ["a", "b", "c"].filter(
                (group) => !known.some((one) => one.group === group && inFlight(one)),
              );
              const expectedCount = Math.min(
                next.max,
                known.filter(({ group }) => free.includes(group)).length,
              );
              const { deliveries } = queue.receive(now, next);
              expect(deliveries).to.have.length(expectedCount);
              for (const group of ["a", "b", "c"]) {
                const given = deliveries.filter(({ content }) => content.messageGroupId === group);
                if (given.length > 0) expect(free).to.include(group);
                const first = known.filter((one) => one.group === group).slice(0, given.length);
                expect(given.map(({ content }) => content.messageId)).to.deep.equal(
                  first.map(({ messageId }) => messageId),
                );
                for (const [index, one] of first.entries()) {
                  one.until = now + next.visibilityTimeoutMs;
                  one.deliveryNumber = given[index]?.deliveryNumber;
                }
              }
              break;
            }
            case "delete": {
              const one = known[next.index];
              if (one === undefined) break;
              const deleted = queue.delete(now, one.messageId, one.deliveryNumber ?? -1);
              if (inFlight(one)) known = known.filter((other) => other !== one);
              else expect(deleted).to.equal("expired");
              break;
            }
            case "change-visibility": {
              const one = known[next.index];
              if (one === undefined) break;
              const changed = queue.changeVisibility(now, one.messageId, next.visibilityTimeoutMs);
              expect(changed).to.equal(inFlight(one) ? "changed" : "not-in-flight");
              if (inFlight(one)) one.until = now + next.visibilityTimeoutMs;
              break;
            }
            case "wait":
              now += next.ms;
          }
          const counts = queue.counts(now);
          expect(counts.inFlight).to.equal(known.filter(inFlight).length);
          expect(counts.available + counts.inFlight).to.equal(known.length);
        }
      }),
      { numRuns: 300 },
    );
  });
});
