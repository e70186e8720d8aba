import { expect } from "chai";
import { AwsError } from "../../../src/core/errors";
import { refusal, S, startTestDatabase, type TestDatabase } from "./support";

const throttle = new AwsError("ProvisionedThroughputExceededException", "too fast");
const conflict = new AwsError("TransactionConflictException", "Transaction is ongoing for the item");

describe("faults of DynamoDB on demand", () => {
  let database: TestDatabase;
  const put = (id: string) => ({ TableName: "orders", Item: { id: S(id) } });
  const transaction = { TransactItems: [{ Put: put("a") }, { Put: put("b") }] };

  beforeEach(async () => {
    database = await startTestDatabase();
    await database.createTable("orders");
  });

  afterEach(() => database.close());

  /** Fails the next `count` touches of the table by `operation`. */
  function failNext(operation: string, error: AwsError, count = 1): void {
    database.dynamoDb.faults = (name, tableName) =>
      name === operation && tableName === "orders" && count-- > 0 ? error : undefined;
  }

  it("fail the next request, and no other", async () => {
    failNext("PutItem", throttle);
    expect((await refusal(database.call("PutItem", put("a")))).code).to.equal(throttle.code);
    await database.call("PutItem", put("a"));
    expect(await database.items("orders")).to.have.length(1);
  });

  it("cancel a transaction by a conflict or a throttle on one of its items", async () => {
    for (const [error, code] of [
      [conflict, "TransactionConflict"],
      [throttle, "ProvisionedThroughputExceeded"],
    ] as const) {
      failNext("TransactWriteItems", error);
      const refused = await refusal(database.call("TransactWriteItems", transaction));
      expect(refused.code).to.equal("TransactionCanceledException");
      expect(refused.details).to.deep.equal({
        CancellationReasons: [{ Code: code, Message: error.message }, { Code: "None" }],
      });
    }
    expect(await database.items("orders")).to.deep.equal([]);
  });

  it("fail a transaction as a whole where they are no reason to cancel it", async () => {
    failNext("TransactWriteItems", new AwsError("InternalServerError", "down", 500));
    expect(await refusal(database.call("TransactWriteItems", transaction))).to.include({
      code: "InternalServerError",
      status: 500,
    });
  });

  it("leave a throttled item of a batch unprocessed", async () => {
    const request = { PutRequest: { Item: { id: S("a") } } };
    const other = { PutRequest: { Item: { id: S("b") } } };
    failNext("BatchWriteItem", throttle);
    expect(
      await database.call("BatchWriteItem", { RequestItems: { orders: [request, other] } }),
    ).to.deep.equal({
      UnprocessedItems: { orders: [request] },
    });
    failNext("BatchGetItem", throttle);
    const Keys = [{ id: S("b") }, { id: S("a") }];
    expect(
      await database.call("BatchGetItem", { RequestItems: { orders: { Keys, ConsistentRead: true } } }),
    ).to.deep.equal({
      Responses: { orders: [] },
      UnprocessedKeys: { orders: { Keys: [{ id: S("b") }], ConsistentRead: true } },
    });
  });

  it("refuse a batch of which every item is throttled", async () => {
    failNext("BatchWriteItem", throttle, Infinity);
    const batch = { RequestItems: { orders: [{ PutRequest: { Item: { id: S("a") } } }] } };
    expect((await refusal(database.call("BatchWriteItem", batch))).code).to.equal(throttle.code);
  });
});
