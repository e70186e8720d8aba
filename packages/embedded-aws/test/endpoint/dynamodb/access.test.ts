import { expect } from "chai";
import { N, S, startTestDatabase, type TestDatabase } from "./support";
import { createWorker, type Worker } from "./worker";

describe("access to DynamoDB", () => {
  let database: TestDatabase;
  let worker: Worker;
  const orders = "arn:aws:dynamodb:us-east-1:000000000000:table/orders";
  const stock = "arn:aws:dynamodb:us-east-1:000000000000:table/stock";

  beforeEach(async () => {
    database = await startTestDatabase();
    await database.createTable("orders", {
      StreamSpecification: { StreamEnabled: true, StreamViewType: "KEYS_ONLY" },
    });
    await database.createTable("stock");
    worker = await createWorker(database);
  });

  afterEach(() => database.close());

  const allow: Worker["allow"] = (...statements) => worker.allow(...statements);
  const outcome: Worker["outcome"] = (operation, input) => worker.outcome(operation, input);

  const key = { id: S("a") };
  const write = { TableName: "orders", Key: key };
  const needs: readonly (readonly [operation: string, input: object, action: string, resource: string])[] = [
    ["PutItem", { TableName: "orders", Item: key }, "dynamodb:PutItem", orders],
    ["GetItem", write, "dynamodb:GetItem", orders],
    ["DeleteItem", write, "dynamodb:DeleteItem", orders],
    ["UpdateItem", write, "dynamodb:UpdateItem", orders],
    ["Scan", { TableName: "orders" }, "dynamodb:Scan", orders],
    [
      "BatchWriteItem",
      { RequestItems: { orders: [{ PutRequest: { Item: key } }] } },
      "dynamodb:BatchWriteItem",
      orders,
    ],
    ["BatchGetItem", { RequestItems: { orders: { Keys: [key] } } }, "dynamodb:BatchGetItem", orders],
    ["TransactGetItems", { TransactItems: [{ Get: write }] }, "dynamodb:GetItem", orders],
    [
      "TransactWriteItems",
      { TransactItems: [{ Put: { TableName: "orders", Item: key } }] },
      "dynamodb:PutItem",
      orders,
    ],
    ["TransactWriteItems", { TransactItems: [{ Delete: write }] }, "dynamodb:DeleteItem", orders],
    [
      "TransactWriteItems",
      { TransactItems: [{ ConditionCheck: { ...write, ConditionExpression: "attribute_not_exists(id)" } }] },
      "dynamodb:ConditionCheckItem",
      orders,
    ],
    ["DescribeTable", { TableName: "orders" }, "dynamodb:DescribeTable", orders],
    ["ListStreams", {}, "dynamodb:ListStreams", "*"],
    [
      "DescribeStream",
      { StreamArn: `${orders}/stream/2026-01-01T00:00:00.000` },
      "dynamodb:DescribeStream",
      `${orders}/stream/*`,
    ],
  ];
  for (const [operation, input, Action, Resource] of needs) {
    it(`of ${operation} needs ${Action}`, async () => {
      await allow({ Action: "dynamodb:Nothing", Resource });
      expect(await outcome(operation, input))
        .to.contain("AccessDeniedException")
        .and.to.contain(Action);
      await allow({ Action, Resource });
      expect(await outcome(operation, input)).to.equal("allowed");
    });
  }

  it("of a transaction needs the permission of each of its actions", async () => {
    const transaction = {
      TransactItems: [
        { Put: { TableName: "orders", Item: key } },
        {
          Update: {
            TableName: "stock",
            Key: key,
            UpdateExpression: "ADD n :n",
            ExpressionAttributeValues: { ":n": N(1) },
          },
        },
      ],
    };
    await allow({ Action: "dynamodb:PutItem", Resource: orders });
    expect(await outcome("TransactWriteItems", transaction))
      .to.contain("dynamodb:UpdateItem")
      .and.to.contain(stock);
    expect(await database.items("orders")).to.deep.equal([]);
    await allow(
      { Action: "dynamodb:PutItem", Resource: orders },
      { Action: "dynamodb:UpdateItem", Resource: stock },
    );
    expect(await outcome("TransactWriteItems", transaction)).to.equal("allowed");
  });

  it("may be bound to partition keys", async () => {
    await allow({
      Action: "dynamodb:PutItem",
      Resource: orders,
      Condition: { "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": ["mine"] } },
    });
    expect(await outcome("PutItem", { TableName: "orders", Item: { id: S("mine") } })).to.equal("allowed");
    expect(await outcome("PutItem", { TableName: "orders", Item: { id: S("yours") } })).to.contain(
      "AccessDenied",
    );
  });

  it("is refused before a table is looked for", async () => {
    await allow({ Action: "dynamodb:PutItem", Resource: orders });
    expect(await outcome("PutItem", { TableName: "nope", Item: key })).to.contain("AccessDeniedException");
  });
});
