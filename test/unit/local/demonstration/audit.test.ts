import { expect } from "chai";
import fc from "fast-check";
import { seededRandom } from "../../../../local/cloud/core/random";
import { auditOrders, type StoredOrder } from "../../../../local/demonstration/audit";
import { generateMessages, type GeneratedMessage } from "../../../../local/demonstration/orders";

const stored = (body: string): StoredOrder => ({
  ...(JSON.parse(body) as StoredOrder),
  status: "Processed",
  createdAt: "2026-01-01T00:00:00.000Z",
});

/** What a faultless pipeline leaves behind. */
function perfectOutcome(sent: readonly GeneratedMessage[]) {
  return {
    sent,
    stored: sent.filter(({ kind }) => kind === "order").map(({ body }) => stored(body)),
    deadLettered: sent
      .filter(({ kind }) => kind === "conflict" || kind === "malformed")
      .map(({ body }) => body),
  };
}

describe("the demonstration's messages", () => {
  it("are the same for the same seed, and differ for another", () => {
    expect(generateMessages(50, seededRandom(1))).to.deep.equal(generateMessages(50, seededRandom(1)));
    expect(generateMessages(50, seededRandom(1))).not.to.deep.equal(generateMessages(50, seededRandom(2)));
  });

  it("hold each kind from six messages on", () => {
    const kinds = new Set(generateMessages(6, seededRandom(1)).map(({ kind }) => kind));
    expect([...kinds].sort()).to.deep.equal(["conflict", "malformed", "order", "repeat"]);
  });
});

describe("auditOrders", () => {
  it("finds nothing lost when every message arrived", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.integer(), (count, seed) => {
        const sent = generateMessages(count, seededRandom(seed));
        const audit = auditOrders(perfectOutcome(sent));
        expect(audit.lost).to.equal(0);
        expect(audit.stored).to.equal(audit.distinct);
        expect(audit.distinct + audit.duplicates + audit.deadLettered).to.equal(count);
      }),
    );
  });

  it("counts every message that stands nowhere as lost", () => {
    const outcome = perfectOutcome(generateMessages(40, seededRandom(7)));
    expect(auditOrders({ ...outcome, deadLettered: outcome.deadLettered.slice(1) }).lost).to.equal(1);
    const repeated = outcome.sent.filter(({ body }) => body === outcome.sent[0]!.body).length;
    expect(auditOrders({ ...outcome, stored: outcome.stored.slice(1) }).lost).to.equal(repeated);
  });

  it("does not take a stored order with other content for the one that was sent", () => {
    const outcome = perfectOutcome(generateMessages(1, seededRandom(7)));
    const changed = outcome.stored.map((order) => ({ ...order, totalAmount: order.totalAmount + 1 }));
    expect(auditOrders({ ...outcome, stored: changed }).lost).to.equal(1);
  });

  it("does not take one dead letter for two messages", () => {
    const sent: GeneratedMessage[] = [
      { body: "nonsense", kind: "malformed" },
      { body: "nonsense", kind: "malformed" },
    ];
    expect(auditOrders({ sent, stored: [], deadLettered: ["nonsense"] }).lost).to.equal(1);
  });
});
