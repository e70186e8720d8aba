import {
  ConditionalCheckFailedException,
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  PutItemCommand,
  TransactionCanceledException,
  waitUntilTableExists,
} from "@aws-sdk/client-dynamodb";
import { DynamoDBDocument } from "@aws-sdk/lib-dynamodb";
import { expect } from "chai";
import { createDynamoDb } from "../../../src/services/dynamodb/dynamodb";
import { startTestCloud, type TestCloud } from "../../../src/testing/testCloud";

const table = {
  TableName: "orders",
  AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" as const }],
  KeySchema: [{ AttributeName: "id", KeyType: "HASH" as const }],
  BillingMode: "PAY_PER_REQUEST" as const,
  StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_IMAGE" as const },
};

async function caught(call: Promise<unknown>): Promise<unknown> {
  try {
    await call;
  } catch (error) {
    return error;
  }
  return undefined;
}

describe("DynamoDB over the wire", () => {
  let cloud: TestCloud;
  let client: DynamoDBClient;

  before(async () => {
    cloud = await startTestCloud({ services: [createDynamoDb] });
    client = new DynamoDBClient({ ...cloud.client, maxAttempts: 1 });
    await client.send(new CreateTableCommand(table));
    await waitUntilTableExists({ client, minDelay: 1, maxDelay: 1, maxWaitTime: 5 }, { TableName: "orders" });
  });

  after(async () => {
    client.destroy();
    await cloud.close();
  });

  it("speaks with the SDK's client", async () => {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: "orders" }));
    expect(Table).to.include({ TableStatus: "ACTIVE", TableName: "orders" });
    expect(Table?.CreationDateTime).to.be.instanceOf(Date);
  });

  it("refuses values of legacy conditions that are none, before it compares them", async () => {
    const Expected = {
      n: { ComparisonOperator: "BETWEEN" as const, AttributeValueList: [{ N: "1" }, { N: "***" }] },
    };
    const put = new PutItemCommand({ TableName: "orders", Item: { id: { S: "x" } }, Expected });
    expect(await caught(client.send(put))).to.include({ name: "ValidationException" });
  });

  it("speaks with the SDK's document client", async () => {
    const documents = DynamoDBDocument.from(client);
    const Item = {
      id: "o1",
      total: 10.5,
      tags: new Set(["new"]),
      raw: new Uint8Array([1, 2]),
      items: [{ sku: "pen", quantity: 2 }],
    };
    await documents.put({ TableName: "orders", Item, ConditionExpression: "attribute_not_exists(id)" });
    expect((await documents.get({ TableName: "orders", Key: { id: "o1" } })).Item).to.deep.equal(Item);

    const again = await caught(
      client.send(
        new PutItemCommand({
          TableName: "orders",
          Item: { id: { S: "o1" } },
          ConditionExpression: "attribute_not_exists(id)",
          ReturnValuesOnConditionCheckFailure: "ALL_OLD",
        }),
      ),
    );
    expect(again).to.be.instanceOf(ConditionalCheckFailedException);
    expect((again as ConditionalCheckFailedException).Item?.id).to.deep.equal({ S: "o1" });
  });

  it("takes and gives binaries as bytes, in calls of this process and in errors too", async () => {
    const bytes = new Uint8Array([0, 255, 7]);
    const Item = { id: { S: "binary" }, b: { B: bytes }, m: { M: { l: { L: [{ BS: [bytes] }] } } } };
    await cloud.call("dynamodb", "PutItem", { TableName: "orders", Item });
    const Key = { id: Item.id };
    const got = await cloud.call("dynamodb", "GetItem", { TableName: "orders", Key });
    expect(got.Item?.b?.B).to.be.instanceOf(Uint8Array);
    expect([...(got.Item?.m?.M?.l?.L?.[0]?.BS?.[0] ?? [])]).to.deep.equal([...bytes]);
    const again = await caught(
      client.send(
        new PutItemCommand({
          TableName: "orders",
          Item,
          ConditionExpression: "b <> :b",
          ExpressionAttributeValues: { ":b": { B: bytes } },
          ReturnValuesOnConditionCheckFailure: "ALL_OLD",
        }),
      ),
    );
    expect([...((again as ConditionalCheckFailedException).Item?.b?.B ?? [])]).to.deep.equal([...bytes]);
  });

  it("tells the SDK why a transaction was cancelled", async () => {
    const documents = DynamoDBDocument.from(client);
    const error = await caught(
      documents.transactWrite({
        TransactItems: [
          { Put: { TableName: "orders", Item: { id: "o2" } } },
          {
            ConditionCheck: {
              TableName: "orders",
              Key: { id: "absent" },
              ConditionExpression: "attribute_exists(id)",
            },
          },
        ],
      }),
    );
    expect(error).to.be.instanceOf(TransactionCanceledException);
    const { CancellationReasons, message } = error as TransactionCanceledException;
    expect(CancellationReasons?.map(({ Code }) => Code)).to.deep.equal(["None", "ConditionalCheckFailed"]);
    expect(message).to.contain("[None, ConditionalCheckFailed]");
  });
});
