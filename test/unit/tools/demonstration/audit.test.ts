import { expect } from "chai";
import fc from "fast-check";
import { seededRandom } from "embedded-aws/support";
import { auditOrders, OrderAuditor, type StoredOrder } from "../../../../tools/demonstration/audit";
import {
  generateMessages,
  type GeneratedMessage,
  OrderMessages,
} from "../../../../tools/demonstration/orders";

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
  it("finds nothing lost when every message arrived", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 200 }), fc.integer(), async (count, seed) => {
        const sent = generateMessages(count, seededRandom(seed));
        const audit = await auditOrders(perfectOutcome(sent));
        expect(audit.lost).to.equal(0);
        expect(audit.stored).to.equal(audit.distinct);
        expect(audit.distinct + audit.duplicates + audit.deadLettered).to.equal(count);
      }),
    );
  });

  it("counts every message that stands nowhere as lost", async () => {
    const outcome = perfectOutcome(generateMessages(40, seededRandom(7)));
    expect((await auditOrders({ ...outcome, deadLettered: outcome.deadLettered.slice(1) })).lost).to.equal(1);
    const repeated = outcome.sent.filter(({ body }) => body === outcome.sent[0]!.body).length;
    expect((await auditOrders({ ...outcome, stored: outcome.stored.slice(1) })).lost).to.equal(repeated);
  });

  it("does not take a stored order with other content for the one that was sent", async () => {
    const outcome = perfectOutcome(generateMessages(1, seededRandom(7)));
    const changed = outcome.stored.map((order) => ({ ...order, totalAmount: order.totalAmount + 1 }));
    expect((await auditOrders({ ...outcome, stored: changed })).lost).to.equal(1);
  });

  it("does not take one dead letter for two messages", async () => {
    const sent: GeneratedMessage[] = [
      { body: "nonsense", kind: "malformed" },
      { body: "nonsense", kind: "malformed" },
    ];
    expect((await auditOrders({ sent, stored: [], deadLettered: ["nonsense"] })).lost).to.equal(1);
  });

  it("judges messages that are only known by their place as it does those that lie there", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 120 }),
        fc.integer(),
        fc.array(fc.nat({ max: 119 })),
        fc.array(fc.nat({ max: 119 })),
        async (count, seed, missing, altered) => {
          const messages = new OrderMessages(count, seededRandom(seed));
          const sent = generateMessages(count, seededRandom(seed));
          const { stored, deadLettered } = perfectOutcome(sent);
          const evidence = {
            stored: stored
              .filter((_, index) => !missing.includes(index))
              .map((order, index) =>
                altered.includes(index) ? { ...order, totalAmount: order.totalAmount + 1 } : order,
              ),
            deadLettered,
          };
          expect(await auditOrders({ ...evidence, sent: messages })).to.deep.equal(
            await auditOrders({ ...evidence, sent }),
          );
        },
      ),
    );
  });

  it("judges 20,000 messages, one of which is lost", async () => {
    const messages = new OrderMessages(20_000, seededRandom(3));
    const auditor = new OrderAuditor(messages);
    for (let place = 0; place < messages.length; place++) {
      const { body, kind } = messages.at(place);
      if (kind === "order" && place !== 8_000) auditor.addStored(stored(body));
      if (kind === "conflict" || kind === "malformed") auditor.addDeadLetter(body);
    }
    const audit = await auditor.audit();
    expect(audit).to.include({ sent: 20_000, distinct: 16_000, stored: 15_999, deadLettered: 2_000 });
    expect(audit.lost).to.be.at.least(1);
    // The lost one, and whoever repeats it.
    expect(audit.lost).to.equal(20_000 - 15_999 - 2_000 - audit.duplicates);
  });
});
