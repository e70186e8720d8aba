import { expect } from "chai";
import fc from "fast-check";
import { contentOf, toItem } from "../../../../handlers/orders/orderItem";
import { anyOrder } from "../../support/orderArbitraries";

describe("toItem", () => {
  it("keeps the amount as a decimal and says what became of the order", () => {
    const order = {
      orderId: "a",
      customerName: "Ada",
      totalAmount: 0.29,
      items: [{ sku: "tea", quantity: 2 }],
    };
    expect(toItem(order, "2026-11-24T12:00:00.000Z")).to.deep.equal({
      orderId: { S: "a" },
      customerName: { S: "Ada" },
      totalAmount: { N: "0.29" },
      status: { S: "Processed" },
      createdAt: { S: "2026-11-24T12:00:00.000Z" },
      items: { L: [{ M: { sku: { S: "tea" }, quantity: { N: "2" } } }] },
    });
  });

  it("leaves optional fields away, and adds the rejection when there is one", () => {
    const order = { orderId: "a", customerName: "Ada", totalAmount: 1, customerEmail: "ada@example.com" };
    const item = toItem(order, "t", { reason: "unknownSku", sku: "tea" });
    expect(item).to.have.all.keys(
      "orderId",
      "customerName",
      "totalAmount",
      "status",
      "createdAt",
      "customerEmail",
      "rejection",
    );
    expect(item.status).to.deep.equal({ S: "Rejected" });
    expect(item.rejection).to.deep.equal({ M: { reason: { S: "unknownSku" }, sku: { S: "tea" } } });
  });

  it("says of an address that is none why nobody will be told", () => {
    const order = { orderId: "a", customerName: "Ada", totalAmount: 1, customerEmail: "at home" };
    expect(toItem(order, "t")).to.deep.include({
      customerEmail: { S: "at home" },
      status: { S: "Processed" },
      confirmationFailedAt: { S: "t" },
      confirmationFailure: {
        S: "customerEmail: got a string of 7 characters; expected an e-mail address (RFC 5322) of at most 254 characters",
      },
    });
  });

  it("writes every amount without an exponent", () => {
    fc.assert(
      fc.property(anyOrder, (order) => {
        expect(toItem(order, "t").totalAmount?.N).to.match(/^\d{1,10}(\.\d{1,2})?$/);
      }),
    );
  });
});

describe("contentOf", () => {
  const order = {
    orderId: "a",
    customerName: "Ada",
    totalAmount: 10.5,
    customerEmail: "ada@example.com",
    items: [
      { sku: "tea", quantity: 1 },
      { sku: "cake", quantity: 2 },
    ],
  };
  const content = contentOf(toItem(order, "t"));

  it("does not depend on time, status, the items' order or the amount's notation", () => {
    expect(contentOf(toItem(order, "later", { reason: "unknownSku", sku: "tea" }))).to.equal(content);
    expect(contentOf(toItem({ ...order, items: [...order.items].reverse() }, "t"))).to.equal(content);
    expect(contentOf({ ...toItem(order, "t"), totalAmount: { N: "10.50" } })).to.equal(content);
  });

  const others: [string, Partial<typeof order>][] = [
    ["name", { customerName: "Bea" }],
    ["amount", { totalAmount: 10.51 }],
    ["address", { customerEmail: "bea@example.com" }],
    [
      "quantity",
      {
        items: [
          { sku: "tea", quantity: 2 },
          { sku: "cake", quantity: 2 },
        ],
      },
    ],
    ["fewer items", { items: [{ sku: "tea", quantity: 1 }] }],
  ];
  for (const [name, change] of others) {
    it(`differs with another ${name}`, () => {
      expect(contentOf(toItem({ ...order, ...change }, "t"))).not.to.equal(content);
    });
  }

  it("differs when an optional field is left away", () => {
    const { items: _items, ...withoutItems } = order;
    const { customerEmail: _email, ...withoutEmail } = order;
    expect(contentOf(toItem(withoutItems, "t"))).not.to.equal(content);
    expect(contentOf(toItem(withoutEmail, "t"))).not.to.equal(content);
  });
});
