import type { CancellationReason } from "@aws-sdk/client-dynamodb";
import { expect } from "chai";
import { interpretReasons, type TransactionFailure } from "../../../../handlers/orders/transactionFailure";

const items = [
  { sku: "tea", quantity: 1 },
  { sku: "cake", quantity: 2 },
];
const none: CancellationReason = { Code: "None" };
const order = { orderId: { S: "a" } };
const stock = { sku: { S: "x" }, stock: { N: "0" } };
const failed = (Item?: CancellationReason["Item"]): CancellationReason => ({
  Code: "ConditionalCheckFailed",
  ...(Item === undefined ? {} : { Item }),
});

describe("interpretReasons", () => {
  const cases: [string, CancellationReason[], TransactionFailure][] = [
    ["an order that stands there", [failed(order), none, none], { kind: "exists", item: order }],
    [
      "an order that stands there, and no stock",
      [failed(order), failed(stock), none],
      { kind: "exists", item: order },
    ],
    [
      "an order that stands there, and a conflict",
      [failed(order), { Code: "TransactionConflict" }, none],
      { kind: "exists", item: order },
    ],
    [
      "too little stock",
      [none, none, failed(stock)],
      { kind: "unavailable", rejection: { reason: "insufficientStock", sku: "cake" } },
    ],
    [
      "an unknown good",
      [none, failed(), none],
      { kind: "unavailable", rejection: { reason: "unknownSku", sku: "tea" } },
    ],
    [
      "two goods, the first named",
      [none, failed(), failed(stock)],
      { kind: "unavailable", rejection: { reason: "unknownSku", sku: "tea" } },
    ],
    [
      "a conflict on the order",
      [{ Code: "TransactionConflict" }, none, none],
      { kind: "passing", code: "TransactionConflict" },
    ],
    [
      "a conflict on a good",
      [none, { Code: "TransactionConflict" }, none],
      { kind: "passing", code: "TransactionConflict" },
    ],
    [
      "a conflict and too little stock",
      [none, { Code: "TransactionConflict" }, failed(stock)],
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
      [none, { Code: "ValidationError" }, failed(stock)],
      { kind: "broken", code: "ValidationError" },
    ],
    ["no reason at all", [], { kind: "broken", code: "None" }],
  ];
  for (const [name, reasons, expected] of cases) {
    it(`reads ${name} as ${expected.kind}`, () => {
      expect(interpretReasons(reasons, items)).to.deep.equal(expected);
    });
  }
});
