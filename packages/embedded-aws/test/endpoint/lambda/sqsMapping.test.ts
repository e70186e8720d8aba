import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { SteppedClock } from "../../../src/core/clock";
import type { CloudEvent } from "../../../src/core/eventStream";
import type { TestCloud } from "../../../src/testing/testCloud";
import {
  CONSUME,
  createFunction,
  createQueue,
  createRole,
  depth,
  receive,
  record,
  seenBy,
  sendMessages,
  startLambdaCloud,
  type Queue,
} from "./support";

const SEES_BODIES =
  "const see = (e) => console.log('SEEN ' + JSON.stringify(e.Records.map((r) => r.body).sort()));";

describe("an event source mapping of a queue", () => {
  let cloud: TestCloud;
  let clock: SteppedClock;
  let events: CloudEvent[];
  let Role: string;

  beforeEach(async () => {
    clock = new SteppedClock();
    cloud = await startLambdaCloud(clock);
    events = record(cloud);
    Role = await createRole(cloud, "consumer", [CONSUME]);
  });
  afterEach(() => cloud.close());

  const map = (queue: Queue, settings: object = {}) =>
    cloud.call("lambda", "CreateEventSourceMapping", {
      EventSourceArn: queue.arn,
      FunctionName: "consumer",
      ...settings,
    });
  const consumer = (source: string, settings: object = {}) =>
    createFunction(cloud, "consumer", `${SEES_BODIES} ${source}`, { Role, ...settings });
  const seen = () => seenBy(events, "consumer");
  const outcomes = () =>
    events.flatMap((event) => (event.type === "invocation-ended" ? [event.outcome] : []));

  it("keeps the order of a FIFO queue's groups, whatever fails, and works groups off side by side", async () => {
    // Each message of group "a" fails at its first delivery; what was given before it in its batch is done.
    const source = `const fs = require("node:fs"); const folder = process.env.MARKS;
      exports.handler = async (e) => {
        const failures = [];
        for (const { body, messageId, attributes } of e.Records) {
          const first = !fs.existsSync(folder + "/" + body);
          if (first) fs.writeFileSync(folder + "/" + body, "");
          const failsNow = attributes.MessageGroupId === "a" && first;
          if (failsNow || failures.length > 0) failures.push({ itemIdentifier: messageId });
          else console.log("SEEN " + JSON.stringify(body));
        }
        return { batchItemFailures: failures }; };`;
    const marks = mkdtempSync(join("/tmp", "marks-"));
    await consumer(source, { Environment: { Variables: { MARKS: marks } } });
    const queue = await createQueue(cloud, "orders.fifo", {
      FifoQueue: "true",
      ContentBasedDeduplication: "true",
      VisibilityTimeout: "30",
    });
    for (const body of ["a1", "b1", "a2", "b2", "a3", "b3", "a4"]) {
      const MessageGroupId = body.slice(0, 1);
      await cloud.call("sqs", "SendMessage", { QueueUrl: queue.url, MessageBody: body, MessageGroupId });
    }
    await map(queue, { FunctionResponseTypes: ["ReportBatchItemFailures"] });
    await clock.advance(10 * 60_000);
    const all = seen() as string[];
    expect(all.filter((body) => body.startsWith("a"))).to.deep.equal(["a1", "a2", "a3", "a4"]);
    expect(all.filter((body) => body.startsWith("b"))).to.include.members(["b1", "b2", "b3"]);
    expect(await depth(cloud, queue)).to.equal(0);
    rmSync(marks, { recursive: true });
  }).timeout(60_000);

  it("refuses batches of a FIFO queue that are larger than 10, or that wait", async () => {
    await consumer("exports.handler = async () => {};");
    const queue = await createQueue(cloud, "orders.fifo", { FifoQueue: "true" });
    for (const settings of [{ BatchSize: 11 }, { MaximumBatchingWindowInSeconds: 1 }]) {
      const error = await map(queue, settings).catch((reason: unknown) => reason);
      expect(error).to.have.property("message").that.includes("FIFO");
    }
  });

  it("gives the function Lambda's event, and deletes what it handled", async () => {
    await consumer("exports.handler = async (e) => { console.log('SEEN ' + JSON.stringify(e)); };");
    const queue = await createQueue(cloud, "orders");
    await map(queue);
    const { MessageId } = await cloud.call("sqs", "SendMessage", {
      QueueUrl: queue.url,
      MessageBody: "hello",
      MessageAttributes: {
        Shop: { DataType: "String", StringValue: "north" },
        Digest: { DataType: "Binary", BinaryValue: Buffer.from("abc") },
      },
    });
    await clock.settle();
    const [event] = seen() as { Records: Record<string, unknown>[] }[];
    const [message] = event!.Records;
    expect(message).to.deep.include({
      messageId: MessageId,
      body: "hello",
      md5OfBody: "5d41402abc4b2a76b9719d911017c592",
      eventSource: "aws:sqs",
      eventSourceARN: queue.arn,
      awsRegion: "us-east-1",
      messageAttributes: {
        Shop: { stringValue: "north", stringListValues: [], binaryListValues: [], dataType: "String" },
        Digest: { binaryValue: "YWJj", stringListValues: [], binaryListValues: [], dataType: "Binary" },
      },
    });
    expect(message).to.have.property("receiptHandle").that.is.a("string");
    expect(message)
      .to.have.property("md5OfMessageAttributes")
      .that.matches(/^[0-9a-f]{32}$/);
    expect(message!.attributes).to.include({
      ApproximateReceiveCount: "1",
      SentTimestamp: String(clock.now()),
      ApproximateFirstReceiveTimestamp: String(clock.now()),
    });
    expect(await depth(cloud, queue)).to.equal(0);
  });

  it("redelivers what was reported as failed after the visibility timeout, and only that", async () => {
    await consumer(`exports.handler = async (e) => { see(e); return { batchItemFailures: e.Records
      .filter((r) => r.body === "bad" && r.attributes.ApproximateReceiveCount === "1")
      .map((r) => ({ itemIdentifier: r.messageId })) }; };`);
    const queue = await createQueue(cloud, "orders", { VisibilityTimeout: "30" });
    await sendMessages(cloud, queue, ["good", "bad", "fine"]);
    await map(queue, { FunctionResponseTypes: ["ReportBatchItemFailures"] });
    await clock.settle();
    expect(seen()).to.deep.equal([["bad", "fine", "good"]]);
    expect(await depth(cloud, queue)).to.equal(1);
    await clock.advance(29_999);
    expect(seen()).to.have.length(1);
    await clock.advance(1);
    expect(seen()).to.deep.equal([["bad", "fine", "good"], ["bad"]]);
    expect(await depth(cloud, queue)).to.equal(0);
  });

  it("deletes everything when the key is misspelt, as Lambda does", async () => {
    await consumer(
      "exports.handler = async (e) => ({ batchItemFailure: [{ itemIdentifier: e.Records[0].messageId }] });",
    );
    const queue = await createQueue(cloud, "orders");
    await map(queue, { FunctionResponseTypes: ["ReportBatchItemFailures"] });
    await sendMessages(cloud, queue, ["lost"]);
    await clock.settle();
    expect(await depth(cloud, queue)).to.equal(0);
  });

  it("takes no notice of reported failures when it was not told to", async () => {
    await consumer(
      "exports.handler = async (e) => ({ batchItemFailures: [{ itemIdentifier: e.Records[0].messageId }] });",
    );
    const queue = await createQueue(cloud, "orders");
    await map(queue);
    await sendMessages(cloud, queue, ["lost"]);
    await clock.settle();
    expect(await depth(cloud, queue)).to.equal(0);
  });

  it("leaves a message that always fails to its dead-letter queue, unchanged", async () => {
    await consumer("exports.handler = async (e) => { see(e); throw new Error('always'); };");
    const dead = await createQueue(cloud, "dead");
    const queue = await createQueue(cloud, "orders", {
      VisibilityTimeout: "30",
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 3 }),
    });
    await map(queue);
    await sendMessages(cloud, queue, ["poison"]);
    await clock.advance(10 * 60_000);
    expect(seen()).to.deep.equal([["poison"], ["poison"], ["poison"]]);
    expect((await receive(cloud, dead)).map(({ Body }) => Body)).to.deep.equal(["poison"]);
    expect(await depth(cloud, queue)).to.equal(0);
  });

  for (const [what, source, errorType] of [
    ["a timeout", "exports.handler = async (e) => { see(e); for (;;); };", "timed-out"],
    ["a crash", "exports.handler = async (e) => { see(e); process.exit(3); };", "crashed"],
  ] as const) {
    it(`loses nothing by ${what}`, async () => {
      await consumer(source, { Timeout: 1 });
      const queue = await createQueue(cloud, "orders", { VisibilityTimeout: "6" });
      await map(queue);
      await sendMessages(cloud, queue, ["a"]);
      await clock.settle();
      expect(outcomes()).to.deep.equal([errorType]);
      expect(await depth(cloud, queue)).to.equal(1);
      await clock.advance(6000);
      expect(seen()).to.deep.equal([["a"], ["a"]]);
    });
  }

  it("waits for a full batch, or for the end of its window", async () => {
    await consumer("exports.handler = async (e) => see(e);");
    const queue = await createQueue(cloud, "orders");
    await map(queue, { BatchSize: 12, MaximumBatchingWindowInSeconds: 5 });
    await sendMessages(cloud, queue, ["a", "b"]);
    await clock.advance(4999);
    expect(seen()).to.deep.equal([]);
    await clock.advance(1);
    expect(seen()).to.deep.equal([["a", "b"]]);
    await sendMessages(cloud, queue, "abcdefghijkl".split(""));
    await clock.settle();
    expect(seen()[1]).to.deep.equal("abcdefghijkl".split(""));
  });

  it("runs several batches at one time, up to its maximum concurrency", async () => {
    await consumer("exports.handler = () => new Promise((resolve) => setTimeout(resolve, 50));", {
      Timeout: 10,
    });
    const queue = await createQueue(cloud, "orders");
    let running = 0;
    let most = 0;
    cloud.context.events.subscribe(({ type }) => {
      if (type === "invocation-started") most = Math.max(most, ++running);
      if (type === "invocation-ended") running--;
    });
    await sendMessages(cloud, queue, "abcdefgh".split(""));
    await map(queue, { BatchSize: 1, ScalingConfig: { MaximumConcurrency: 2 } });
    await clock.settle();
    expect(most).to.equal(2);
    expect(await depth(cloud, queue)).to.equal(0);
  });

  it("gives messages back when the function is throttled", async () => {
    await consumer("exports.handler = async (e) => see(e);");
    const queue = await createQueue(cloud, "orders", { VisibilityTimeout: "30" });
    await cloud.call("lambda", "PutFunctionConcurrency", {
      FunctionName: "consumer",
      ReservedConcurrentExecutions: 0,
    });
    await map(queue);
    await sendMessages(cloud, queue, ["a"]);
    await clock.settle();
    expect(outcomes()).to.deep.equal(["throttled"]);
    await cloud.call("lambda", "DeleteFunctionConcurrency", { FunctionName: "consumer" });
    await clock.advance(60_000);
    expect(seen()).to.deep.equal([["a"]]);
  });

  it("deletes what its filter does not match, unseen", async () => {
    await consumer("exports.handler = async (e) => see(e);");
    const queue = await createQueue(cloud, "orders");
    const Pattern = JSON.stringify({ body: { total: [{ numeric: [">", 10] }] } });
    await map(queue, { FilterCriteria: { Filters: [{ Pattern }] } });
    await sendMessages(cloud, queue, ['{"total":11}', '{"total":9}', "no JSON"]);
    await clock.settle();
    expect(seen().flat()).to.deep.equal(['{"total":11}']);
    expect(await depth(cloud, queue)).to.equal(0);
  });

  it("stops when it is disabled, and goes on when it is enabled", async () => {
    await consumer("exports.handler = async (e) => see(e);");
    const queue = await createQueue(cloud, "orders");
    const { UUID } = await map(queue);
    await cloud.call("lambda", "UpdateEventSourceMapping", { UUID, Enabled: false });
    await sendMessages(cloud, queue, ["a"]);
    await clock.advance(60_000);
    expect(seen()).to.deep.equal([]);
    await cloud.call("lambda", "UpdateEventSourceMapping", { UUID, Enabled: true });
    await clock.settle();
    expect(seen()).to.deep.equal([["a"]]);
  });

  it("outlives its function, and feeds the next one of the name", async () => {
    await consumer("exports.handler = async (e) => see(e);");
    const queue = await createQueue(cloud, "orders");
    const { UUID } = await map(queue);
    await cloud.call("lambda", "DeleteFunction", { FunctionName: "consumer" });
    await sendMessages(cloud, queue, ["a"]);
    await clock.advance(60_000);
    const orphan = await cloud.call("lambda", "GetEventSourceMapping", { UUID });
    expect(orphan).to.include({ State: "Enabled", LastProcessingResult: "PROBLEM: Function not found" });
    expect(seen()).to.deep.equal([]);
    const update = cloud.call("lambda", "UpdateEventSourceMapping", { UUID, BatchSize: 5 });
    expect(await update.catch((error: unknown) => (error as Error).name)).to.equal(
      "ResourceNotFoundException",
    );
    await consumer("exports.handler = async (e) => see(e);");
    await clock.settle();
    expect(seen()).to.deep.equal([["a"]]);
    await cloud.call("lambda", "UpdateEventSourceMapping", { UUID, BatchSize: 5, FunctionName: "consumer" });
  });

  it("keeps trying when the queue cannot be read, and says why", async () => {
    await consumer("exports.handler = async (e) => see(e);");
    const queue = await createQueue(cloud, "orders");
    const { UUID } = await map(queue);
    await cloud.call("sqs", "DeleteQueue", { QueueUrl: queue.url });
    await clock.advance(30_000);
    const mapping = await cloud.call("lambda", "GetEventSourceMapping", { UUID });
    expect(mapping.LastProcessingResult).to.match(/^PROBLEM: .*does not exist/);
  });

  describe("is refused", () => {
    const refusals: [string, object, string][] = [
      [
        "a batch above 10 without a window",
        { BatchSize: 11 },
        "MaximumBatchingWindowInSeconds: got 0; expected at least 1",
      ],
      ["a starting position", { StartingPosition: "LATEST" }, "StartingPosition"],
      ["bisecting", { BisectBatchOnFunctionError: true }, "BisectBatchOnFunctionError"],
      [
        "a maximum concurrency of 1",
        { ScalingConfig: { MaximumConcurrency: 1 } },
        "'scalingConfig.maximumConcurrency' failed to satisfy constraint",
      ],
      [
        "a member that does not exist",
        { TumblingWindowInSeconds: 1 },
        "TumblingWindowInSeconds of lambda:CreateEventSourceMapping is not supported",
      ],
      [
        "a filter that is none",
        { FilterCriteria: { Filters: [{ Pattern: '{"body":"x"}' }] } },
        "Filters[0].Pattern: body",
      ],
      [
        "another source",
        { EventSourceArn: "arn:aws:kinesis:us-east-1:000000000000:stream/s" },
        "EventSourceArn",
      ],
      [
        "a queue that does not exist",
        { EventSourceArn: "arn:aws:sqs:us-east-1:000000000000:none" },
        "does not exist",
      ],
    ];
    for (const [what, settings, message] of refusals) {
      it(`with ${what}`, async () => {
        await consumer("exports.handler = async () => {};");
        const error = await map(await createQueue(cloud, "orders"), settings).catch(
          (reason: unknown) => reason,
        );
        expect(error).to.be.an("error").with.property("message").that.includes(message);
      });
    }

    it("when messages would come back before the function's time is up", async () => {
      await consumer("exports.handler = async () => {};", { Timeout: 31 });
      const error = await map(await createQueue(cloud, "orders")).catch((reason: unknown) => reason);
      expect(error).to.include({ code: "InvalidParameterValueException" });
      expect(error)
        .to.have.property("message")
        .that.equals("Queue visibility timeout: 30 seconds is less than Function timeout: 31 seconds");
    });

    it("when the role may not receive", async () => {
      await createFunction(cloud, "consumer", "exports.handler = async () => {};");
      const error = await map(await createQueue(cloud, "orders")).catch((reason: unknown) => reason);
      expect(error)
        .to.have.property("message")
        .that.equals("The provided execution role does not have permissions to call ReceiveMessage on SQS");
    });

    it("twice", async () => {
      await consumer("exports.handler = async () => {};");
      const queue = await createQueue(cloud, "orders");
      await map(queue);
      expect(await map(queue).catch((reason: unknown) => reason)).to.have.property(
        "code",
        "ResourceConflictException",
      );
    });
  });
});
