import { expect } from "chai";
import fc from "fast-check";
import { describeReasons, parseOrder } from "../../../../handlers/orders/order";
import { anyOrder } from "../../support/orderArbitraries";

const valid = { orderId: "order-1", customerName: "Ada", totalAmount: 12.5 };

describe("parseOrder", () => {
  const bad: [string, unknown, string, string][] = [
    ["not an object", [valid], "order", "a JSON object"],
    ["null", null, "order", "a JSON object"],
    ["no orderId", { ...valid, orderId: undefined }, "orderId", "got nothing; expected a string of 1 to 64"],
    ["an empty orderId", { ...valid, orderId: "" }, "orderId", "got a string of 0 characters"],
    ["a long orderId", { ...valid, orderId: "x".repeat(65) }, "orderId", "got a string of 65 characters"],
    ["an orderId with spaces", { ...valid, orderId: "a b" }, "orderId", "letters, digits, _ and -"],
    ["an orderId with a line break", { ...valid, orderId: "a\n" }, "orderId", "letters, digits, _ and -"],
    ["a numeric orderId", { ...valid, orderId: 7 }, "orderId", "got a number; expected"],
    ["no name", { ...valid, customerName: null }, "customerName", "got null; expected a string of 1 to 200"],
    ["an empty name", { ...valid, customerName: "" }, "customerName", "1 to 200"],
    [
      "a long name",
      { ...valid, customerName: "x".repeat(201) },
      "customerName",
      "got a string of 201 characters",
    ],
    ["half a character", { ...valid, customerName: "\ud83d" }, "customerName", "1 to 200"],
    ["an amount as text", { ...valid, totalAmount: "12.50" }, "totalAmount", "got a string of 5 characters"],
    [
      "a negative amount",
      { ...valid, totalAmount: -0.01 },
      "totalAmount",
      "got -0.01; expected a number from 0",
    ],
    ["three decimals", { ...valid, totalAmount: 1.005 }, "totalAmount", "got 1.005; expected"],
    ["a tiny amount", { ...valid, totalAmount: 1e-7 }, "totalAmount", "got 1e-7; expected"],
    ["a sum of floats", { ...valid, totalAmount: 0.1 + 0.2 }, "totalAmount", "at most two decimals"],
    ["a huge amount", { ...valid, totalAmount: 1e9 + 0.01 }, "totalAmount", "1000000000"],
    [
      "no e-mail address",
      { ...valid, customerEmail: "ada" },
      "customerEmail",
      "got a string of 3 characters",
    ],
    [
      "a null address",
      { ...valid, customerEmail: null },
      "customerEmail",
      "got null; expected an e-mail address",
    ],
    ["a long address", { ...valid, customerEmail: `a@${"b".repeat(250)}.com` }, "customerEmail", "254"],
    ["no items", { ...valid, items: [] }, "items", "got a list of 0; expected a list of 1 to 50"],
    ["items that are none", { ...valid, items: {} }, "items", "got an object"],
    [
      "51 items",
      { ...valid, items: Array.from({ length: 51 }, (_, i) => ({ sku: `s${i}`, quantity: 1 })) },
      "items",
      "got a list of 51",
    ],
    [
      "a SKU twice",
      {
        ...valid,
        items: [
          { sku: "a", quantity: 1 },
          { sku: "a", quantity: 2 },
        ],
      },
      "items",
      "no SKU twice",
    ],
    [
      "no quantity",
      { ...valid, items: [{ sku: "a" }] },
      "items.0.quantity",
      "got nothing; expected a whole number",
    ],
    [
      "a quantity of 0",
      { ...valid, items: [{ sku: "a", quantity: 0 }] },
      "items.0.quantity",
      "got 0; expected",
    ],
    [
      "an item that is none",
      { ...valid, items: ["tea"] },
      "items.0",
      "got a string of 3 characters; expected an item",
    ],
    ["half a quantity", { ...valid, items: [{ sku: "a", quantity: 1.5 }] }, "items.0.quantity", "got 1.5"],
    [
      "a quantity of 1001",
      { ...valid, items: [{ sku: "a", quantity: 1_001 }] },
      "items.0.quantity",
      "1 to 1000",
    ],
    ["an empty SKU", { ...valid, items: [{ sku: "", quantity: 1 }] }, "items.0.sku", "got a string of 0"],
  ];
  for (const [name, value, field, text] of bad) {
    it(`refuses ${name}, naming ${field}`, () => {
      const parsed = parseOrder(JSON.stringify(value));
      if (parsed.ok) throw new Error("it was accepted");
      expect(parsed.reasons.map((reason) => reason.field)).to.include(field);
      expect(describeReasons(parsed.reasons)).to.contain(text);
    });
  }

  it("refuses what is not JSON, without quoting it", () => {
    expect(parseOrder("Ada, 12.50")).to.deep.equal({
      ok: false,
      reasons: [{ field: "order", got: "a string of 10 characters", expected: "valid JSON" }],
    });
  });

  it("reports everything that is wrong, without any of the content", () => {
    const parsed = parseOrder(
      JSON.stringify({ orderId: "Lovelace street", customerName: 5551234, totalAmount: "ada" }),
    );
    if (parsed.ok) throw new Error("it was accepted");
    expect(parsed.reasons.map(({ field }) => field)).to.deep.equal([
      "orderId",
      "customerName",
      "totalAmount",
    ]);
    expect(describeReasons(parsed.reasons)).not.to.match(/Lovelace|5551234|ada/);
  });

  it("ignores fields that it does not know", () => {
    expect(
      parseOrder(JSON.stringify({ ...valid, status: "Paid", createdAt: "now", __proto__: null })),
    ).to.deep.equal({
      ok: true,
      order: valid,
    });
  });

  it("accepts amounts whose multiples are no whole numbers in floating point", () => {
    for (const totalAmount of [0, 0.29, 0.57, 1.1, 4.35, 8.2, 1.15, 16.4, 999_999_999.99, 1e9]) {
      expect(parseOrder(JSON.stringify({ ...valid, totalAmount })), String(totalAmount)).to.have.property(
        "ok",
        true,
      );
    }
  });

  it("reads minus zero as zero", () => {
    const parsed = parseOrder('{"orderId":"a","customerName":"b","totalAmount":-0}');
    expect(parsed.ok && Object.is(parsed.order.totalAmount, 0)).to.equal(true);
  });

  it("gives back every order that fulfils the contract", () => {
    fc.assert(
      fc.property(anyOrder, (order) => {
        expect(parseOrder(JSON.stringify(order))).to.deep.equal({ ok: true, order });
      }),
    );
  });

  it("accepts an amount exactly when it is a whole number of cents", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 1_000_000_000_000n }), (thousandths) => {
        const text = `${thousandths / 1000n}.${String(thousandths % 1000n).padStart(3, "0")}`;
        const parsed = parseOrder(`{"orderId":"a","customerName":"b","totalAmount":${text}}`);
        expect(parsed.ok, text).to.equal(thousandths % 10n === 0n);
      }),
    );
  });

  it("never throws, whatever it is given", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.object().map((value) => JSON.stringify({ ...valid, ...value })),
        ),
        (body) => {
          const parsed = parseOrder(body);
          if (!parsed.ok) expect(parsed.reasons).not.to.have.length(0);
        },
      ),
    );
  });
});
