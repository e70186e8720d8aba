import type { AttributeValue } from "aws-lambda";
import { expect } from "chai";
import fc from "fast-check";
import {
  entryOfOrder,
  eventOfChange,
  refusedEvent,
  type OrderEvent,
} from "../../../../handlers/orders/orderEvents";
import { toItem, type Rejection } from "../../../../handlers/orders/orderItem";
import { eventSchemas, expectPublished } from "../../support/eventSchemas";
import { anyOrder } from "../../support/orderArbitraries";

const AT = "2026-11-24T12:00:00.000Z";
const LATER = "2026-11-25T12:00:00.000Z";
const LATEST = "2026-11-25T12:00:00.001Z";
const order = {
  orderId: "A-1",
  customerName: "Ada",
  totalAmount: 42.5,
  customerEmail: "ada@example.com",
  items: [{ sku: "TEA", quantity: 2 }],
};
type Image = Record<string, AttributeValue>;
const stored = toItem(order, AT) as Image;
const rejected = toItem(order, AT, { reason: "unknownSku", sku: "TEA" }) as Image;
const cancelled: Image = { ...stored, status: { S: "Cancelled" }, cancelledAt: { S: LATER } };
const { orderId: _orderId, ...nameless } = stored;
const { totalAmount: _totalAmount, ...priceless } = stored;
/** A second item, beside one that is well. */
const withItem = (M: Record<string, AttributeValue>): Image => ({
  ...stored,
  items: { L: [...(stored.items?.L ?? []), { M }] },
});
const withRejection = (reason: string, sku: string): Image => ({
  ...rejected,
  rejection: { M: { reason: { S: reason }, sku: { S: sku } } },
});
const figures = { orderId: "A-1", totalAmount: 42.5, items: [{ sku: "TEA", quantity: 2 }] };

describe("eventOfChange", () => {
  const cases: readonly [string, string | undefined, Image, OrderEvent | undefined][] = [
    [
      "an order that is stored",
      "INSERT",
      stored,
      {
        type: "OrderProcessed",
        detail: { schemaVersion: 1, eventId: `OrderProcessed/A-1/${AT}`, occurredAt: AT, ...figures },
      },
    ],
    [
      "an order whose address is none",
      "INSERT",
      toItem({ ...order, customerEmail: "ada at home" }, AT) as Image,
      {
        type: "OrderProcessed",
        detail: { schemaVersion: 1, eventId: `OrderProcessed/A-1/${AT}`, occurredAt: AT, ...figures },
      },
    ],
    [
      "an order that costs nothing",
      "INSERT",
      { ...stored, totalAmount: { N: "0" } },
      {
        type: "OrderProcessed",
        detail: {
          schemaVersion: 1,
          eventId: `OrderProcessed/A-1/${AT}`,
          occurredAt: AT,
          ...figures,
          totalAmount: 0,
        },
      },
    ],
    [
      "an order that is stored without stock",
      "INSERT",
      rejected,
      {
        type: "OrderRejected",
        detail: {
          schemaVersion: 1,
          eventId: `OrderRejected/A-1/${AT}`,
          occurredAt: AT,
          ...figures,
          rejection: { reason: "unknownSku", sku: "TEA" },
        },
      },
    ],
    [
      "an order that is cancelled",
      "MODIFY",
      cancelled,
      {
        type: "OrderCancelled",
        detail: { schemaVersion: 1, eventId: `OrderCancelled/A-1/${LATER}`, occurredAt: LATER, ...figures },
      },
    ],
    [
      "an order that is cancelled after its customer's data was erased",
      "MODIFY",
      { ...cancelled, erasedAt: { S: AT } },
      {
        type: "OrderCancelled",
        detail: { schemaVersion: 1, eventId: `OrderCancelled/A-1/${LATER}`, occurredAt: LATER, ...figures },
      },
    ],
    [
      "an order that is cancelled within the millisecond of the erasure",
      "MODIFY",
      { ...cancelled, erasedAt: { S: LATER } },
      {
        type: "OrderCancelled",
        detail: { schemaVersion: 1, eventId: `OrderCancelled/A-1/${LATER}`, occurredAt: LATER, ...figures },
      },
    ],
    [
      "an order of which there was too little",
      "INSERT",
      toItem(order, AT, { reason: "insufficientStock", sku: "TEA" }) as Image,
      {
        type: "OrderRejected",
        detail: {
          schemaVersion: 1,
          eventId: `OrderRejected/A-1/${AT}`,
          occurredAt: AT,
          ...figures,
          rejection: { reason: "insufficientStock", sku: "TEA" },
        },
      },
    ],
    ["what has no id, and so is no order", "INSERT", nameless, undefined],
    ["what has no amount, and so is no order", "INSERT", priceless, undefined],
    ["what has a negative amount", "INSERT", { ...stored, totalAmount: { N: "-1" } }, undefined],
    ["what says no time", "INSERT", { ...stored, createdAt: { S: "yesterday" } }, undefined],
    ["what says a time in another form", "INSERT", { ...stored, createdAt: { S: "2026-11-24" } }, undefined],
    ["what was cancelled at no time", "MODIFY", { ...stored, status: { S: "Cancelled" } }, undefined],
    ["what has a text for items", "INSERT", { ...stored, items: { S: "TEA" } }, undefined],
    ["what has a list of no items", "INSERT", { ...stored, items: { L: [] } }, undefined],
    ["an item without an SKU", "INSERT", withItem({ quantity: { N: "1" } }), undefined],
    ["an item with an empty SKU", "INSERT", withItem({ sku: { S: "" }, quantity: { N: "1" } }), undefined],
    ["an item without a quantity", "INSERT", withItem({ sku: { S: "TEA" } }), undefined],
    ["an item of none", "INSERT", withItem({ sku: { S: "TEA" }, quantity: { N: "0" } }), undefined],
    ["half an item", "INSERT", withItem({ sku: { S: "TEA" }, quantity: { N: "0.5" } }), undefined],
    ["an unknown rejection", "INSERT", withRejection("mood", "TEA"), undefined],
    ["a rejection of no SKU", "INSERT", withRejection("unknownSku", ""), undefined],
    [
      "a rejection that names no SKU",
      "INSERT",
      { ...rejected, rejection: { M: { reason: { S: "unknownSku" } } } },
      undefined,
    ],
    ["a rejection that says no time", "INSERT", { ...rejected, createdAt: { S: "yesterday" } }, undefined],
    ["a rejection of an order that is not", "INSERT", { ...rejected, status: { S: "Lost" } }, undefined],
    ["a cancellation of an order that is not", "MODIFY", { ...cancelled, status: { S: "Lost" } }, undefined],
    ["a rejection without its reason", "INSERT", { ...stored, status: { S: "Rejected" } }, undefined],
    ["an order that was put there as cancelled", "INSERT", cancelled, undefined],
    ["the mark of a confirmation", "MODIFY", { ...stored, confirmationSentAt: { S: LATER } }, undefined],
    ["the erasure of an order", "MODIFY", { ...stored, erasedAt: { S: LATER } }, undefined],
    ["the erasure of a cancelled order", "MODIFY", { ...cancelled, erasedAt: { S: LATEST } }, undefined],
    ["a mark on a rejected order", "MODIFY", { ...rejected, confirmationSentAt: { S: LATER } }, undefined],
    ["an order that expired", "REMOVE", {}, undefined],
    ["a record without an image", undefined, {}, undefined],
    ["a status that is not known", "INSERT", { ...stored, status: { S: "Lost" } }, undefined],
  ];
  for (const [what, eventName, image, expected] of cases) {
    it(`makes ${expected?.type ?? "nothing"} of ${what}`, () => {
      expect(eventOfChange(eventName, image)).to.deep.equal(expected);
    });
  }

  const anyRejection: fc.Arbitrary<Rejection | undefined> = fc.constantFrom(
    undefined,
    { reason: "unknownSku", sku: "TEA" },
    { reason: "insufficientStock", sku: "\u{1F375}" },
  );

  it("says what the published schemas say, and nothing of who the customer is", () => {
    const name = fc.constantFrom("Ada Lovelace-Byron", "\u{1F375} O'Malley, Zoë");
    fc.assert(
      fc.property(anyOrder, name, anyRejection, fc.boolean(), (given, customerName, rejection, cancel) => {
        const image = toItem({ ...given, customerName }, AT, rejection) as Image;
        const event =
          cancel && rejection === undefined
            ? eventOfChange("MODIFY", { ...image, status: { S: "Cancelled" }, cancelledAt: { S: LATER } })
            : eventOfChange("INSERT", image);
        if (event === undefined) throw new Error("no event");
        expectPublished(event.type, event.detail);
        const text = JSON.stringify(event);
        for (const secret of [customerName, given.customerEmail, image.customerKey?.S])
          if (secret !== undefined) expect(text).not.to.contain(secret);
      }),
    );
  });

  it("has one id for one event, and another for each other one", () => {
    const ids = [
      eventOfChange("INSERT", stored),
      eventOfChange("INSERT", { ...stored, createdAt: { S: LATER } }),
      eventOfChange("INSERT", { ...stored, orderId: { S: "A-2" } }),
      eventOfChange("INSERT", rejected),
      eventOfChange("MODIFY", cancelled),
    ].map((event) => event?.detail.eventId);
    expect(new Set(ids).size).to.equal(ids.length);
    const marked = { ...cancelled, confirmationSentAt: { S: LATER } };
    expect(eventOfChange("MODIFY", marked)?.detail.eventId).to.equal(ids.at(-1));
  });
});

describe("entryOfOrder", () => {
  it("is of the orders, at the time when it happened", () => {
    const event = eventOfChange("INSERT", stored);
    if (event === undefined) throw new Error("no event");
    expect(entryOfOrder(event)).to.deep.equal({
      Source: "orders",
      DetailType: "OrderProcessed",
      Detail: JSON.stringify(event.detail),
      Time: new Date(AT),
    });
  });
});

describe("refusedEvent", () => {
  it("names the message, the reason, and the order where that is known", () => {
    const refusal = { code: "conflictingOrder", reason: "orderId: stored already" } as const;
    const event = refusedEvent("m-1", "A-1", refusal, Date.parse(AT));
    expect(event).to.deep.equal({
      type: "OrderRefused",
      detail: {
        schemaVersion: 1,
        eventId: "OrderRefused/m-1",
        occurredAt: AT,
        messageId: "m-1",
        orderId: "A-1",
        refusal,
      },
    });
    expectPublished(event.type, event.detail);
    const nameless = refusedEvent("m-1", undefined, { code: "invalidOrder", reason: "x".repeat(5_000) }, 0);
    expect(nameless.detail).not.to.have.property("orderId");
    expectPublished(nameless.type, nameless.detail);
  });
});

describe("the published schemas", () => {
  it("are one for each event, of draft 2020-12, named after it", () => {
    const types: Readonly<Record<OrderEvent["type"], true>> = {
      OrderProcessed: true,
      OrderRejected: true,
      OrderRefused: true,
      OrderCancelled: true,
    };
    expect([...eventSchemas.keys()]).to.have.members(Object.keys(types).map((type) => `${type}.v1.json`));
    for (const [file, { schema }] of eventSchemas) {
      expect(schema.$schema).to.equal("https://json-schema.org/draft/2020-12/schema");
      expect(schema.$id).to.equal(file);
      expect(file).to.equal(`${schema.title}.v1.json`);
    }
  });

  it("refuse what is not as they say", () => {
    const event = eventOfChange("INSERT", stored);
    const bad = [
      { schemaVersion: undefined },
      { totalAmount: "42.5" },
      { orderId: "" },
      { occurredAt: "now" },
    ];
    for (const change of bad)
      expect(() => expectPublished("OrderProcessed", { ...event?.detail, ...change })).to.throw();
    expect(() => expectPublished("OrderProcessed", { ...event?.detail, customerName: "Ada" })).to.throw();
  });
});
