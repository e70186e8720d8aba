import { TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import type { TransactWriteCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { GetCommand, type DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { expect } from "chai";
import fc from "fast-check";
import { customerKeyOf as keyInLambda } from "../../../handlers/orders/customerKey";
import { describeOrder } from "../../../tools/lookAfterOrders";
import { cancelOrder, customerKeyOf, eraseOrder, type StoredOrder } from "../../../tools/shop/orders";
import { awsError } from "../support/handlerFakes";

const order: StoredOrder = {
  orderId: "a",
  customerName: "Ada",
  totalAmount: 1,
  status: "Processed",
  createdAt: "2026-11-24T12:00:00.000Z",
  items: [{ sku: "TEA", quantity: 2 }],
};
const NOW = Date.parse("2026-11-25T12:00:00.000Z");

/** Answers each read with the next of `reads`, the last again and again, and each write with the next of `writes`. */
function setUp(reads: readonly (StoredOrder | undefined)[], writes: readonly (Error | undefined)[] = []) {
  const written: (TransactWriteCommand | UpdateCommand)[] = [];
  const waits: number[] = [];
  let read = 0;
  const send = (command: unknown): Promise<object> => {
    if (command instanceof GetCommand) {
      expect(command.input.ConsistentRead).to.equal(true);
      return Promise.resolve({ Item: reads[Math.min(read++, reads.length - 1)] });
    }
    written.push(command as TransactWriteCommand | UpdateCommand);
    const problem = writes[Math.min(written.length, writes.length) - 1];
    return problem === undefined ? Promise.resolve({}) : Promise.reject(problem);
  };
  const tables = {
    client: { send } as unknown as DynamoDBDocumentClient,
    ordersTableName: "orders",
    inventoryTableName: "inventory",
  };
  const timing = {
    now: () => NOW,
    wait: (milliseconds: number) => Promise.resolve(void waits.push(milliseconds)),
    random: () => 1,
  };
  return { tables, timing, written, waits };
}

const refused = (...codes: string[]) =>
  new TransactionCanceledException({
    message: "cancelled",
    $metadata: {},
    CancellationReasons: codes.map((Code) => ({ Code })),
  });

describe("cancelOrder", () => {
  it("changes status and stock in one transaction, on the condition that nothing has changed", async () => {
    const { tables, timing, written } = setUp([order]);
    const result = await cancelOrder(tables, "a", timing);
    const cancelledAt = "2026-11-25T12:00:00.000Z";
    expect(result).to.deep.equal({
      kind: "cancelled",
      order: { ...order, status: "Cancelled", cancelledAt },
    });
    expect(written).to.have.length(1);
    const { ClientRequestToken, TransactItems } = (written[0] as TransactWriteCommand).input;
    expect(ClientRequestToken).to.match(/^[0-9a-f-]{36}$/);
    expect(TransactItems).to.deep.equal([
      {
        Update: {
          TableName: "orders",
          Key: { orderId: "a" },
          UpdateExpression: "SET #status = :cancelled, cancelledAt = :now",
          ConditionExpression:
            "#status = :processed AND createdAt = :createdAt AND (attribute_not_exists(erasedAt) OR erasedAt <= :now)",
          ExpressionAttributeNames: { "#status": "status" },
          ExpressionAttributeValues: {
            ":cancelled": "Cancelled",
            ":processed": "Processed",
            ":createdAt": order.createdAt,
            ":now": cancelledAt,
          },
        },
      },
      {
        Update: {
          TableName: "inventory",
          Key: { sku: "TEA" },
          UpdateExpression: "ADD stock :quantity",
          ExpressionAttributeValues: { ":quantity": 2 },
        },
      },
    ]);
  });

  const unchanged: [StoredOrder | undefined, string][] = [
    [undefined, "unknown"],
    [{ ...order, status: "Rejected" }, "notProcessed"],
    [{ ...order, status: "Cancelled", cancelledAt: "t" }, "cancelledBefore"],
  ];
  for (const [stored, kind] of unchanged) {
    it(`changes nothing of an order that is ${stored?.status ?? "not there"}`, async () => {
      const { tables, timing, written } = setUp([stored]);
      expect((await cancelOrder(tables, "a", timing)).kind).to.equal(kind);
      expect(written).to.deep.equal([]);
    });
  }

  it("looks again when another was faster, and says so", async () => {
    const cancelled = { ...order, status: "Cancelled", cancelledAt: "t" };
    const { tables, timing, written } = setUp(
      [order, cancelled],
      [refused("ConditionalCheckFailed", "None")],
    );
    expect((await cancelOrder(tables, "a", timing)).kind).to.equal("cancelledBefore");
    expect(written).to.have.length(1);
  });

  it("comes after what the order tells of, by whichever clock: which came last is what is announced", async () => {
    for (const [times, cancelledAt] of [
      [{ erasedAt: "2026-11-25T12:00:07.000Z" }, "2026-11-25T12:00:07.001Z"],
      [{ erasedAt: "2026-11-25T11:00:00.000Z" }, "2026-11-25T12:00:00.000Z"],
      [{ createdAt: "2026-11-25T12:17:00.000Z" }, "2026-11-25T12:17:00.001Z"],
      [{ createdAt: "yesterday" }, "2026-11-25T12:00:00.000Z"],
    ] as const) {
      const { tables, timing, written } = setUp([{ ...order, ...times }]);
      expect(await cancelOrder(tables, "a", timing)).to.have.nested.property(
        "order.cancelledAt",
        cancelledAt,
      );
      const [change] = (written[0] as TransactWriteCommand).input.TransactItems ?? [];
      expect(change?.Update?.ExpressionAttributeValues?.[":now"]).to.equal(cancelledAt);
    }
  });

  it("tries again what DynamoDB throttles, of either kind", async () => {
    for (const code of ["ThrottlingError", "ProvisionedThroughputExceeded"]) {
      const { tables, timing, written } = setUp([order], [refused("None", code), undefined]);
      expect((await cancelOrder(tables, "a", timing)).kind).to.equal("cancelled");
      expect(written).to.have.length(2);
    }
  });

  it("waits longer and longer while it meets other writers, and gives up at last", async () => {
    const { tables, timing, written, waits } = setUp([order], [refused("None", "TransactionConflict")]);
    const error: unknown = await cancelOrder(tables, "a", timing).catch((cause: unknown) => cause);
    expect(error).to.have.property("name", "TransactionCanceledException");
    expect(written).to.have.length(12);
    expect(waits).to.deep.equal([50, 100, 200, 400, 800, ...Array.from({ length: 6 }, () => 1_000)]);
  });

  it("passes on what waiting does not cure", async () => {
    for (const problem of [refused("None", "ValidationError"), awsError("AccessDeniedException")]) {
      const { tables, timing, written } = setUp([order], [problem]);
      expect(await cancelOrder(tables, "a", timing).catch((cause: unknown) => cause)).to.equal(problem);
      expect(written).to.have.length(1);
    }
  });
});

describe("eraseOrder", () => {
  it("removes all but the figures, what is not known here too", async () => {
    const stored = { ...order, customerEmail: "ada@example.com", customerKey: "k", bouncedAddress: "x" };
    const { tables, written } = setUp([stored]);
    expect(await eraseOrder(tables, "a", () => NOW)).to.equal("erased");
    const { UpdateExpression, ConditionExpression, ExpressionAttributeNames } = (written[0] as UpdateCommand)
      .input;
    expect(Object.values(ExpressionAttributeNames ?? {})).to.have.members([
      "customerName",
      "customerEmail",
      "customerKey",
      "bouncedAddress",
    ]);
    expect(UpdateExpression).to.equal("SET erasedAt = if_not_exists(erasedAt, :now) REMOVE #0, #1, #2, #3");
    expect(ConditionExpression).to.equal("attribute_exists(orderId)");
  });

  it("comes after a cancellation, by whichever clock: it is not to announce that once more", async () => {
    const cancelledAt = "2026-11-25T12:17:00.000Z";
    const { tables, written } = setUp([{ ...order, status: "Cancelled", cancelledAt }]);
    await eraseOrder(tables, "a", () => NOW);
    const { ExpressionAttributeValues } = (written[0] as UpdateCommand).input;
    expect(ExpressionAttributeValues).to.deep.equal({ ":now": "2026-11-25T12:17:00.001Z" });
  });

  it("removes what stands beside the marks of a confirmation, which may hold an address, and keeps their times", async () => {
    const marks = {
      confirmationSentAt: "t",
      confirmationFailedAt: "t",
      confirmationBouncedAt: "t",
      confirmationComplainedAt: "t",
    };
    const { tables, written } = setUp([
      { ...order, ...marks, confirmationFailure: "550 ada@example.com" } as StoredOrder,
    ]);
    expect(await eraseOrder(tables, "a", () => NOW)).to.equal("erased");
    const names = Object.values((written[0] as UpdateCommand).input.ExpressionAttributeNames ?? {});
    expect(names).to.include("confirmationFailure");
    expect(names).not.to.include.members(Object.keys(marks));
  });

  it("changes nothing the second time, nor of an order that is not there", async () => {
    const { customerName: _name, ...figures } = order;
    const before = setUp([{ ...figures, erasedAt: "t" }]);
    expect(await eraseOrder(before.tables, "a")).to.equal("erasedBefore");
    const unknown = setUp([undefined]);
    expect(await eraseOrder(unknown.tables, "a")).to.equal("unknown");
    expect([...before.written, ...unknown.written]).to.deep.equal([]);
    const gone = setUp([order], [awsError("ConditionalCheckFailedException")]);
    expect(await eraseOrder(gone.tables, "a")).to.equal("unknown");
  });
});

describe("customerKeyOf", () => {
  it("is the same here and inside Lambda", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (address) => {
        expect(customerKeyOf(address)).to.equal(keyInLambda(address));
      }),
    );
  });
});

describe("describeOrder", () => {
  it("shows an order to a person, and nothing that would steer the terminal", () => {
    const lines = describeOrder({ ...order, customerName: "Ada\u001b[31m\u202eevil\u0085" });
    expect(lines).to.deep.equal([
      "a: Processed",
      "  totalAmount: 1.00",
      "  items: 2 x TEA",
      "  createdAt: 2026-11-24T12:00:00.000Z",
      "  customerName: Ada\\u{1b}[31m\\u{202e}evil\\u{85}",
    ]);
  });

  it("shows why an order was rejected, and what is missing of an erased one", () => {
    const { items: _items, customerName: _name, ...rest } = order;
    const rejection = { reason: "unknownSku", sku: "TEA" } as const;
    expect(describeOrder({ ...rest, status: "Rejected", rejection, erasedAt: "t" })).to.deep.equal([
      "a: Rejected",
      "  totalAmount: 1.00",
      "  rejection: unknownSku TEA",
      "  createdAt: 2026-11-24T12:00:00.000Z",
      "  erasedAt: t",
    ]);
  });
});
