import { expect } from "chai";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createFunction, receive } from "./support";
import { givenStream, type GivenStream } from "./givenStream";

describe("an event source mapping of a table's stream", () => {
  let clock: GivenStream["clock"];
  let cloud: GivenStream["cloud"];
  let events: GivenStream["events"];
  let failed: GivenStream["failed"];
  let Role: GivenStream["Role"];
  let EventSourceArn: GivenStream["EventSourceArn"];
  let put: GivenStream["put"];
  let map: GivenStream["map"];
  let consumer: GivenStream["consumer"];
  let seen: GivenStream["seen"];

  beforeEach(async () => {
    ({ clock, cloud, events, failed, Role, EventSourceArn, put, map, consumer, seen } = await givenStream());
  });
  afterEach(() => cloud.close());

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
