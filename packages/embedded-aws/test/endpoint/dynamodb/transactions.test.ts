import { expect } from "chai";
import { N, refusal, S, startTestDatabase, type TestDatabase } from "./support";

const cancelled = (...codes: string[]) =>
  `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes.join(", ")}]`;

describe("DynamoDB transactions", () => {
  let database: TestDatabase;

  beforeEach(async () => {
    database = await startTestDatabase();
    await database.createTable("orders");
    await database.createTable("stock");
    await database.call("PutItem", { TableName: "stock", Item: { id: S("pen"), stock: N(3) } });
  });

  afterEach(() => database.close());

  const order = (id: string) => ({
    Put: { TableName: "orders", Item: { id: S(id) }, ConditionExpression: "attribute_not_exists(id)" },
  });
  const reserve = (sku: string, quantity: number, more: object = {}) => ({
    Update: {
      TableName: "stock",
      Key: { id: S(sku) },
      UpdateExpression: "SET stock = stock - :q",
      ConditionExpression: "stock >= :q",
      ExpressionAttributeValues: { ":q": N(quantity) },
      ...more,
    },
  });
  const transact = (TransactItems: readonly object[], more: object = {}) =>
    database.untyped("TransactWriteItems", { TransactItems, ...more });

  it("write all of their items, in any tables", async () => {
    await transact([order("o"), reserve("pen", 2)]);
    expect(await database.items("orders")).to.deep.equal([{ id: S("o") }]);
    expect(await database.items("stock")).to.deep.equal([{ id: S("pen"), stock: N(1) }]);
  });

  it("write nothing when one condition fails, and say which", async () => {
    const error = await refusal(transact([order("o"), reserve("pen", 4), reserve("ink", 1)]));
    expect(error).to.include({
      code: "TransactionCanceledException",
      message: cancelled("None", "ConditionalCheckFailed", "ConditionalCheckFailed"),
    });
    const failed = { Code: "ConditionalCheckFailed", Message: "The conditional request failed" };
    expect(error.details).to.deep.equal({ CancellationReasons: [{ Code: "None" }, failed, failed] });
    expect(await database.items("orders")).to.deep.equal([]);
    expect(await database.items("stock")).to.deep.equal([{ id: S("pen"), stock: N(3) }]);
  });

  it("show the item that broke a condition to the action that asks", async () => {
    const all = { ReturnValuesOnConditionCheckFailure: "ALL_OLD" };
    const error = await refusal(transact([reserve("pen", 4, all), reserve("ink", 1, all)]));
    expect(error.details).to.deep.equal({
      CancellationReasons: [
        {
          Code: "ConditionalCheckFailed",
          Message: "The conditional request failed",
          Item: { id: S("pen"), stock: N(3) },
        },
        { Code: "ConditionalCheckFailed", Message: "The conditional request failed" },
      ],
    });
  });

  it("check items that they do not write", async () => {
    const check = (ConditionExpression: string) => ({
      ConditionCheck: { TableName: "stock", Key: { id: S("pen") }, ConditionExpression },
    });
    expect((await refusal(transact([order("o"), check("attribute_not_exists(id)")]))).message).to.equal(
      cancelled("None", "ConditionalCheckFailed"),
    );
    await transact([order("o"), check("attribute_exists(id)")]);
    expect(await database.items("orders")).to.have.length(1);
  });

  it("delete", async () => {
    await transact([
      { Delete: { TableName: "stock", Key: { id: S("pen") }, ConditionExpression: "attribute_exists(id)" } },
    ]);
    expect(await database.items("stock")).to.deep.equal([]);
  });

  const invalid: readonly (readonly [why: string, action: object, message: string])[] = [
    [
      "an update of a number that is not there",
      {
        Update: {
          TableName: "stock",
          Key: { id: S("ink") },
          UpdateExpression: "SET n = n + :one",
          ExpressionAttributeValues: { ":one": N(1) },
        },
      },
      "The provided expression refers to an attribute that does not exist in the item",
    ],
    [
      "a key of another type",
      { Put: { TableName: "stock", Item: { id: N(1) } } },
      "One or more parameter values were invalid: Type mismatch for key id expected: S actual: N",
    ],
    [
      "a key with an attribute too many",
      { Delete: { TableName: "stock", Key: { id: S("pen"), n: N(1) } } },
      "The provided key element does not match the schema",
    ],
  ];
  for (const [why, action, Message] of invalid) {
    it(`are cancelled for ${why}`, async () => {
      const error = await refusal(transact([order("o"), action]));
      expect(error.message).to.equal(cancelled("None", "ValidationError"));
      expect(error.details).to.deep.equal({
        CancellationReasons: [{ Code: "None" }, { Code: "ValidationError", Message }],
      });
      expect(await database.items("orders")).to.deep.equal([]);
    });
  }

  const puts = (count: number, bytes = 1) =>
    Array.from({ length: count }, (_, i) => ({
      Put: { TableName: "orders", Item: { id: S(`o${i}`), text: S("x".repeat(bytes)) } },
    }));

  const refused: readonly (readonly [
    why: string,
    actions: readonly object[],
    code: string,
    message: string,
  ])[] = [
    ["no action", [], "ValidationException", "greater than or equal to 1"],
    ["101 actions", puts(101), "ValidationException", "less than or equal to 100"],
    [
      "more than 4 MB",
      puts(12, 380_000),
      "ValidationException",
      "Transaction payload size cannot exceed 4MB",
    ],
    [
      "two actions on one item",
      [order("o"), order("o")],
      "ValidationException",
      "cannot include multiple operations on one item",
    ],
    [
      "an action that is two",
      [{ ...order("o"), Delete: { TableName: "orders", Key: { id: S("o") } } }],
      "ValidationException",
      "can only contain one of Check, Put, Update or Delete",
    ],
    [
      "a table that is not there",
      [{ Put: { TableName: "nope", Item: { id: S("o") } } }],
      "ResourceNotFoundException",
      "Requested resource not found",
    ],
    [
      "an expression that is none",
      [{ Put: { TableName: "orders", Item: { id: S("o") }, ConditionExpression: "attribute_exists(" } }],
      "ValidationException",
      "Invalid ConditionExpression",
    ],
  ];
  for (const [why, actions, code, message] of refused) {
    it(`are refused for ${why}`, async () => {
      const error = await refusal(transact(actions));
      expect(error.code).to.equal(code);
      expect(error.message).to.contain(message);
      expect(await database.items("orders")).to.deep.equal([]);
    });
  }

  it("take a hundred actions", async () => {
    await transact(puts(100));
    expect(await database.items("orders")).to.have.length(100);
  });

  it("happen once under one client token, for ten minutes", async () => {
    const token = { ClientRequestToken: "token" };
    const take = [reserve("pen", 1)];
    await transact(take, token);
    await transact(take, token);
    expect(await database.items("stock")).to.deep.equal([{ id: S("pen"), stock: N(2) }]);
    expect((await refusal(transact([reserve("pen", 2)], token))).code).to.equal(
      "IdempotentParameterMismatchException",
    );
    await database.clock.advance(10 * 60_000);
    await transact(take, token);
    expect(await database.items("stock")).to.deep.equal([{ id: S("pen"), stock: N(1) }]);
  });

  it("may be tried again under the token of one that was cancelled", async () => {
    const token = { ClientRequestToken: "token" };
    await refusal(transact([reserve("pen", 4)], token));
    await database.call("PutItem", { TableName: "stock", Item: { id: S("pen"), stock: N(9) } });
    await transact([reserve("pen", 4)], token);
    expect(await database.items("stock")).to.deep.equal([{ id: S("pen"), stock: N(5) }]);
  });

  it("read items of any tables at once", async () => {
    const get = (TableName: string, id: string) => ({ Get: { TableName, Key: { id: S(id) } } });
    expect(
      await database.call("TransactGetItems", { TransactItems: [get("orders", "o"), get("stock", "pen")] }),
    ).to.deep.equal({ Responses: [{}, { Item: { id: S("pen"), stock: N(3) } }] });
    const twice = database.call("TransactGetItems", {
      TransactItems: [get("stock", "pen"), get("stock", "pen")],
    });
    expect((await refusal(twice)).code).to.equal("ValidationException");
  });
});
