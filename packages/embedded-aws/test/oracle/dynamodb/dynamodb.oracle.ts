import { expect } from "chai";
import fc from "fast-check";
import { createDynamoDb } from "../../../src/services/dynamodb/dynamodb";
import { kind } from "../../../src/core/conditions/conditions";
import { startTestCloud, type TestCloud } from "../../../src/testing/testCloud";
import { type Answer, call, comparable, normal } from "./call";
import { sequences } from "./commands";
import { type Command, inRun, tableInRun, tableNames } from "./runs";
import { type DynamoDbLocal, startDynamoDbLocal, whyUnavailable } from "./dynamoDbLocal";
import { Lane, Side } from "./lanes";

/** Random sequences are the same in every run, unless a run is given another seed or more of them. */
const seed = Number(process.env.ORACLE_SEED ?? 20260101);
const numRuns = Number(process.env.ORACLE_RUNS ?? 60);
/** Commands in one long walk, shared by the lanes; a million of fresh seeds take an hour or so. */
const commandCount = Number(process.env.ORACLE_COMMANDS ?? 2_000);
const laneCount = Number(process.env.ORACLE_LANES ?? 8);
const MOST_DIFFERENCES = 10;

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
    for (const name of tableNames) await createTable(tableInRun(name, run));
  }

  async function createTable(TableName: string): Promise<void> {
    await both("CreateTable", {
      TableName,
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      BillingMode: "PAY_PER_REQUEST",
      StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_AND_OLD_IMAGES" },
    });
  }

  /** Sends one request to both sides and expects one answer; says how it came out. */
  async function expectAlike(operation: string, input: object, actions?: number): Promise<string> {
    const [ours, theirs] = await both(operation, input);
    expect(comparable(input, ours, actions), `${operation} ${JSON.stringify(input)}`).to.deep.equal(
      comparable(input, theirs, actions),
    );
    return outcomeOf(theirs);
  }

  it("gives equal answers, refusals, items and stream records for the same sequences of requests", async () => {
    let runs = 0;
    const outcomes = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(sequences, async (commands) => {
        const run = String(runs++);
        await createTables(run);
        for (const command of commands) {
          const { operation, input, actions } = inRun(command, run);
          const outcome = await expectAlike(operation, input, actions);
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
      "DuplicateItem",
    ]) {
      expect(outcomes.get(outcome), outcome).to.be.greaterThan(0);
    }
  });

  it(`agrees over ${commandCount} commands on tables that stay`, async function () {
    this.timeout(0);
    const ours = new Side(cloud.endpoint);
    const theirs = new Side(oracle.endpoint);
    const differences: string[] = [];
    let asked = 0;
    const outcomes = new Map<string, number>();
    const compare = async ({ operation, input, actions }: Command, lane: number) => {
      const [own, their] = await Promise.all([ours.ask(operation, input), theirs.ask(operation, input)]);
      const [left, right] = [own, their].map((answer) => JSON.stringify(comparable(input, answer, actions)));
      const outcome = outcomeOf(their);
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      if (left === right) return;
      const told = `seed ${lane}: ${operation} ${JSON.stringify(input)}\n  ours:   ${left}\n  theirs: ${right}`;
      differences.push(told);
      console.log(told);
    };
    const walk = async (laneSeed: number) => {
      const lane = new Lane(laneSeed);
      for (const name of lane.tables) await createTable(name);
      while (asked < commandCount && differences.length < MOST_DIFFERENCES) {
        if (++asked % 10_000 === 0) console.log(`${asked} commands; seeds from ${seed}`);
        await compare(lane.next(), laneSeed);
      }
    };
    await Promise.all(Array.from({ length: laneCount }, (_, index) => walk(seed + index)));
    ours.close();
    theirs.close();
    console.log(`${asked} commands, seeds ${seed} to ${seed + laneCount - 1}:`, Object.fromEntries(outcomes));
    expect(differences).to.deep.equal([]);
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

function outcomeOf({ __type }: Answer): string {
  return typeof __type === "string" ? __type.replace(/^.*#/, "") : "succeeded";
}

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
