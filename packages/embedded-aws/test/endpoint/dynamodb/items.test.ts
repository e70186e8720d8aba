import { expect } from "chai";
import type { CloudEvent } from "../../../src/core/eventStream";
import { N, refusal, S, startTestDatabase, type TestDatabase } from "./support";
import type { Answer, Input } from "../../../src/wire/operation";

describe("DynamoDB items", () => {
  let database: TestDatabase;
  const TableName = "orders";

  beforeEach(async () => {
    database = await startTestDatabase();
    await database.createTable(TableName);
    await database.call("PutItem", { TableName, Item: { id: S("a"), stock: N(5), tags: { SS: ["x"] } } });
  });

  afterEach(() => database.close());

  /** Conditions on the item above, and whether they hold for it, and for an item that is not there. */
  const conditions: readonly (readonly [
    expression: string,
    values: object | undefined,
    there: boolean,
    absent: boolean,
  ])[] = [
    ["attribute_exists(id)", undefined, true, false],
    ["attribute_not_exists(id)", undefined, false, true],
    ["stock >= :n", { ":n": N(5) }, true, false],
    ["stock > :n", { ":n": N(5) }, false, false],
    ["stock <> :n", { ":n": N(5) }, false, true],
    ["NOT stock = :n", { ":n": N(5) }, false, true],
    ["contains(tags, :x)", { ":x": S("x") }, true, false],
    ["stock BETWEEN :low AND :high", { ":low": N(1), ":high": N(9) }, true, false],
    ["stock IN (:n, :m)", { ":n": N(5), ":m": N(6) }, true, false],
    ["attribute_type(tags, :type)", { ":type": S("SS") }, true, false],
    ["attribute_not_exists(id) OR stock >= :n", { ":n": N(1) }, true, true],
    ["attribute_exists(id) AND stock >= :n", { ":n": N(6) }, false, false],
  ];
  for (const [ConditionExpression, values, there, absent] of conditions) {
    for (const [id, holds] of [
      ["a", there],
      ["absent", absent],
    ] as const) {
      it(`${holds ? "are deleted" : "stay"} where ${ConditionExpression} is asked of ${id}`, async () => {
        const call = database.untyped("DeleteItem", {
          TableName,
          Key: { id: S(id) },
          ConditionExpression,
          ...(values && { ExpressionAttributeValues: values }),
        });
        if (holds) await call;
        else
          expect(await refusal(call)).to.include({
            code: "ConditionalCheckFailedException",
            message: "The conditional request failed",
          });
        expect(await database.items(TableName)).to.have.length(holds && id === "a" ? 0 : 1);
      });
    }
  }

  for (const [operation, write] of [
    ["PutItem", { Item: { id: S("a") }, ConditionExpression: "attribute_not_exists(id)" }],
    ["DeleteItem", { Key: { id: S("a") }, ConditionExpression: "attribute_not_exists(id)" }],
    [
      "UpdateItem",
      {
        Key: { id: S("a") },
        UpdateExpression: "REMOVE stock",
        ConditionExpression: "attribute_not_exists(id)",
      },
    ],
  ] as const) {
    it(`show what stands in the way of ${operation}, when that is asked for`, async () => {
      const silent = await refusal(database.untyped(operation, { TableName, ...write }));
      expect(silent.details).to.deep.equal({});
      const telling = await refusal(
        database.untyped(operation, { TableName, ...write, ReturnValuesOnConditionCheckFailure: "ALL_OLD" }),
      );
      expect(telling.details).to.deep.equal({ Item: { id: S("a"), stock: N(5), tags: { SS: ["x"] } } });
    });
  }

  it("show nothing when nothing stands in the way", async () => {
    const error = await refusal(
      database.call("UpdateItem", {
        TableName,
        Key: { id: S("absent") },
        UpdateExpression: "REMOVE stock",
        ConditionExpression: "attribute_exists(id)",
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      }),
    );
    expect(error.details).to.deep.equal({});
  });

  it("are measured in bytes, not in characters", async () => {
    const error = await refusal(
      database.call("PutItem", { TableName, Item: { id: S("b"), text: S("é".repeat(300_000)) } }),
    );
    expect(error.message).to.equal("Item size has exceeded the maximum allowed size");
  });

  it("do not leave the range of numbers by arithmetic", async () => {
    const big = "9".repeat(38);
    await database.call("PutItem", { TableName, Item: { id: S("b"), n: { N: big } } });
    const error = await refusal(
      database.call("UpdateItem", {
        TableName,
        Key: { id: S("b") },
        UpdateExpression: "ADD n :half",
        ExpressionAttributeValues: { ":half": { N: "0.5" } },
      }),
    );
    expect(error.message).to.contain("more than 38 significant digits");
    expect(await database.call("GetItem", { TableName, Key: { id: S("b") } })).to.deep.equal({
      Item: { id: S("b"), n: { N: big } },
    });
  });

  it("are not changed by what a caller does to its request later", async () => {
    const Item = { id: S("b"), tags: { SS: ["x"] } };
    await database.call("PutItem", { TableName, Item });
    Item.tags.SS.push("y");
    expect(await database.call("GetItem", { TableName, Key: { id: S("b") } })).to.deep.equal({
      Item: { id: S("b"), tags: { SS: ["x"] } },
    });
  });

  it("are announced when they are inserted, modified and removed, and only then", async () => {
    const events: CloudEvent[] = [];
    const causes: (string | undefined)[] = [];
    const calls: string[] = [];
    database.cloud.context.events.subscribe((event) => {
      if (event.type === "request") calls.push(event.requestId);
      if (!event.type.startsWith("item-")) return;
      const { cause, ...rest } = event;
      causes.push(cause);
      events.push(rest);
    });
    const key = { id: S("b") };
    await database.call("PutItem", { TableName, Item: key });
    await database.call("PutItem", { TableName, Item: key });
    await database.call("UpdateItem", {
      TableName,
      Key: key,
      UpdateExpression: "SET n = :n",
      ExpressionAttributeValues: { ":n": N(1) },
    });
    await database.call("DeleteItem", { TableName, Key: key });
    await database.call("DeleteItem", { TableName, Key: key });
    const at = database.clock.now();
    const newest = { ...key, n: N(1) };
    expect(events).to.deep.equal([
      { at, type: "item-inserted", tableName: TableName, keys: key, newImage: key },
      { at, type: "item-modified", tableName: TableName, keys: key, newImage: newest, oldImage: key },
      { at, type: "item-removed", tableName: TableName, keys: key, oldImage: newest },
    ]);
    // Each names the call in whose handling it happened.
    expect(causes).to.deep.equal([calls[0], calls[2], calls[3]]);
  });

  it("are written and read in batches", async () => {
    await database.call("BatchWriteItem", {
      RequestItems: {
        orders: [{ PutRequest: { Item: { id: S("b") } } }, { DeleteRequest: { Key: { id: S("a") } } }],
      },
    });
    expect(
      await database.call("BatchGetItem", {
        RequestItems: { orders: { Keys: [{ id: S("a") }, { id: S("b") }] } },
      }),
    ).to.deep.equal({
      Responses: { orders: [{ id: S("b") }] },
      UnprocessedKeys: {},
    });
    const twice = { PutRequest: { Item: { id: S("c") } } };
    expect(
      (await refusal(database.call("BatchWriteItem", { RequestItems: { orders: [twice, twice] } }))).message,
    ).to.equal("Provided list of item keys contains duplicates");
  });

  it("are queried by key and index, in order and page by page", async () => {
    const schema = (hash: string, range: string): Input<"dynamodb", "CreateTable">["KeySchema"] => [
      { AttributeName: hash, KeyType: "HASH" },
      { AttributeName: range, KeyType: "RANGE" },
    ];
    await database.createTable("lines", {
      AttributeDefinitions: [
        { AttributeName: "order", AttributeType: "S" },
        { AttributeName: "line", AttributeType: "N" },
        { AttributeName: "sku", AttributeType: "S" },
      ],
      KeySchema: schema("order", "line"),
      GlobalSecondaryIndexes: [
        { IndexName: "bySku", KeySchema: schema("sku", "line"), Projection: { ProjectionType: "KEYS_ONLY" } },
      ],
    });
    for (const line of [10, 2, 33, -1]) {
      await database.call("PutItem", {
        TableName: "lines",
        Item: { order: S("o"), line: N(line), sku: S("s"), note: S("n") },
      });
    }
    const query = {
      TableName: "lines",
      KeyConditionExpression: "#o = :o",
      ExpressionAttributeNames: { "#o": "order" },
      ExpressionAttributeValues: { ":o": S("o") },
    };
    const lines = ({ Items = [] }: Answer<"dynamodb", "Query">) => Items.map(({ line }) => Number(line?.N));
    const first = await database.call("Query", { ...query, Limit: 3 });
    expect(lines(first)).to.deep.equal([-1, 2, 10]);
    const ExclusiveStartKey = first.LastEvaluatedKey as Input<"dynamodb", "Query">["ExclusiveStartKey"];
    const rest = await database.call("Query", { ...query, ExclusiveStartKey });
    expect(lines(rest)).to.deep.equal([33]);
    expect(rest).not.to.have.property("LastEvaluatedKey");
    const down = await database.call("Query", { ...query, ScanIndexForward: false });
    expect(lines(down)).to.deep.equal([33, 10, 2, -1]);
    const indexed = await database.call("Query", {
      TableName: "lines",
      IndexName: "bySku",
      KeyConditionExpression: "sku = :s AND line > :l",
      ExpressionAttributeValues: { ":s": S("s"), ":l": N(5) },
    });
    expect(indexed.Items).to.deep.equal(
      [10, 33].map((line) => ({ order: S("o"), line: N(line), sku: S("s") })),
    );
  });
});
