import type { CancellationReason } from "@aws-sdk/client-dynamodb";
import { expect } from "chai";
import {
  goodsOf,
  readCancellation,
  type Cancellation,
  type Reservation,
  type Verdict,
} from "../../../../handlers/orders/cancellation";

/** An order's wish: how many of each good. */
const wish = (goods: Readonly<Record<string, number>>): Reservation => ({
  item: { orderId: { S: "a" } },
  goods: Object.entries(goods).map(([sku, quantity]) => ({ sku, quantity })),
});
const none: CancellationReason = { Code: "None" };
const conflict: CancellationReason = { Code: "TransactionConflict" };
const order = { orderId: { S: "a" } };
const failed = (Item?: CancellationReason["Item"]): CancellationReason => ({
  Code: "ConditionalCheckFailed",
  ...(Item === undefined ? {} : { Item }),
});
const stock = (level: number) => failed({ sku: { S: "x" }, stock: { N: String(level) } });
const told = (...verdicts: Verdict[]): Cancellation => ({ kind: "told", verdicts });
const exists: Verdict = { kind: "exists", item: order };
const fits: Verdict = { kind: "fits" };
const waits: Verdict = { kind: "waits" };
const unavailable = (
  sku: string,
  reason: "insufficientStock" | "unknownSku" = "insufficientStock",
): Verdict => ({ kind: "unavailable", rejection: { reason, sku } });

describe("readCancellation", () => {
  const one = [wish({ tea: 1, cake: 2 })];
  const ofOne: [string, CancellationReason[], Cancellation][] = [
    ["an order that stands there", [failed(order), none, none], told(exists)],
    ["an order that stands there, and no stock", [failed(order), stock(0), none], told(exists)],
    ["an order that stands there, and a conflict", [failed(order), conflict, none], told(exists)],
    [
      "an order of which it is not said what stands there",
      [failed(), none, none],
      told({ kind: "exists", item: undefined }),
    ],
    ["too little stock", [none, none, stock(1)], told(unavailable("cake"))],
    ["an unknown good", [none, failed(), none], told(unavailable("tea", "unknownSku"))],
    ["two goods, the first named", [none, failed(), stock(0)], told(unavailable("tea", "unknownSku"))],
    ["a stock that is none", [none, failed({ sku: { S: "x" } }), none], told(unavailable("tea"))],
    ["a conflict on the order", [conflict, none, none], { kind: "passing", code: "TransactionConflict" }],
    ["a conflict on a good", [none, conflict, none], { kind: "passing", code: "TransactionConflict" }],
    [
      "a conflict and too little stock",
      [none, conflict, stock(0)],
      { kind: "passing", code: "TransactionConflict" },
    ],
    ["a throttle", [none, none, { Code: "ThrottlingError" }], { kind: "passing", code: "ThrottlingError" }],
    [
      "spent throughput",
      [{ Code: "ProvisionedThroughputExceeded" }, none, none],
      { kind: "passing", code: "ProvisionedThroughputExceeded" },
    ],
    [
      "a stock that is no number",
      [none, { Code: "ValidationError" }, none],
      { kind: "broken", code: "ValidationError" },
    ],
    [
      "a stock that is no number, and another too small",
      [none, { Code: "ValidationError" }, stock(0)],
      { kind: "broken", code: "ValidationError" },
    ],
    [
      "a stock too small, and another that is no number",
      [none, stock(0), { Code: "ValidationError" }],
      { kind: "broken", code: "ValidationError" },
    ],
    ["no reason at all", [], { kind: "broken", code: "None" }],
  ];
  for (const [name, reasons, expected] of ofOne) {
    it(`reads ${name} as ${expected.kind === "told" ? expected.verdicts[0]?.kind : expected.kind}`, () => {
      expect(readCancellation(reasons, one)).to.deep.equal(expected);
    });
  }

  // Puts first, then each good once: tea, cake.
  const three = [wish({ tea: 2 }), wish({ tea: 1, cake: 1 }), wish({ tea: 2 })];
  const ofThree: [string, CancellationReason[], Cancellation][] = [
    [
      "what one of them meets leaves the others",
      [none, failed(order), none, none, none],
      told(fits, exists, fits),
    ],
    ["stock is for the first of them", [none, none, none, stock(3), none], told(fits, fits, waits)],
    [
      "what is too much for one may be enough for one behind it",
      [none, none, none, stock(2), none],
      told(fits, waits, waits),
    ],
    [
      "what no order's share is enough for is refused",
      [none, none, none, stock(1), none],
      told(unavailable("tea"), fits, unavailable("tea")),
    ],
    [
      "one that stands there takes nothing",
      [failed(order), none, none, stock(3), none],
      told(exists, fits, fits),
    ],
    [
      "one that is refused takes nothing",
      [none, none, none, stock(4), stock(0)],
      told(fits, unavailable("cake"), fits),
    ],
    [
      "a conflict beside one that stands there: nothing is known of stock",
      [failed(order), none, none, stock(0), conflict],
      told(exists, fits, fits),
    ],
    [
      "another's conflict comes before stock",
      [none, conflict, none, stock(0), none],
      { kind: "passing", code: "TransactionConflict" },
    ],
    [
      "what is broken beside one that stands there shows when it is gone",
      [failed(order), none, none, { Code: "ValidationError" }, stock(0)],
      told(exists, fits, fits),
    ],
  ];
  for (const [name, reasons, expected] of ofThree) {
    it(`of several orders: ${name}`, () => {
      expect(readCancellation(reasons, three)).to.deep.equal(expected);
    });
  }

  it("counts each good once, over all orders", () => {
    expect([...goodsOf(three)]).to.deep.equal([
      ["tea", 5],
      ["cake", 1],
    ]);
  });
});
