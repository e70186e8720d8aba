import { expect } from "chai";
import { N, refusal, S, startTestDatabase, type TestDatabase } from "./support";
import type { Input } from "../../../src/wire/operation";

const KB = 1024;

describe("DynamoDB's consumed capacity", () => {
  let database: TestDatabase;
  const TableName = "orders";

  beforeEach(async () => {
    database = await startTestDatabase();
    await database.createTable(TableName);
    await database.createTable("stock");
    await database.call("PutItem", { TableName, Item: { id: S("small"), n: N(1) } });
    // "id" and "large" are 7 bytes, "text" 4: 5,131 bytes are 6 write units, 2 read units.
    await database.call("PutItem", { TableName, Item: { id: S("large"), text: S("x".repeat(5 * KB)) } });
  });

  afterEach(() => database.close());

  const small = { TableName, Key: { id: S("small") } };
  const large = { TableName, Key: { id: S("large") } };
  const absent = { TableName, Key: { id: S("absent") } };
  const update = { UpdateExpression: "SET n = :n", ExpressionAttributeValues: { ":n": N(2) } };
  const query = (id: string) => ({
    TableName,
    KeyConditionExpression: "id = :id",
    ExpressionAttributeValues: { ":id": S(id) },
  });

  const single: readonly (readonly [operation: string, what: string, input: object, units: number])[] = [
    ["PutItem", "a small item", { TableName, Item: { id: S("new") } }, 1],
    ["PutItem", "an item of 1.5 KB", { TableName, Item: { id: S("new"), t: S("x".repeat(1.5 * KB)) } }, 2],
    ["PutItem", "a small item in place of a large one", { TableName, Item: { id: S("large") } }, 6],
    ["UpdateItem", "a small item", { ...small, ...update }, 1],
    ["UpdateItem", "a large item", { ...large, ...update }, 6],
    ["DeleteItem", "a large item", large, 6],
    ["DeleteItem", "nothing", absent, 1],
    ["GetItem", "a small item", small, 0.5],
    ["GetItem", "a large item, consistently", { ...large, ConsistentRead: true }, 2],
    ["GetItem", "nothing", absent, 0.5],
    ["Query", "a large item", query("large"), 1],
    ["Query", "nothing", query("absent"), 0.5],
    ["Scan", "both items, consistently", { TableName, ConsistentRead: true }, 2],
  ];
  for (const [operation, what, input, units] of single) {
    it(`is ${units} for ${operation} of ${what}, asked or not`, async () => {
      const before = database.dynamoDb.capacity.of(TableName);
      const kind = ["GetItem", "Query", "Scan"].includes(operation) ? "readUnits" : "writeUnits";
      expect(await database.untyped(operation, { ...input, ReturnConsumedCapacity: "INDEXES" }))
        .property("ConsumedCapacity")
        .to.deep.equal({ TableName, CapacityUnits: units, Table: { CapacityUnits: units } });
      expect(database.dynamoDb.capacity.of(TableName)).to.deep.equal({
        ...before,
        [kind]: before[kind] + units,
      });
    });
  }

  it("is charged, but not told, where nobody asks", async () => {
    const before = database.dynamoDb.capacity.of(TableName).readUnits;
    expect(await database.call("GetItem", small)).not.to.have.property("ConsumedCapacity");
    expect(database.dynamoDb.capacity.of(TableName).readUnits).to.equal(before + 0.5);
  });

  it("is charged for conditional writes that fail, by the larger item", async () => {
    const cost = async (operation: string, input: object) => {
      const before = database.dynamoDb.capacity.of(TableName).writeUnits;
      await refusal(database.untyped(operation, input));
      return database.dynamoDb.capacity.of(TableName).writeUnits - before;
    };
    const never = { ConditionExpression: "attribute_exists(never)" };
    expect(await cost("DeleteItem", { ...absent, ...never })).to.equal(1);
    expect(await cost("PutItem", { TableName, Item: { id: S("large") }, ...never })).to.equal(6);
    expect(
      await cost("PutItem", { TableName, Item: { id: S("new"), t: S("x".repeat(2 * KB)) }, ...never }),
    ).to.equal(3);
    expect(await cost("UpdateItem", { ...large, ...update, ...never })).to.equal(6);
  });

  it("is not charged for a request that is refused before it reaches an item", async () => {
    const before = database.dynamoDb.capacity.of(TableName);
    await refusal(database.call("PutItem", { TableName, Item: { id: N(1) } }));
    await refusal(database.call("UpdateItem", { ...small, UpdateExpression: "SET" }));
    expect(database.dynamoDb.capacity.of(TableName)).to.deep.equal(before);
  });

  it("of a batch is the sum over each table", async () => {
    const answer = await database.call("BatchWriteItem", {
      RequestItems: {
        orders: [{ PutRequest: { Item: { id: S("new") } } }, { DeleteRequest: { Key: { id: S("large") } } }],
        stock: [{ PutRequest: { Item: { id: S("pen") } } }],
      },
      ReturnConsumedCapacity: "TOTAL",
    });
    expect(answer.ConsumedCapacity).to.deep.equal([
      { TableName: "orders", CapacityUnits: 7 },
      { TableName: "stock", CapacityUnits: 1 },
    ]);
    const read = await database.call("BatchGetItem", {
      RequestItems: { orders: { Keys: [{ id: S("small") }, { id: S("absent") }], ConsistentRead: true } },
      ReturnConsumedCapacity: "TOTAL",
    });
    expect(read.ConsumedCapacity).to.deep.equal([{ TableName: "orders", CapacityUnits: 2 }]);
  });

  it("of a transaction is twice that of its writes", async () => {
    await database.call("PutItem", { TableName: "stock", Item: { id: S("pen"), n: N(3) } });
    const stockBefore = database.dynamoDb.capacity.of("stock").writeUnits;
    // What an order with one article costs: its own put and one decrement.
    const transaction = {
      TransactItems: [
        { Put: { TableName, Item: { id: S("new") } } },
        { Update: { TableName: "stock", Key: { id: S("pen") }, ...update } },
        { ConditionCheck: { ...small, ConditionExpression: "attribute_exists(id)" } },
      ],
      ReturnConsumedCapacity: "TOTAL",
      ClientRequestToken: "token",
    } satisfies Input<"dynamodb", "TransactWriteItems">;
    expect(await database.call("TransactWriteItems", transaction)).to.deep.equal({
      ConsumedCapacity: [
        { TableName: "orders", CapacityUnits: 4, WriteCapacityUnits: 4 },
        { TableName: "stock", CapacityUnits: 2, WriteCapacityUnits: 2 },
      ],
    });
    expect(database.dynamoDb.capacity.of("stock").writeUnits).to.equal(stockBefore + 2);

    // A repetition under the same token reads what was written.
    expect(await database.call("TransactWriteItems", transaction)).to.deep.equal({
      ConsumedCapacity: [
        { TableName: "orders", CapacityUnits: 2, ReadCapacityUnits: 2 },
        { TableName: "stock", CapacityUnits: 2, ReadCapacityUnits: 2 },
      ],
    });
    const reading = await database.call("TransactGetItems", {
      TransactItems: [{ Get: large }],
      ReturnConsumedCapacity: "INDEXES",
    });
    expect(reading.ConsumedCapacity).to.deep.equal([
      {
        TableName,
        CapacityUnits: 4,
        ReadCapacityUnits: 4,
        Table: { CapacityUnits: 4, ReadCapacityUnits: 4 },
      },
    ]);
  });

  it("of a cancelled transaction is that of a completed one", async () => {
    const before = database.dynamoDb.capacity.of(TableName).writeUnits;
    await refusal(
      database.call("TransactWriteItems", {
        TransactItems: [
          { Put: { TableName, Item: { id: S("new") } } },
          { Delete: { ...small, ConditionExpression: "attribute_not_exists(id)" } },
        ],
      }),
    );
    expect(database.dynamoDb.capacity.of(TableName).writeUnits).to.equal(before + 4);
  });

  it("of a table that nobody used is nothing", () => {
    expect(database.dynamoDb.capacity.of("unheard-of")).to.deep.equal({ readUnits: 0, writeUnits: 0 });
  });
});
