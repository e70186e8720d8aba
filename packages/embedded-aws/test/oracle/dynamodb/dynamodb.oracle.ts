import { expect } from "chai";
import fc from "fast-check";
import { createDynamoDb } from "../../../src/services/dynamodb/dynamodb";
import { kind } from "../../../src/conditions/conditions";
import { startTestCloud, type TestCloud } from "../../../src/testing/testCloud";
import { type Answer, call, comparable, normal } from "./call";
import { inRun, sequences, tableInRun, tableNames } from "./commands";
import { type DynamoDbLocal, startDynamoDbLocal, whyUnavailable } from "./dynamoDbLocal";

/** Random sequences are the same in every run, unless a run is given another seed or more of them. */
const seed = Number(process.env.ORACLE_SEED ?? 20260101);
const numRuns = Number(process.env.ORACLE_RUNS ?? 60);

describe("the embedded DynamoDB against AWS's DynamoDB Local", function () {
  this.timeout(300_000);
  let cloud: TestCloud;
  let oracle: DynamoDbLocal;

  before(async function () {
    const reason = whyUnavailable();
    if (reason !== undefined) {
      if (process.env.CI_REQUIRE_ORACLE === "1") throw new Error(`The oracle is required, but ${reason}`);
      console.warn(`SKIPPED: the embedded DynamoDB is not compared with DynamoDB Local: ${reason}`);
      this.skip();
    }
    oracle = await startDynamoDbLocal();
    cloud = await startTestCloud({
      services: [createDynamoDb],
      // DynamoDB Local throttles nothing, and answers in an order of its own.
      conditions: kind,
    });
  });

  after(async () => {
    // `before` may have skipped or failed before it set these.
    await (cloud as TestCloud | undefined)?.close();
    await (oracle as DynamoDbLocal | undefined)?.stop();
  });

  async function both(operation: string, input: object): Promise<readonly [ours: Answer, theirs: Answer]> {
    return Promise.all([call(cloud.endpoint, operation, input), call(oracle.endpoint, operation, input)]);
  }

  async function createTables(run: string): Promise<void> {
    for (const name of tableNames) {
      await both("CreateTable", {
        TableName: tableInRun(name, run),
        AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
        KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
        BillingMode: "PAY_PER_REQUEST",
        StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_AND_OLD_IMAGES" },
      });
    }
  }

  /** Sends one request to both sides and expects one answer; says how it came out. */
  async function expectAlike(operation: string, input: object): Promise<string> {
    const [ours, theirs] = await both(operation, input);
    expect(comparable(input, ours), `${operation} ${JSON.stringify(input)}`).to.deep.equal(
      comparable(input, theirs),
    );
    return typeof theirs.__type === "string" ? theirs.__type.replace(/^.*#/, "") : "succeeded";
  }

  it("gives equal answers, refusals, items and stream records for the same sequences of requests", async () => {
    let runs = 0;
    const outcomes = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(sequences, async (commands) => {
        const run = String(runs++);
        await createTables(run);
        for (const command of commands) {
          const { operation, input } = inRun(command, run);
          const outcome = await expectAlike(operation, input);
          outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
        }
        for (const name of tableNames) {
          const TableName = tableInRun(name, run);
          await expectAlike("Scan", { TableName });
          expect(await records(cloud.endpoint, TableName)).to.deep.equal(
            await records(oracle.endpoint, TableName),
          );
        }
      }),
      { seed, numRuns },
    );
    // A generator that has gone one-sided would compare nothing of interest.
    for (const outcome of [
      "succeeded",
      "ConditionalCheckFailedException",
      "TransactionCanceledException",
      "ValidationException",
      "IdempotentParameterMismatchException",
    ]) {
      expect(outcomes.get(outcome), outcome).to.be.greaterThan(0);
    }
  });

  it("charges tables with indexes alike", async () => {
    const TableName = "indexed";
    await both("CreateTable", {
      TableName,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: ["p", "s", "g", "l"].map((AttributeName) => ({
        AttributeName,
        AttributeType: "S",
      })),
      KeySchema: keySchema("p", "s"),
      GlobalSecondaryIndexes: [
        { IndexName: "global", KeySchema: keySchema("g"), Projection: { ProjectionType: "KEYS_ONLY" } },
      ],
      LocalSecondaryIndexes: [
        {
          IndexName: "local",
          KeySchema: keySchema("p", "l"),
          Projection: { ProjectionType: "INCLUDE", NonKeyAttributes: ["x"] },
        },
      ],
    });
    const ReturnConsumedCapacity = "INDEXES";
    const item = (attributes: Readonly<Record<string, string>>) =>
      Object.fromEntries(Object.entries(attributes).map(([name, S]) => [name, { S }]));
    for (const attributes of [
      { p: "1", s: "1", g: "g", l: "l", x: "x" },
      { p: "1", s: "1", g: "moved", l: "l", x: "x" },
      { p: "1", s: "1", g: "moved", l: "l", x: "changed", y: "not projected" },
      { p: "1", s: "1", g: "moved", x: "changed" },
      { p: "1", s: "2", g: "moved", l: "k", y: "y".repeat(5000) },
    ]) {
      await expectAlike("PutItem", { TableName, ReturnConsumedCapacity, Item: item(attributes) });
    }
    const query = {
      TableName,
      ReturnConsumedCapacity,
      KeyConditionExpression: "p = :p",
      ExpressionAttributeValues: item({ ":p": "1" }),
    };
    await expectAlike("Query", { ...query, Limit: 1 });
    await expectAlike("Query", { ...query, ScanIndexForward: false, ConsistentRead: true });
    await expectAlike("Query", { ...query, IndexName: "local" });
    await expectAlike("Query", { ...query, IndexName: "local", Select: "ALL_ATTRIBUTES" });
    await expectAlike("Query", {
      ...query,
      IndexName: "global",
      KeyConditionExpression: "g = :p",
      ExpressionAttributeValues: item({ ":p": "moved" }),
    });
    await expectAlike("DeleteItem", { TableName, ReturnConsumedCapacity, Key: item({ p: "1", s: "2" }) });
  });

  it("refuses malformed transactions alike", async () => {
    await createTables("refusals");
    const TableName = tableInRun("orders", "refusals");
    const id = (key: string) => ({ id: { S: key } });
    const put = (key: string) => ({ Put: { TableName, Item: id(key) } });
    for (const TransactItems of [
      [put("a"), put("a")],
      [{ Put: { TableName, Item: { ...id("a"), text: { S: "x".repeat(410_000) } } } }],
      Array.from({ length: 12 }, (_, i) => ({
        Put: { TableName, Item: { ...id(`${i}`), text: { S: "x".repeat(380_000) } } },
      })),
      [
        {
          Update: {
            TableName,
            Key: id("b"),
            UpdateExpression: "SET id = :x",
            ExpressionAttributeValues: { ":x": { S: "c" } },
          },
        },
      ],
      [{ Put: { TableName, Item: id("a"), ExpressionAttributeValues: { ":unused": { N: "1" } } } }],
    ]) {
      await expectAlike("TransactWriteItems", { TransactItems });
    }
  });
});

function keySchema(hash: string, range?: string): object[] {
  return [
    { AttributeName: hash, KeyType: "HASH" },
    ...(range === undefined ? [] : [{ AttributeName: range, KeyType: "RANGE" }]),
  ];
}

/** All stream records of a table, without what only time and chance decide. */
async function records(endpoint: string, tableName: string): Promise<unknown> {
  const { Streams } = (await call(endpoint, "ListStreams", { TableName: tableName })) as unknown as {
    Streams: { StreamArn: string }[];
  };
  const StreamArn = Streams[0]?.StreamArn;
  const { StreamDescription } = (await call(endpoint, "DescribeStream", { StreamArn })) as unknown as {
    StreamDescription: { Shards: { ShardId: string }[] };
  };
  const found: unknown[] = [];
  for (const { ShardId } of StreamDescription.Shards) {
    const { ShardIterator } = await call(endpoint, "GetShardIterator", {
      StreamArn,
      ShardId,
      ShardIteratorType: "TRIM_HORIZON",
    });
    const { Records } = (await call(endpoint, "GetRecords", { ShardIterator })) as unknown as {
      Records: {
        eventName: string;
        eventSource: string;
        eventVersion: string;
        dynamodb: Record<string, unknown>;
      }[];
    };
    for (const { eventName, eventSource, eventVersion, dynamodb } of Records) {
      const { SequenceNumber: _, ApproximateCreationDateTime: __, ...contents } = dynamodb;
      found.push(normal({ eventName, eventSource, eventVersion, ...contents }));
    }
  }
  return found;
}
