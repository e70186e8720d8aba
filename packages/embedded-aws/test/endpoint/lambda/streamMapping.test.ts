import { expect } from "chai";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { spy } from "sinon";
import { SteppedClock } from "../../../src/core/clock";
import type { CloudEvent } from "../../../src/core/eventStream";
import type { TestCloud } from "../../../src/testing/testCloud";
import {
  createFunction,
  createQueue,
  createRole,
  receive,
  record,
  seenBy,
  startLambdaCloud,
  type Queue,
} from "./support";

const SEES_IDS = `const idOf = (r) => r.dynamodb.Keys.id.S;
const see = (e) => console.log("SEEN " + JSON.stringify(e.Records.map(idOf)));`;

/** Until Lambda reads a shard again. */
const READ_INTERVAL_MS = 250;

/** Stepped all the same; it can say that it runs. */
class TestClock extends SteppedClock {
  runs = false;
  override rate(): number {
    return this.runs ? 1 : 0;
  }
}

describe("an event source mapping of a table's stream", () => {
  let cloud: TestCloud;
  let clock: TestClock;
  let events: CloudEvent[];
  let Role: string;
  let EventSourceArn: string;
  let failed: Queue;

  beforeEach(async () => {
    clock = new TestClock();
    cloud = await startLambdaCloud(clock);
    events = record(cloud);
    failed = await createQueue(cloud, "failed");
    Role = await createRole(cloud, "consumer", [
      {
        Action: [
          "dynamodb:GetRecords",
          "dynamodb:GetShardIterator",
          "dynamodb:DescribeStream",
          "dynamodb:ListStreams",
        ],
        Resource: "*",
      },
      { Action: "sqs:SendMessage", Resource: failed.arn },
    ]);
    const { TableDescription } = await cloud.call("dynamodb", "CreateTable", {
      TableName: "orders",
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      BillingMode: "PAY_PER_REQUEST",
      StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_IMAGE" },
    });
    EventSourceArn = TableDescription?.LatestStreamArn ?? "";
  });
  afterEach(() => cloud.close());

  const put = async (...ids: string[]) => {
    for (const id of ids) {
      const Item = { id: { S: id }, ...(id.startsWith("mail") && { email: { S: `${id}@example.com` } }) };
      await cloud.call("dynamodb", "PutItem", { TableName: "orders", Item });
    }
  };
  const map = (settings: object = {}) =>
    cloud.call("lambda", "CreateEventSourceMapping", {
      EventSourceArn,
      FunctionName: "consumer",
      StartingPosition: "TRIM_HORIZON",
      ...settings,
    });
  const consumer = (source: string) => createFunction(cloud, "consumer", `${SEES_IDS} ${source}`, { Role });
  const seen = () => seenBy(events, "consumer");

  it("gives the function Lambda's event, in the order of the writes", async () => {
    await consumer("exports.handler = async (e) => { console.log('SEEN ' + JSON.stringify(e)); };");
    await put("a", "b");
    await map();
    await clock.settle();
    const [event] = seen() as { Records: Record<string, Record<string, unknown>>[] }[];
    expect(event!.Records.map(({ dynamodb }) => dynamodb!.Keys)).to.deep.equal([
      { id: { S: "a" } },
      { id: { S: "b" } },
    ]);
    expect(event!.Records[0]).to.deep.include({
      eventName: "INSERT",
      eventSource: "aws:dynamodb",
      awsRegion: "us-east-1",
      eventSourceARN: EventSourceArn,
    });
    expect(event!.Records[0]!.dynamodb).to.deep.include({
      NewImage: { id: { S: "a" } },
      StreamViewType: "NEW_IMAGE",
    });
  });

  it("begins with what comes after it, when it shall start at the latest record", async () => {
    await consumer("exports.handler = async (e) => see(e);");
    await put("before");
    await map({ StartingPosition: "LATEST" });
    await put("after");
    await clock.settle();
    expect(seen()).to.deep.equal([["after"]]);
  });

  it("is woken by each write, and after hours of none", async () => {
    await consumer("exports.handler = async (e) => see(e);");
    await map({ StartingPosition: "LATEST" });
    await put("a");
    await clock.settle();
    await clock.advance(3 * 3_600_000);
    await put("b");
    await clock.settle();
    expect(seen()).to.deep.equal([["a"], ["b"]]);
  });

  it("is read four times a second while the clock runs, and what came meanwhile together", async () => {
    clock.runs = true;
    await consumer("exports.handler = async (e) => see(e);");
    await map({ StartingPosition: "LATEST" });
    await clock.advance(1_000);
    await put("a");
    await clock.settle();
    await put("b");
    await clock.advance(READ_INTERVAL_MS - 2);
    await put("c", "d");
    await clock.settle();
    expect(seen()).to.deep.equal([["a"]]);
    await clock.advance(2);
    expect(seen()).to.deep.equal([["a"], ["b", "c", "d"]]);
    await put("e");
    await clock.advance(READ_INTERVAL_MS - 1);
    expect(seen()).to.have.length(2);
    await clock.advance(1);
    expect(seen()[2]).to.deep.equal(["e"]);
  });

  for (const runs of [true, false]) {
    const when = runs ? "while the clock runs" : "while it stands still";

    it(`is read on behind an answer that ends before it does, and of which the function is given nothing, ${when}`, async () => {
      clock.runs = runs;
      await consumer("exports.handler = async (e) => see(e);");
      const Pattern = JSON.stringify({ dynamodb: { NewImage: { email: { S: [{ exists: true }] } } } });
      for (let from = 0; from < 2_000; from += 25) {
        const orders = Array.from({ length: 25 }, (_, index) => ({
          PutRequest: { Item: { id: { S: `plain-${from + index}` } } },
        }));
        await cloud.call("dynamodb", "BatchWriteItem", { RequestItems: { orders } });
      }
      await put("mail-1");
      await map({ FilterCriteria: { Filters: [{ Pattern }] } });
      await (runs ? clock.advance(3 * READ_INTERVAL_MS) : clock.settle());
      expect(seen()).to.deep.equal([["mail-1"]]);
    });

    it(`fills a batch by reading on, answer by answer, ${when}`, async () => {
      clock.runs = runs;
      await consumer("exports.handler = async (e) => see(e);");
      const filler = { S: "x".repeat(300_000) };
      for (let n = 0; n < 8; n++)
        await cloud.call("dynamodb", "PutItem", {
          TableName: "orders",
          Item: { id: { S: `large-${n}` }, filler },
        });
      await map({ BatchSize: 8, MaximumBatchingWindowInSeconds: 60 });
      await clock.advance(3 * READ_INTERVAL_MS);
      expect(seen()).to.deep.equal([Array.from({ length: 8 }, (_, n) => `large-${n}`)]);
    });
  }

  it("waits for a full batch, or for the end of its window", async () => {
    await consumer("exports.handler = async (e) => see(e);");
    await map({ BatchSize: 2, MaximumBatchingWindowInSeconds: 10 });
    await put("a");
    await clock.advance(9999);
    expect(seen()).to.deep.equal([]);
    await clock.advance(1);
    await put("b", "c", "d");
    await clock.settle();
    expect(seen()).to.deep.equal([["a"], ["b", "c"]]);
  });

  it("leaves in the stream what the function cannot take yet", async () => {
    const items = Array.from({ length: 2_000 }, (_, index) => ({ id: { S: `order-${String(index)}` } }));
    for (let from = 0; from < items.length; from += 25) {
      const requests = items.slice(from, from + 25).map((Item) => ({ PutRequest: { Item } }));
      await cloud.call("dynamodb", "BatchWriteItem", { RequestItems: { orders: requests } });
    }
    const reads = spy(cloud.context, "call");
    const readsAtEachBatch: number[] = [];
    cloud.context.events.subscribe(({ type }) => {
      if (type === "stream-batch-sent")
        readsAtEachBatch.push(
          reads.getCalls().filter(({ args }) => (args as readonly unknown[])[1] === "GetRecords").length,
        );
    });
    await consumer("exports.handler = async (e) => {};");
    await map({ BatchSize: 250 });
    await clock.settle();
    expect(readsAtEachBatch).to.deep.equal([1, 1, 1, 1, 2, 2, 2, 2]);
  });

  it("tells the age of each batch's last record", async () => {
    await consumer("exports.handler = async (e) => see(e);");
    await map({ BatchSize: 2, MaximumBatchingWindowInSeconds: 10 });
    await put("a");
    await clock.advance(4000);
    await put("b", "c");
    await clock.advance(10_000);
    const ages = events.flatMap((event) => (event.type === "stream-batch-sent" ? [event.iteratorAgeMs] : []));
    expect(seen()).to.deep.equal([["a", "b"], ["c"]]);
    expect(ages).to.deep.equal([0, 10_000]);
  });

  it("gives the function only what its filter matches", async () => {
    await consumer("exports.handler = async (e) => see(e);");
    const Pattern = JSON.stringify({
      eventName: ["INSERT"],
      dynamodb: { NewImage: { email: { S: [{ exists: true }] } } },
    });
    await map({ FilterCriteria: { Filters: [{ Pattern }] } });
    await put("plain", "mail-1", "mail-1", "mail-2");
    await clock.settle();
    expect(seen().flat()).to.deep.equal(["mail-1", "mail-2"]);
  });

  it("retries a failing batch before anything behind it, then tells the on-failure destination and goes on", async () => {
    await consumer(
      "exports.handler = async (e) => { see(e); if (e.Records.some((r) => idOf(r) === 'bad')) throw new Error('no'); };",
    );
    await map({
      BatchSize: 1,
      MaximumRetryAttempts: 2,
      DestinationConfig: { OnFailure: { Destination: failed.arn } },
    });
    await put("bad", "good");
    await clock.advance(60_000);
    expect(seen()).to.deep.equal([["bad"], ["bad"], ["bad"], ["good"]]);
    const [message] = await receive(cloud, failed);
    const discarded = JSON.parse(message!.Body) as Record<string, Record<string, unknown>>;
    expect(discarded.requestContext).to.include({
      condition: "RetryAttemptsExhausted",
      approximateInvokeCount: 3,
    });
    expect(discarded.responseContext).to.deep.equal({
      statusCode: 200,
      executedVersion: "$LATEST",
      functionError: "Unhandled",
    });
    expect(discarded.DDBStreamBatchInfo).to.include({
      batchSize: 1,
      streamArn: EventSourceArn,
      approximateArrivalOfFirstRecord: "2026-01-01T00:00:00.000Z",
    });
    const { startSequenceNumber, endSequenceNumber } = discarded.DDBStreamBatchInfo!;
    expect(startSequenceNumber).to.be.a("string").and.equal(endSequenceNumber);
  });

  it("isolates a poison record by bisecting; every other one is handled", async () => {
    await consumer(
      "exports.handler = async (e) => { see(e); if (e.Records.some((r) => idOf(r) === 'd')) throw new Error('no'); };",
    );
    await put("a", "b", "c", "d", "e", "f");
    await map({
      BisectBatchOnFunctionError: true,
      MaximumRetryAttempts: 1,
      DestinationConfig: { OnFailure: { Destination: failed.arn } },
    });
    await clock.advance(60_000);
    expect(seen()).to.deep.equal([
      ["a", "b", "c", "d", "e", "f"],
      ["a", "b", "c"],
      ["d", "e", "f"],
      ["d", "e"],
      ["d"],
      ["d"],
      ["e"],
      ["f"],
    ]);
    expect(await receive(cloud, failed)).to.have.length(1);
  });

  it("starts again at the lowest record that was reported", async () => {
    await consumer(`let calls = 0; exports.handler = async (e) => { see(e); return calls++ > 0 ? {} : { batchItemFailures:
      ["c", "b"].map((id) => ({ itemIdentifier: e.Records.find((r) => idOf(r) === id).dynamodb.SequenceNumber })) }; };`);
    await put("a", "b", "c");
    await map({ FunctionResponseTypes: ["ReportBatchItemFailures"] });
    await clock.advance(10_000);
    expect(seen()).to.deep.equal([
      ["a", "b", "c"],
      ["b", "c"],
    ]);
  });

  it("gives up what has become too old", async () => {
    await consumer("exports.handler = async (e) => { see(e); throw new Error('no'); };");
    await put("old");
    await map({
      MaximumRecordAgeInSeconds: 60,
      DestinationConfig: { OnFailure: { Destination: failed.arn } },
    });
    await clock.advance(600_000);
    const [message] = await receive(cloud, failed);
    expect(JSON.parse(message!.Body)).to.have.nested.property(
      "requestContext.condition",
      "RecordAgeExceeded",
    );
  });

  it("goes on where it was when it is enabled again", async () => {
    await consumer("exports.handler = async (e) => see(e);");
    const { UUID } = await map();
    await put("a");
    await clock.settle();
    await cloud.call("lambda", "UpdateEventSourceMapping", { UUID, Enabled: false });
    await put("b");
    await clock.settle();
    await cloud.call("lambda", "UpdateEventSourceMapping", { UUID, Enabled: true });
    await clock.settle();
    expect(seen()).to.deep.equal([["a"], ["b"]]);
  });

  it("works off several batches at a time, each item's changes in their order", async () => {
    // A batch waits until four run side by side: with fewer lanes it would wait until its time is up.
    const source = `const fs = require("node:fs"); const folder = process.env.MEETING;
      exports.handler = async (e) => {
        const rows = e.Records.map((r) => [r.dynamodb.Keys.id.S, Number(r.dynamodb.NewImage.n.N)]);
        fs.writeFileSync(folder + "/" + rows[0][0] + rows[0][1], "");
        if (rows[0][1] === 0) while (fs.readdirSync(folder).length < 4) await new Promise((r) => setTimeout(r, 5));
        console.log("SEEN " + JSON.stringify(rows)); };`;
    const folder = mkdtempSync(join("/tmp", "meeting-"));
    await createFunction(cloud, "consumer", source, {
      Role,
      Timeout: 20,
      Environment: { Variables: { MEETING: folder } },
    });
    const ids = Array.from({ length: 24 }, (_, index) => `item-${index}`);
    for (let n = 0; n < 3; n++)
      for (const id of ids)
        await cloud.call("dynamodb", "PutItem", {
          TableName: "orders",
          Item: { id: { S: id }, n: { N: String(n) } },
        });
    await map({ ParallelizationFactor: 4, BatchSize: 5 });
    await clock.settle();
    const rows = (seen() as [string, number][][]).flat();
    expect(rows).to.have.length(72);
    for (const id of ids)
      expect(
        rows.filter((row) => row[0] === id).map((row) => row[1]),
        id,
      ).to.deep.equal([0, 1, 2]);
    rmSync(folder, { recursive: true });
  }).timeout(60_000);

  describe("is refused", () => {
    const refusals: [string, object, string][] = [
      ["without a starting position", { StartingPosition: undefined }, "StartingPosition"],
      [
        "with a record age of less than a minute",
        { MaximumRecordAgeInSeconds: 59 },
        "MaximumRecordAgeInSeconds: got 59",
      ],
      [
        "with more batches of a shard at a time than there may be",
        { ParallelizationFactor: 11 },
        "parallelizationFactor",
      ],
      [
        "from a time on, which only other kinds of streams know",
        { StartingPosition: "AT_TIMESTAMP", StartingPositionTimestamp: new Date(0) },
        "AT_TIMESTAMP is not for a DynamoDB stream",
      ],
      ["with a maximum concurrency", { ScalingConfig: { MaximumConcurrency: 2 } }, "ScalingConfig"],
    ];
    for (const [what, settings, message] of refusals) {
      it(what, async () => {
        await consumer("exports.handler = async () => {};");
        const error = await map(settings).catch((reason: unknown) => reason);
        expect(error).to.be.an("error").with.property("message").that.includes(message);
      });
    }

    it("when the role may not read the stream", async () => {
      await createFunction(cloud, "consumer", "exports.handler = async () => {};");
      const error = await map().catch((reason: unknown) => reason);
      expect(error)
        .to.have.property("message")
        .that.includes("Cannot access stream")
        .and.includes("ListStreams");
    });
  });
});
