import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { SteppedClock } from "../../../src/core/clock";
import { KeptFile } from "../../../src/core/keptFile";
import { messageOf } from "../../../src/core/messageOf";
import { startCloud, type CloudOptions } from "../../../src/cloud";
import { startTestCloud, type TestCloud } from "../../../src/testing/testCloud";
import { createFunction, createRole, record, seenBy } from "../lambda/support";

/** What services have is there again in the next cloud, as soon as what had it is made anew. */
describe("state that is kept", function () {
  this.timeout(20_000);
  let directory: string;
  let clock: SteppedClock;
  let cloud: TestCloud;
  let kept: KeptFile;

  const start = async (options: Partial<CloudOptions> = {}, laterMs = 0) => {
    kept = new KeptFile({ file: path.join(directory, "dev.sqlite"), of: {}, schedule: () => undefined });
    clock = new SteppedClock(kept.time === undefined ? undefined : kept.time + laterMs);
    const conditions = { iamPropagationMs: 0, queueDepthLagMs: 0, shuffledAnswers: false };
    cloud = await startTestCloud({ clock, keep: kept, conditions, ...options });
  };
  const again = async () => {
    await cloud.close();
    await start();
  };

  beforeEach(async () => {
    directory = mkdtempSync(path.join(tmpdir(), "kept-"));
    await start();
  });
  afterEach(async () => {
    await cloud.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const queue = async (QueueName: string, Attributes: Record<string, string> = {}) =>
    (await cloud.call("sqs", "CreateQueue", { QueueName, Attributes })).QueueUrl ?? "";
  const receive = async (QueueUrl: string, more: object = {}) =>
    (
      await cloud.call("sqs", "ReceiveMessage", {
        QueueUrl,
        MaxNumberOfMessages: 10,
        MessageAttributeNames: ["All"],
        MessageSystemAttributeNames: ["All"],
        ...more,
      })
    ).Messages ?? [];
  const bodies = async (QueueUrl: string) => (await receive(QueueUrl)).map(({ Body }) => Body);

  it("goes on at the time at which the last cloud ended, and draws other ids", async () => {
    await clock.advance(1_234_567);
    const then = clock.now();
    const url = await queue("a");
    const first = await cloud.call("sqs", "SendMessage", { QueueUrl: url, MessageBody: "x" });
    await again();
    expect(clock.now()).to.equal(then);
    const second = await cloud.call("sqs", "SendMessage", { QueueUrl: await queue("a"), MessageBody: "x" });
    expect(second.MessageId).not.to.equal(first.MessageId);
    expect(await bodies(await queue("a"))).to.have.length(2);
  });

  it("a cloud that cannot start lets go of what it was to keep", async () => {
    const file = path.join(directory, "other.sqlite");
    const keep = () => new KeptFile({ file, of: {} });
    const port = Number(new URL(cloud.endpoint).port);
    for (const [options, problem] of [
      [{ port }, /^Port \d+ is in use/],
      [{ accountId: "1" }, /^accountId: got "1"/],
    ] as const)
      expect(await startCloud({ ...options, keep: keep() }).then(() => "started", messageOf)).to.match(
        problem,
      );
    // Somebody else may have it.
    keep().end();
  });

  it("a queue has its messages: delayed ones wait on, and what was in flight is visible again", async () => {
    const url = await queue("a");
    const attribute = { DataType: "Binary", BinaryValue: new Uint8Array([0, 255, 1]) };
    const MessageAttributes = {
      constructor: attribute,
      text: { DataType: "String", StringValue: "é\u0009" },
    };
    await cloud.call("sqs", "SendMessage", { QueueUrl: url, MessageBody: "in flight 🛒", MessageAttributes });
    const [before] = await receive(url, { VisibilityTimeout: 600 });
    await cloud.call("sqs", "SendMessage", { QueueUrl: url, MessageBody: "delayed", DelaySeconds: 60 });
    await cloud.call("sqs", "SendMessage", { QueueUrl: url, MessageBody: "gone" });
    const [gone] = await receive(url);
    await cloud.call("sqs", "DeleteMessage", { QueueUrl: url, ReceiptHandle: gone?.ReceiptHandle });
    await cloud.call("sqs", "SendMessage", { QueueUrl: await queue("b"), MessageBody: "other" });
    await again();
    const next = await queue("a");
    const [after, ...others] = await receive(next);
    expect(others).to.deep.equal([]);
    expect({ ...after, ReceiptHandle: "", Attributes: {} }).to.deep.equal({
      ...before,
      ReceiptHandle: "",
      Attributes: {},
    });
    expect(after?.Attributes?.ApproximateReceiveCount).to.equal("2");
    expect(after?.Attributes?.SentTimestamp).to.equal(before?.Attributes?.SentTimestamp);
    await clock.advance(60_000);
    const delayed = await receive(next, { VisibilityTimeout: 0 });
    expect(delayed.map(({ Body }) => Body)).to.include("delayed");
    // A handle that the last cloud gave out still names its message.
    await cloud.call("sqs", "DeleteMessage", { QueueUrl: next, ReceiptHandle: before?.ReceiptHandle });
    expect(await bodies(next)).to.deep.equal(["delayed"]);
    expect(await bodies(await queue("b"))).to.deep.equal(["other"]);
  });

  it("a message that is received too often goes to the dead letters, which are kept, and stay in order", async () => {
    const made = async () => {
      const letters = await queue("letters");
      const deadLetterTargetArn = "arn:aws:sqs:us-east-1:000000000000:letters";
      const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 2 });
      return { letters, url: await queue("a", { RedrivePolicy, VisibilityTimeout: "30" }) };
    };
    const { url } = await made();
    for (const MessageBody of ["1", "2", "3"])
      await cloud.call("sqs", "SendMessage", { QueueUrl: url, MessageBody });
    await receive(url);
    await again();
    await receive((await made()).url);
    await again();
    const last = await made();
    expect(await receive(last.url)).to.deep.equal([]);
    await again();
    expect(await bodies((await made()).letters)).to.deep.equal(["1", "2", "3"]);
  });

  it("a FIFO queue keeps its order, its sequence and what it has seen for five minutes", async () => {
    const fifo = { FifoQueue: "true" };
    const send = async (QueueUrl: string, id: string) =>
      await cloud.call("sqs", "SendMessage", {
        QueueUrl,
        MessageBody: id,
        MessageGroupId: "g",
        MessageDeduplicationId: id,
      });
    const url = await queue("a.fifo", fifo);
    const sent = [await send(url, "1"), await send(url, "2")];
    const [one] = await receive(url, { MaxNumberOfMessages: 1 });
    await cloud.call("sqs", "DeleteMessage", { QueueUrl: url, ReceiptHandle: one?.ReceiptHandle });
    const [held] = await receive(url);
    await again();
    const next = await queue("a.fifo", fifo);
    const repeated = await send(next, "1");
    expect(repeated.SequenceNumber).to.equal(sent[0]?.SequenceNumber);
    const third = await send(next, "3");
    expect(BigInt(third.SequenceNumber ?? 0) > BigInt(sent[1]?.SequenceNumber ?? 0)).to.equal(true);
    expect(await bodies(next)).to.deep.equal(["2", "3"]);
    // The delivery of the last cloud is over.
    const late = cloud.call("sqs", "DeleteMessage", { QueueUrl: next, ReceiptHandle: held?.ReceiptHandle });
    expect(await late.catch(messageOf)).to.match(/expired/);
    await clock.advance(5 * 60_000);
    expect((await send(next, "1")).SequenceNumber).not.to.equal(sent[0]?.SequenceNumber);
  });

  it("what is purged or deleted does not come back", async () => {
    const [a, b] = [await queue("a"), await queue("b")];
    for (const QueueUrl of [a, b]) await cloud.call("sqs", "SendMessage", { QueueUrl, MessageBody: "x" });
    kept.write();
    await cloud.call("sqs", "PurgeQueue", { QueueUrl: a });
    await cloud.call("sqs", "DeleteQueue", { QueueUrl: b });
    await again();
    expect(await bodies(await queue("a"))).to.deep.equal([]);
    expect(await bodies(await queue("b"))).to.deep.equal([]);
    expect(kept.counts().get("message") ?? 0).to.equal(0);
  });

  const ITEMS: Record<string, AttributeValue>[] = [
    {
      id: { S: "1" },
      at: { N: "5" },
      constructor: { M: { __proto__of: { L: [{ BOOL: true }, { NULL: true }] } } },
    },
    { id: { S: "1" }, at: { N: "-1.50" }, bytes: { B: new Uint8Array([0, 255]) } },
    { id: { S: "é 🛒" }, at: { N: "7" }, kind: { S: "k" }, sets: { NS: ["2", "1"] }, empty: { S: "" } },
  ];
  const table = async (more: object = {}) =>
    (
      await cloud.call("dynamodb", "CreateTable", {
        TableName: "orders",
        AttributeDefinitions: [
          { AttributeName: "id", AttributeType: "S" },
          { AttributeName: "at", AttributeType: "N" },
          { AttributeName: "kind", AttributeType: "S" },
        ],
        KeySchema: [
          { AttributeName: "id", KeyType: "HASH" },
          { AttributeName: "at", KeyType: "RANGE" },
        ],
        GlobalSecondaryIndexes: [
          {
            IndexName: "byKind",
            KeySchema: [{ AttributeName: "kind", KeyType: "HASH" }],
            Projection: { ProjectionType: "ALL" },
          },
        ],
        BillingMode: "PAY_PER_REQUEST",
        StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_IMAGE" },
        ...more,
      })
    ).TableDescription;
  const put = async (Item: Record<string, AttributeValue>) =>
    await cloud.call("dynamodb", "PutItem", { TableName: "orders", Item });
  const scan = async () => (await cloud.call("dynamodb", "Scan", { TableName: "orders" })).Items ?? [];

  it("a table has its items, in its indexes too, and the same stream with its records", async () => {
    const before = await table();
    for (const item of ITEMS) await put(item);
    await put({ ...ITEMS[0], extra: { S: "y" } });
    await cloud.call("dynamodb", "DeleteItem", {
      TableName: "orders",
      Key: { id: { S: "1" }, at: { N: "-1.5" } },
    });
    const items = await scan();
    const records = async () => {
      const { StreamDescription } = await cloud.call("dynamodb", "DescribeStream", {
        StreamArn: before?.LatestStreamArn,
      });
      const { ShardIterator } = await cloud.call("dynamodb", "GetShardIterator", {
        StreamArn: before?.LatestStreamArn,
        ShardId: StreamDescription?.Shards?.[0]?.ShardId,
        ShardIteratorType: "TRIM_HORIZON",
      });
      return (await cloud.call("dynamodb", "GetRecords", { ShardIterator })).Records ?? [];
    };
    const changes = await records();
    expect(changes).to.have.length(5);
    await again();
    const after = await table();
    expect(after?.LatestStreamArn).to.equal(before?.LatestStreamArn);
    expect(after?.ItemCount).to.equal(2);
    expect(await scan()).to.deep.equal(items);
    const { Items } = await cloud.call("dynamodb", "Query", {
      TableName: "orders",
      IndexName: "byKind",
      KeyConditionExpression: "kind = :k",
      ExpressionAttributeValues: { ":k": { S: "k" } },
    });
    expect(Items).to.have.length(1);
    expect(await records()).to.deep.equal(changes);
    await put({ id: { S: "new" }, at: { N: "1" } });
    const numbers = (await records()).map(({ dynamodb }) => dynamodb?.SequenceNumber ?? "");
    expect(numbers).to.have.length(6);
    expect([...new Set(numbers)].sort()).to.deep.equal(numbers);
    // After a day nothing is left of them, here and in the file.
    await clock.advance(25 * 60 * 60 * 1000);
    expect(await records()).to.deep.equal([]);
    await again();
    await table();
    expect(kept.counts().get("record") ?? 0).to.equal(0);
    expect(await scan()).to.have.length(3);
  });

  it("a table of another key begins empty, and says so; a deleted one leaves nothing", async () => {
    await table();
    for (const item of ITEMS) await put(item);
    await again();
    await table({
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      AttributeDefinitions: [
        { AttributeName: "id", AttributeType: "S" },
        { AttributeName: "kind", AttributeType: "S" },
      ],
    });
    expect(await scan()).to.deep.equal([]);
    expect(kept.notes).to.deep.equal([
      "The items of table orders are dropped: they were kept by another key",
    ]);
    await put({ id: { S: "1" } });
    await cloud.call("dynamodb", "DeleteTable", { TableName: "orders" });
    await again();
    for (const kind of ["item", "table", "stream", "record"])
      expect(kept.counts().get(kind) ?? 0, kind).to.equal(0);
  });

  it("a stream with another view begins empty, and leaves nothing of the one before", async () => {
    const before = await table();
    await put(ITEMS[0]!);
    await put(ITEMS[1]!);
    await again();
    const StreamSpecification = { StreamEnabled: true, StreamViewType: "KEYS_ONLY" };
    // A stream is named by the time at which it was made.
    await clock.advance(1);
    const after = await table({ StreamSpecification });
    expect(after?.LatestStreamArn).not.to.equal(before?.LatestStreamArn);
    await put(ITEMS[2]!);
    await again();
    expect((await table({ StreamSpecification }))?.LatestStreamArn).to.equal(after?.LatestStreamArn);
    expect(await scan()).to.have.length(3);
    expect(["stream", "record"].map((kind) => kept.counts().get(kind))).to.deep.equal([1, 1]);
  });

  it("the inbox has its e-mails and their number", async () => {
    const send = async () => {
      await cloud.call("ses", "SendEmail", {
        FromEmailAddress: "shop@example.com",
        Destination: { ToAddresses: ["a@example.com"] },
        Content: { Simple: { Subject: { Data: "Hello" }, Body: { Text: { Data: "you" } } } },
      });
    };
    await cloud.call("ses", "CreateEmailIdentity", { EmailIdentity: "shop@example.com" });
    for (let mails = 0; mails < 1_002; mails++) await send();
    const { emails } = cloud.inbox;
    await again();
    expect([cloud.inbox.total, cloud.inbox.emails.length]).to.deep.equal([1_002, 1_000]);
    expect(cloud.inbox.emails.slice(-3)).to.deep.equal(emails.slice(-3));
    await cloud.call("ses", "CreateEmailIdentity", { EmailIdentity: "shop@example.com" });
    await send();
    expect(cloud.inbox.total).to.equal(1_003);
  });

  describe("of a stream that a function reads", () => {
    const SEES = `exports.handler = async (e) => {
      console.log("SEEN " + JSON.stringify(e.Records.map((r) => r.dynamodb.Keys.id.S)));
    };`;
    /** The function reads the stream; gives what it sees, in turn. */
    const reader = async (StartingPosition: "TRIM_HORIZON" | "LATEST", FunctionName = "consumer") => {
      const EventSourceArn = (await table())?.LatestStreamArn;
      const Role = await createRole(cloud, "consumer", [
        {
          Action: [
            "dynamodb:GetRecords",
            "dynamodb:GetShardIterator",
            "dynamodb:DescribeStream",
            "dynamodb:ListStreams",
          ],
          Resource: "*",
        },
      ]);
      await createFunction(cloud, FunctionName, SEES, { Role });
      const events = record(cloud);
      await cloud.call("lambda", "CreateEventSourceMapping", {
        FunctionName,
        EventSourceArn,
        StartingPosition,
      });
      return async () => {
        await clock.advance(1_000);
        return seenBy(events, FunctionName).flat();
      };
    };
    const order = (id: string) => put({ id: { S: id }, at: { N: "1" } });

    it("the mapping goes on behind what the function has worked off", async () => {
      const first = await reader("TRIM_HORIZON");
      await order("1");
      await order("2");
      expect(await first()).to.deep.equal(["1", "2"]);
      await order("3");
      await again();
      const second = await reader("TRIM_HORIZON");
      await order("4");
      expect(await second()).to.deep.equal(["3", "4"]);
    });

    it("the mapping goes on at what is left of the stream, when it has forgotten what was not worked off", async () => {
      const first = await reader("TRIM_HORIZON");
      await order("1");
      expect(await first()).to.deep.equal(["1"]);
      await order("2");
      await cloud.close();
      // Over the weekend.
      await start({}, 60 * 60 * 60_000);
      const second = await reader("TRIM_HORIZON");
      await order("3");
      expect(await second()).to.deep.equal(["3"]);
    });

    it("the mapping goes on there for another function that it was given", async () => {
      const first = await reader("TRIM_HORIZON");
      await order("1");
      expect(await first()).to.deep.equal(["1"]);
      const { EventSourceMappings: [mapping] = [] } = await cloud.call(
        "lambda",
        "ListEventSourceMappings",
        {},
      );
      await createFunction(cloud, "other", SEES, { Role: "arn:aws:iam::000000000000:role/consumer" });
      await cloud.call("lambda", "UpdateEventSourceMapping", { UUID: mapping?.UUID, FunctionName: "other" });
      await again();
      const second = await reader("TRIM_HORIZON", "other");
      await order("2");
      expect(await second()).to.deep.equal(["2"]);
      expect(kept.counts().get("place")).to.equal(1);
    });

    it("one that began at the latest misses nothing of what came in between, and gets nothing from before", async () => {
      await table();
      await order("old");
      await clock.advance(10_000);
      await cloud.call("dynamodb", "DeleteTable", { TableName: "orders" }).catch(() => undefined);
      await table();
      await order("older");
      await clock.advance(10_000);
      await again();
      await reader("LATEST");
      await order("1");
      await again();
      const second = await reader("LATEST");
      expect(await second()).to.deep.equal(["1"]);
      await again();
      const third = await reader("LATEST");
      await order("2");
      expect(await third()).to.deep.equal(["2"]);
    });
  });
});
