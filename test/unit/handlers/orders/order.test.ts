import { expect } from "chai";
import fc from "fast-check";
import { RFC_EMAIL_REGEX } from "valibot";
import { EMAIL_ADDRESS } from "../../../../components/parts/arguments";
import {
  addressProblem,
  describeReasons,
  orderIdIn,
  parseOrder,
  type Order,
} from "../../../../handlers/orders/order";
import { anyOrder } from "../../support/orderArbitraries";
import { anyCharacter } from "../../../../packages/embedded-aws/test/support/anyCharacter";

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

  const unplain: [string, string, string][] = [
    ["half of a surrogate pair", "A\ud83dda", "that is not well-formed Unicode"],
    ["the other half", "\ude00", "that is not well-formed Unicode"],
    ["a NUL", "Ada\u0000", "with the control character U+0000"],
    ["a bell", "A\u0007da", "with the control character U+0007"],
    ["a line break", "Ada\nYour order is free", "with the control character U+000A"],
    ["DEL", "\u007fAda", "with the control character U+007F"],
    ["a C1 control", "Ada\u0085", "with the control character U+0085"],
    ["a line separator", "Ada\u2028", "with the control character U+2028"],
    ["a paragraph separator", "Ada\u2029", "with the control character U+2029"],
    ["an override", "Ada \u202egpj.exe", "with the bidirectional-override character U+202E"],
    ["an embedding", "\u202aAda", "with the bidirectional-override character U+202A"],
    ["an isolate", "Ada\u2066", "with the bidirectional-override character U+2066"],
    ["the end of an isolate", "Ada\u2069", "with the bidirectional-override character U+2069"],
  ];
  for (const [name, text, got] of unplain) {
    for (const [field, value] of [
      ["customerName", { ...valid, customerName: text }],
      ["items.0.sku", { ...valid, items: [{ sku: text, quantity: 1 }] }],
    ] as const) {
      it(`refuses ${name} in ${field}, by that name`, () => {
        const parsed = parseOrder(JSON.stringify(value));
        if (parsed.ok) throw new Error("it was accepted");
        expect(parsed.reasons.map((reason) => reason.field)).to.deep.equal([field]);
        const said = describeReasons(parsed.reasons);
        expect(said).to.contain(`${field}: got a string of `).and.to.contain(got);
        expect(said).to.contain("well-formed and without control or bidirectional-override characters");
      });
    }
  }

  it("takes names of every script, joined emoji and right-to-left marks among them", () => {
    for (const customerName of ["Zoë Müller", "李小龙", "محمد\u200f", "👩‍👩‍👧‍👦", "José\u0301", "\u{1F3F4}"]) {
      expect(parseOrder(JSON.stringify({ ...valid, customerName })), customerName).to.have.property(
        "ok",
        true,
      );
    }
  });

  it("counts characters, not UTF-16 units", () => {
    const name = (count: number) =>
      parseOrder(JSON.stringify({ ...valid, customerName: "😀".repeat(count) }));
    expect(name(150)).to.have.property("ok", true);
    expect(name(200)).to.have.property("ok", true);
    const longer = name(201);
    expect(!longer.ok && longer.reasons[0]?.got).to.equal("a string of 201 characters");
    const sku = (count: number) =>
      parseOrder(JSON.stringify({ ...valid, items: [{ sku: "𝄞".repeat(count), quantity: 1 }] }));
    expect(sku(100)).to.have.property("ok", true);
    expect(sku(101)).to.have.property("ok", false);
  });

  it("refuses what is not JSON, without quoting it", () => {
    expect(parseOrder("Ada, 12.50")).to.deep.equal({
      ok: false,
      reasons: [{ field: "order", got: "a string of 10 characters", expected: "valid JSON" }],
    });
  });

  it("refuses a field that is there twice, and what is nested too deep, by their names", () => {
    expect(parseOrder('{"orderId":"a","orderId":"b","customerName":"Ada","totalAmount":1}')).to.deep.equal({
      ok: false,
      reasons: [{ field: "orderId", got: "it twice", expected: "it once" }],
    });
    expect(
      parseOrder(
        JSON.stringify({ ...valid, more: 0 }).replace("0}", `${"[".repeat(100)}${"]".repeat(100)}}`),
      ),
    )
      .to.have.property("reasons")
      .that.deep.equals([
        { field: "order", got: "JSON nested deeper", expected: "JSON nested at most 100 levels deep" },
      ]);
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

  const real = [
    "ada@example.com",
    "o'malley@example.com",
    "anna@xn--bcher-kva.example",
    "a&b@example.com",
    "shop/berlin@example.com",
    "anna@double--hyphen.example",
    "!#$%&'*+/=?^_`{|}~-@example.org",
    "first.last+tag@sub.sub.example.museum",
    "x@a.b",
  ];
  const unreal: [string, unknown, string][] = [
    ["no address", "ada", "a string of 3 characters"],
    ["nothing in it", "", "a string of 0 characters"],
    ["two at-signs", "a@b@example.com", "a string of 15 characters"],
    ["a space", "ada lovelace@example.com", "a string of 24 characters"],
    ["a label that begins with a hyphen", "ada@-example.com", "a string of 16 characters"],
    ["a name with it", "Ada <ada@example.com>", "a string of 21 characters"],
    [
      "255 characters",
      `${"a".repeat(64)}@${"b".repeat(60)}.${"c".repeat(60)}.${"d".repeat(60)}.${"e".repeat(7)}`,
      "a string of 255",
    ],
    ["a line break", "ada@example.com\nBcc: eve@example.com", "with the control character U+000A"],
    ["a number", 5551234, "a string of 7 characters"],
    ["an object", { address: "ada@example.com" }, "a string of 29 characters"],
    ["a list", ["ada@example.com"], "a string of 19 characters"],
    ["half of a pair", "ada@example.com\ud83d", "a string of 16 characters"],
    ["a page", "a@b.example ".repeat(1_000), "a string of 320 characters"],
  ];
  const accepted = (customerEmail: unknown): Order => {
    const parsed = parseOrder(JSON.stringify({ ...valid, customerEmail }));
    if (!parsed.ok) throw new Error(describeReasons(parsed.reasons));
    return parsed.order;
  };

  it("reads addresses by RFC 5322's rule, as the program's own configuration does", () => {
    for (const customerEmail of real) {
      expect(accepted(customerEmail)).to.deep.equal({ ...valid, customerEmail });
      expect(addressProblem({ customerEmail }), customerEmail).to.equal(undefined);
      expect(EMAIL_ADDRESS.accepts(customerEmail), customerEmail).to.equal(true);
    }
    fc.assert(
      fc.property(fc.oneof(fc.emailAddress(), fc.string(), fc.stringMatching(RFC_EMAIL_REGEX)), (text) => {
        const fits = RFC_EMAIL_REGEX.test(text) && text.length <= 254;
        expect(addressProblem({ customerEmail: text }) === undefined).to.equal(fits);
        expect(EMAIL_ADDRESS.accepts(text)).to.equal(fits);
      }),
    );
  });

  for (const [name, customerEmail, got] of unreal) {
    it(`accepts an order whose address is none (${name}), and says so`, () => {
      const problem = addressProblem(accepted(customerEmail));
      expect(problem)
        .to.match(/^customerEmail: got a string of /)
        .and.to.contain(got);
      expect(problem).to.contain("expected an e-mail address (RFC 5322) of at most 254 characters");
      expect(problem).not.to.match(/ada|eve|5551234/i);
    });
  }

  it("takes null for no address", () => {
    expect(accepted(null)).to.deep.equal(valid);
    expect(addressProblem(accepted(null))).to.equal(undefined);
  });

  it("never refuses an order for its address, whatever that is", () => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.string({ unit: anyCharacter })), (customerEmail) => {
        const order = accepted(customerEmail);
        expect(order.customerEmail ?? "").to.satisfy(
          (text: string) => text.length <= 320 && text.isWellFormed(),
        );
        expect(addressProblem(order) === undefined).to.equal(
          customerEmail === null ||
            (typeof customerEmail === "string" && EMAIL_ADDRESS.accepts(customerEmail)),
        );
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

describe("orderIdIn", () => {
  for (const [what, body, id] of [
    ["an order that is refused for something else", '{"orderId":"a","totalAmount":-1}', "a"],
    ["one that says something else twice", '{"orderId":"a","totalAmount":1,"totalAmount":2}', "a"],
    ["one that says its id twice", '{"orderId":"a","orderId":"b"}', undefined],
    ["one whose id is none", '{"orderId":"a b"}', undefined],
    ["one without an id", "{}", undefined],
    ["what is no object", "[]", undefined],
    ["what is no JSON", "orderId: a", undefined],
  ] as const) {
    it(`finds ${id ?? "none"} in ${what}`, () => expect(orderIdIn(body)).to.equal(id));
  }
});
