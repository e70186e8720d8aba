import { expect } from "chai";
import fc from "fast-check";
import { anyJsonText, garbled } from "../../../packages/embedded-aws/test/support/badInput";
import type { DeadLetter } from "../../../handlers/orders/deadLetter";
import { describeReasons, orderIdIn, parseOrder, type Order } from "../../../handlers/orders/order";
import { createProcessOrders } from "../../../handlers/orders/processBatch";
import { badOrders, oddOrders, orderText } from "../../support/badOrders";
import {
  invocation,
  recordTelemetry,
  sendEach,
  sqsRecord,
  steppedTiming,
  storeEach,
} from "../support/handlerFakes";

/** Far above what any of them takes, and far below what a walk that goes back takes. */
const LONGEST_MS = 2_000;

/** What the handler does with messages, one batch. */
async function process(bodies: readonly string[]) {
  const stored: Order[] = [];
  const letters: DeadLetter[] = [];
  const telemetry = recordTelemetry();
  const handler = createProcessOrders({
    store: storeEach((order) => {
      stored.push(order);
      return Promise.resolve({ kind: "processed" });
    }),
    sendToDeadLetterQueue: sendEach((letter: DeadLetter) => {
      letters.push(letter);
      return Promise.resolve();
    }),
    sendEvents: (events) => Promise.resolve(events.map(() => undefined)),
    telemetry,
    timing: steppedTiming(),
  });
  const { batchItemFailures } = await handler(
    { Records: bodies.map((body, index) => sqsRecord(String(index), body)) },
    invocation(),
  );
  return { stored, letters, telemetry, failed: batchItemFailures.length };
}

const reasonOf = (letter: DeadLetter | undefined) =>
  letter?.MessageAttributes.refusalReason?.StringValue ?? "none";

describe("bad orders", function () {
  this.timeout(60_000);

  afterEach(() => {
    expect(Object.keys(Object.prototype)).to.deep.equal([]);
  });

  for (const { name, body, field } of badOrders) {
    it(`are refused with field and expectation: ${name}`, () => {
      const started = performance.now();
      const parsed = parseOrder(body);
      expect(performance.now() - started, "milliseconds").to.be.below(LONGEST_MS);
      if (parsed.ok) throw new Error("it was accepted");
      const fields = parsed.reasons.map((reason) => reason.field);
      expect(
        fields.some((named) => named === field || named.startsWith(`${field}.`)),
        String(fields),
      ).to.equal(true);
      for (const { got, expected } of parsed.reasons) {
        expect(got).to.match(/^\S.{0,150}$/);
        expect(expected).not.to.equal("");
      }
      expect(parsed.reasons.length).to.be.at.most(250);
    });
  }

  for (const { name, body } of oddOrders) {
    it(`are none, and taken: ${name}`, () => {
      const parsed = parseOrder(body);
      if (!parsed.ok) throw new Error(describeReasons(parsed.reasons));
      expect(parsed.order).to.deep.include({ orderId: "bad-1", customerName: "José", totalAmount: 1.5 });
      expect(Object.keys(parsed.order)).to.have.members([
        ...["orderId", "customerName", "totalAmount", "items"],
        ...(parsed.order.customerEmail === undefined ? [] : ["customerEmail"]),
      ]);
      expect((parsed.order.customerEmail ?? "").length).to.be.at.most(320);
    });
  }

  it("stand in the dead-letter queue, bytes and reason, and hold up no good one beside them", async () => {
    const good = ["good-1", "good-2"].map((id) => orderText({ orderId: `"${id}"` }));
    const bodies = [good[0]!, ...badOrders.map(({ body }) => body), good[1]!];
    const started = performance.now();
    const { stored, letters, failed, telemetry } = await process(bodies);
    expect(performance.now() - started, "milliseconds").to.be.below(20_000);
    expect(failed).to.equal(0);
    expect(stored.map(({ orderId }) => orderId)).to.deep.equal(["good-1", "good-2"]);
    expect(letters.map(({ MessageBody }) => MessageBody)).to.have.members(badOrders.map(({ body }) => body));
    for (const letter of letters) {
      expect(reasonOf(letter))
        .to.match(/^[\w.]+: got .+; expected .+/)
        .and.have.length.at.most(1_000);
      expect(letter.MessageAttributes.refusalCode?.StringValue).to.equal("invalidOrder");
    }
    // Of the content nothing is told, and a line of a log has its limits.
    for (const { fields } of telemetry.lines)
      expect(JSON.stringify(fields)).to.have.length.below(20_000).and.not.contain("polluted");
  });

  it("whatever is wrong, end as a letter or as an order, and never as neither", async () => {
    const members = fc.dictionary(
      fc.constantFrom("orderId", "customerName", "totalAmount", "items", "customerEmail", "__proto__", "x"),
      anyJsonText,
      { maxKeys: 4, noNullPrototype: true },
    );
    const body = fc.oneof(
      members.map(orderText),
      anyJsonText,
      garbled(orderText()).map((bytes) => bytes.toString("latin1")),
      anyJsonText.chain((json) =>
        anyJsonText.map((quantity) => orderText({ items: `[{"sku":${json},"quantity":${quantity}}]` })),
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(body, { minLength: 1, maxLength: 5 }), async (bodies) => {
        const { stored, letters, failed } = await process(bodies);
        expect(failed).to.equal(0);
        expect(stored.length + letters.length).to.equal(bodies.length);
        for (const letter of letters) {
          expect(bodies).to.include(letter.MessageBody);
          expect(reasonOf(letter)).to.match(/^[\w.]+: got .+; expected .+/);
        }
        for (const order of stored) {
          expect(order.orderId).to.match(/^[\w-]{1,64}$/);
          expect(order.customerName.isWellFormed()).to.equal(true);
          expect(Math.round(order.totalAmount * 100) / 100).to.equal(order.totalAmount);
        }
      }),
    );
  });

  it("tell which order they are about only where they do so once", () => {
    expect(orderIdIn(orderText({ totalAmount: "-1" }))).to.equal("bad-1");
    expect(orderIdIn(orderText({ totalAmount: '1,"orderId":"bad-2"' }))).to.equal(undefined);
    for (const { body } of badOrders) expect(orderIdIn(body) ?? "bad-1").to.match(/^[\w-]{1,64}$/);
  });
});
