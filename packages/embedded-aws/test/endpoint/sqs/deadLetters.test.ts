import { expect } from "chai";
import { SteppedClock } from "../../../src/core/clock";
import type { CloudEvent } from "../../../src/core/eventStream";
import { createSqs } from "../../../src/services/sqs/sqs";
import { startTestCloud, type TestCloud } from "../../../src/testing/testCloud";
import { codeOf } from "./support";
import type { Input, OperationName } from "../../../src/wire/operation";

const arn = (name: string) => `arn:aws:sqs:us-east-1:000000000000:${name}`;

describe("SQS dead-letter queues", () => {
  let clock: SteppedClock;
  let cloud: TestCloud;
  let source: string;
  let dead: string;

  const call = <N extends OperationName<"sqs">>(operation: N, input: Input<"sqs", N>) =>
    cloud.call("sqs", operation, input);

  async function create(QueueName: string, Attributes: Record<string, string> = {}): Promise<string> {
    return (await call("CreateQueue", { QueueName, Attributes })).QueueUrl ?? "";
  }

  async function receive(QueueUrl: string) {
    const { Messages = [] } = await call("ReceiveMessage", {
      QueueUrl,
      MaxNumberOfMessages: 10,
      MessageSystemAttributeNames: ["All"],
      MessageAttributeNames: ["All"],
    });
    return Messages;
  }

  async function available(QueueUrl: string): Promise<number> {
    const { Attributes } = await call("GetQueueAttributes", {
      QueueUrl,
      AttributeNames: ["ApproximateNumberOfMessages"],
    });
    return Number(Attributes?.ApproximateNumberOfMessages);
  }

  /** Sends messages that nobody ever deletes, until they stand in the dead-letter queue. */
  async function letDie(...bodies: string[]): Promise<void> {
    for (const MessageBody of bodies) await call("SendMessage", { QueueUrl: source, MessageBody });
    for (let receives = 0; receives < 3; receives++) {
      for (let i = 0; i <= bodies.length / 10; i++) await receive(source);
      await clock.advance(30_000);
    }
  }

  beforeEach(async () => {
    clock = new SteppedClock();
    cloud = await startTestCloud({
      clock,
      services: [createSqs],
      // Numbers of messages are exact here, so that they can be compared.
      conditions: { queueDepthLagMs: 0 },
    });
    dead = await create("dead", { MessageRetentionPeriod: "1209600" });
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arn("dead"), maxReceiveCount: "2" });
    source = await create("source", { RedrivePolicy });
  });

  afterEach(() => cloud.close());

  it("take a message after its last receive, with id, enqueue time and attributes kept", async () => {
    const events: CloudEvent[] = [];
    cloud.context.events.subscribe((event) => events.push(event));
    const sentAt = clock.now();
    const MessageAttributes = { kind: { DataType: "String", StringValue: "v" } };
    const { MessageId } = await call("SendMessage", {
      QueueUrl: source,
      MessageBody: "b",
      MessageAttributes,
    });
    for (const count of ["1", "2"]) {
      expect((await receive(source))[0]?.Attributes?.ApproximateReceiveCount).to.equal(count);
      await clock.advance(30_000);
    }
    expect(await available(dead), "not moved before it is asked for again").to.equal(0);
    expect(await receive(source)).to.deep.equal([]);
    const [message] = await receive(dead);
    expect(message).to.deep.include({ MessageId, Body: "b", MessageAttributes });
    expect(message?.Attributes).to.include({
      SentTimestamp: String(sentAt),
      DeadLetterQueueSourceArn: arn("source"),
      // Over all queues.
      ApproximateReceiveCount: "3",
    });
    const moved = events.filter((event) => event.type === "message-dead-lettered");
    expect(moved).to.have.length(1);
    expect(moved[0]).to.deep.include({
      at: clock.now(),
      type: "message-dead-lettered",
      queueName: "source",
      deadLetterQueueName: "dead",
      messageId: MessageId,
      receiveCount: 2,
    });
  });

  it("count the retention from the first sending", async () => {
    await call("SetQueueAttributes", { QueueUrl: dead, Attributes: { MessageRetentionPeriod: "120" } });
    await letDie("b");
    expect(await available(dead)).to.equal(1);
    await clock.advance(30_000);
    expect(await available(dead)).to.equal(0);
  });

  it("that are gone lose nothing: the message stays and is received again", async () => {
    await call("DeleteQueue", { QueueUrl: dead });
    await letDie("b");
    expect(await available(source)).to.equal(1);
    expect((await receive(source))[0]?.Attributes?.ApproximateReceiveCount).to.equal("4");
  });

  describe("and message-move tasks", () => {
    const start = (input: Partial<Input<"sqs", "StartMessageMoveTask">> = {}) =>
      call("StartMessageMoveTask", { SourceArn: arn("dead"), ...input });

    const tasks = async () =>
      (await call("ListMessageMoveTasks", { SourceArn: arn("dead"), MaxResults: 10 })).Results ?? [];

    it("bring messages back to where they came from, as new ones", async () => {
      await letDie("a", "b");
      const before = await receive(dead);
      await clock.advance(30_000);
      await start();
      await clock.advance(1_000);
      expect(await tasks()).to.deep.include.members([
        {
          TaskHandle: undefined,
          Status: "COMPLETED",
          SourceArn: arn("dead"),
          DestinationArn: undefined,
          MaxNumberOfMessagesPerSecond: undefined,
          ApproximateNumberOfMessagesMoved: 2,
          ApproximateNumberOfMessagesToMove: 2,
          FailureReason: undefined,
          StartedTimestamp: clock.now() - 1_000,
        },
      ]);
      const after = await receive(source);
      expect(after.map((message) => message.Body)).to.have.members(["a", "b"]);
      expect(after[0]?.MessageId).to.not.equal(before[0]?.MessageId);
      expect(after[0]?.Attributes).to.not.have.property("DeadLetterQueueSourceArn");
      expect(after[0]?.Attributes?.ApproximateReceiveCount).to.equal("1");
      expect(await available(dead)).to.equal(0);
    });

    it("keep to their pace, one at a time, and stop when cancelled", async () => {
      await letDie(...Array.from({ length: 9 }, (_, i) => `m${i}`));
      const other = await create("other");
      const { TaskHandle } = await start({ DestinationArn: arn("other"), MaxNumberOfMessagesPerSecond: 2 });
      expect(await codeOf(start())).to.equal("UnsupportedOperation");
      await clock.advance(1_000);
      expect(await available(other)).to.equal(2);
      await clock.advance(1_500);
      expect(await available(other)).to.equal(5);
      expect((await tasks())[0]).to.include({
        Status: "RUNNING",
        TaskHandle,
        ApproximateNumberOfMessagesMoved: 5,
      });
      expect(await call("CancelMessageMoveTask", { TaskHandle })).to.deep.equal({
        ApproximateNumberOfMessagesMoved: 5,
      });
      await clock.advance(10_000);
      expect(await available(other)).to.equal(5);
      expect(await available(dead)).to.equal(4);
      expect((await tasks())[0]?.Status).to.equal("CANCELLED");
      expect(await codeOf(call("CancelMessageMoveTask", { TaskHandle }))).to.equal("UnsupportedOperation");
    });

    it("fail with AWS's reason, and leave the message, when a message has no source or its source is gone", async () => {
      await call("SendMessage", { QueueUrl: dead, MessageBody: "sent here" });
      await start();
      await clock.advance(1_000);
      expect((await tasks())[0]).to.include({
        Status: "FAILED",
        FailureReason: "CouldNotDetermineMessageSource",
      });
      expect(await available(dead)).to.equal(1);
      await create("other");
      await start({ DestinationArn: arn("other"), MaxNumberOfMessagesPerSecond: 1 });
      await call("DeleteQueue", { QueueUrl: `${cloud.endpoint}/000000000000/other` });
      await clock.advance(1_000);
      expect((await tasks())[0]?.FailureReason).to.equal("AWS.SimpleQueueService.NonExistentQueue");
      expect(await available(dead)).to.equal(1);
    });

    it("are refused from a queue that is no dead-letter queue, to nowhere, and at an impossible pace", async () => {
      expect(await codeOf(start({ SourceArn: arn("source") }))).to.equal("InvalidParameterValue");
      expect(await codeOf(start({ SourceArn: arn("none") }))).to.equal("ResourceNotFoundException");
      expect(await codeOf(start({ DestinationArn: arn("none") }))).to.equal("ResourceNotFoundException");
      expect(await codeOf(start({ DestinationArn: arn("dead") }))).to.equal("InvalidParameterValue");
      expect(await codeOf(start({ MaxNumberOfMessagesPerSecond: 501 }))).to.equal("InvalidParameterValue");
      expect(await codeOf(call("CancelMessageMoveTask", { TaskHandle: "?" }))).to.equal(
        "ResourceNotFoundException",
      );
    });
  });
});
