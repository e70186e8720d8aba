import { createHash } from "node:crypto";
import { expect } from "chai";
import fc from "fast-check";
import { customerKeyOf } from "../../../../handlers/orders/customerKey";
import { contentOf, saysTheSame, toItem } from "../../../../handlers/orders/orderItem";
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
      "customerKey",
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

  it("finds a customer by a digest of the address, whatever its case and length", () => {
    const keyOf = (customerEmail: string) =>
      toItem({ orderId: "a", customerName: "Ada", totalAmount: 1, customerEmail }, "t").customerKey?.S;
    expect(keyOf("Ada@Example.com")).to.equal(keyOf("ada@example.com"));
    expect(keyOf("ada@example.com")).to.match(/^[0-9a-f]{64}$/);
    expect(keyOf("bea@example.com")).not.to.equal(keyOf("ada@example.com"));
    // DynamoDB takes no empty keys of indexes, and none above 2,048 bytes.
    // Stored keys, and the tools that look orders up, depend on it to the letter.
    expect(customerKeyOf(" Ada@Straße.Example\n")).to.equal(
      createHash("sha256").update("ada@straße.example").digest("hex"),
    );
    for (const text of ["", "x".repeat(5_000)]) expect(customerKeyOf(text)).to.have.length(64);
  });

  it("says when the order may be deleted, if ever", () => {
    const order = { orderId: "a", customerName: "Ada", totalAmount: 1 };
    expect(toItem(order, "t", undefined, 1_800_000_000).expiresAt).to.deep.equal({ N: "1800000000" });
    expect(toItem(order, "t")).not.to.have.property("expiresAt");
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

  it("takes what somebody else wrote in place of items for none", () => {
    const item = toItem(order, "t");
    expect(contentOf({ ...item, items: { S: "tea" } })).to.equal(contentOf({ ...item, items: { L: [] } }));
  });

  it("differs when an optional field is left away", () => {
    const { items: _items, ...withoutItems } = order;
    const { customerEmail: _email, ...withoutEmail } = order;
    expect(contentOf(toItem(withoutItems, "t"))).not.to.equal(content);
    expect(contentOf(toItem(withoutEmail, "t"))).not.to.equal(content);
  });
});

describe("saysTheSame", () => {
  const order = { orderId: "a", customerName: "Ada", totalAmount: 1, customerEmail: "ada@example.com" };
  const item = toItem(order, "t");
  const {
    customerName: _name,
    customerEmail: _email,
    customerKey: _key,
    ...figures
  } = item as Record<string, NonNullable<typeof item.orderId>>;

  it("compares all that the shop said", () => {
    expect(saysTheSame(toItem(order, "later"), item)).to.equal(true);
    expect(saysTheSame(toItem({ ...order, customerName: "Bea" }, "later"), item)).to.equal(false);
    expect(saysTheSame(item, figures)).to.equal(false);
  });

  it("compares the figures alone where the customer's data was erased", () => {
    const erased = { ...figures, erasedAt: { S: "t" } };
    expect(saysTheSame(toItem(order, "later"), erased)).to.equal(true);
    expect(saysTheSame(toItem({ ...order, totalAmount: 2 }, "later"), erased)).to.equal(false);
  });
});
