import { expect } from "chai";
import type { CloudEvent } from "embedded-aws";
import { seededRandom } from "embedded-aws/support";
import { OrderMessages } from "../../../../tools/demonstration/orders";
import { OrderTally } from "../../../../tools/demonstration/orderTally";

const names = { queueName: "orders", ordersTableName: "orders", failureQueueName: "failures" };

const item = (
  type: "item-inserted" | "item-modified",
  orderId: string,
  tableName = "orders",
): CloudEvent => ({
  at: 0,
  type,
  tableName,
  keys: { orderId: { S: orderId } },
});
const message = (type: "message-deleted" | "message-dead-lettered" | "message-sent", queueName: string) =>
  ({ at: 0, type, queueName, messageId: "m", receiveCount: 1 }) satisfies CloudEvent;

const idOf = (messages: OrderMessages, place: number) =>
  (JSON.parse(messages.at(place).body) as { orderId: string }).orderId;

describe("the tally of the demonstration's orders", () => {
  it("counts 60,000 of them, and knows their percentiles", () => {
    const messages = new OrderMessages(60_000, seededRandom(1));
    let now = 1_000;
    const tally = new OrderTally(messages, names, () => now);
    let orders = 0;
    for (let place = 0; place < messages.length; place++) {
      tally.sent(place);
      const { kind } = messages.at(place);
      if (kind === "order") {
        orders++;
        now += 10;
        tally.take(item("item-inserted", idOf(messages, place)));
        now += 40;
        tally.take(item("item-modified", idOf(messages, place)));
      }
      tally.take(message(kind === "malformed" ? "message-dead-lettered" : "message-deleted", "orders"));
    }
    expect(orders).to.equal(48_000);
    expect(tally).to.include({ handled: 60_000, confirmed: 48_000, storedTwice: 0, firstStoredAt: 1_010 });
    expect(tally.latencies.p99Ms).to.be.closeTo(10, 0.05);
    expect(tally.confirmationLatencies.p50Ms).to.be.closeTo(40, 0.2);
  });

  it("tells an order that was stored twice from one that was confirmed twice", () => {
    const messages = new OrderMessages(2, seededRandom(1));
    const tally = new OrderTally(messages, names, () => 0);
    const id = idOf(messages, 0);
    for (const type of ["item-inserted", "item-inserted", "item-modified", "item-modified"] as const)
      expect(tally.take(item(type, id))).to.equal(true);
    expect(tally).to.include({ storedTwice: 1, confirmed: 1 });
  });

  it("leaves out other tables and queues", () => {
    const messages = new OrderMessages(2, seededRandom(1));
    const tally = new OrderTally(messages, names, () => 0);
    expect(tally.take(item("item-inserted", idOf(messages, 0), "stock"))).to.equal(false);
    expect(tally.take(message("message-deleted", "failures"))).to.equal(false);
    expect(tally.take(message("message-sent", "orders"))).to.equal(false);
    expect(tally.take(message("message-sent", "failures"))).to.equal(true);
    expect(tally).to.include({ handled: 0, confirmationFailures: 1, firstStoredAt: undefined });
  });
});
