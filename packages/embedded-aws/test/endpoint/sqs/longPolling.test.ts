import { expect } from "chai";
import { SteppedClock } from "../../../src/core/clock";
import { createSqs } from "../../../src/services/sqs/sqs";
import { startTestCloud, type TestCloud } from "../../../src/testing/testCloud";
import { codeOf } from "./support";
import type { Answer, Input } from "../../../src/wire/operation";

type ReceivedMessages = Answer<"sqs", "ReceiveMessage">;

describe("SQS long polling, on a stepped clock", () => {
  let clock: SteppedClock;
  let cloud: TestCloud;
  let QueueUrl: string;

  beforeEach(async () => {
    clock = new SteppedClock();
    cloud = await startTestCloud({ clock, services: [createSqs] });
    ({ QueueUrl = "" } = await cloud.call("sqs", "CreateQueue", { QueueName: "orders" }));
  });

  afterEach(() => cloud.close());

  const send = (MessageBody: string, DelaySeconds?: number) =>
    cloud.call("sqs", "SendMessage", { QueueUrl, MessageBody, DelaySeconds });

  /** A receive in the background, and what has come of it so far. */
  function poll(input: Partial<Input<"sqs", "ReceiveMessage">> = {}, signal?: AbortSignal) {
    const poll: {
      bodies: string[] | undefined;
      endedAt: number | undefined;
      answer: Promise<ReceivedMessages>;
    } = {
      bodies: undefined,
      endedAt: undefined,
      answer: cloud.call("sqs", "ReceiveMessage", { QueueUrl, WaitTimeSeconds: 20, ...input }, signal),
    };
    void poll.answer.then(
      ({ Messages = [] }) => {
        poll.bodies = Messages.map((message) => message.Body ?? "");
        poll.endedAt = clock.now();
      },
      () => undefined,
    );
    return poll;
  }

  it("answers at once when there is something", async () => {
    await send("b");
    const waiting = poll();
    await clock.settle();
    expect(waiting.bodies).to.deep.equal(["b"]);
  });

  it("answers with nothing when its time is over, and not before", async () => {
    const start = clock.now();
    const waiting = poll();
    await clock.advance(19_999);
    expect(waiting.bodies).to.equal(undefined);
    await clock.advance(1);
    expect(waiting.bodies).to.deep.equal([]);
    expect(waiting.endedAt).to.equal(start + 20_000);
  });

  it("is woken by a message that arrives", async () => {
    const waiting = poll();
    await clock.advance(3_000);
    await send("b");
    await clock.settle();
    expect(waiting.bodies).to.deep.equal(["b"]);
  });

  it("gives a whole batch to one receiver, and lets the others wait on", async () => {
    const first = poll({ MaxNumberOfMessages: 10 });
    const second = poll({ MaxNumberOfMessages: 10 });
    await clock.settle();
    const Entries = ["a", "b", "c"].map((body) => ({ Id: body, MessageBody: body }));
    await cloud.call("sqs", "SendMessageBatch", { QueueUrl, Entries });
    await clock.settle();
    expect(first.bodies).to.have.members(["a", "b", "c"]);
    expect(second.bodies).to.equal(undefined);
    await send("d");
    await clock.settle();
    expect(second.bodies).to.deep.equal(["d"]);
  });

  it("is woken when a delay ends", async () => {
    const start = clock.now();
    const waiting = poll();
    await send("b", 5);
    await clock.advance(10_000);
    expect(waiting.bodies).to.deep.equal(["b"]);
    expect(waiting.endedAt).to.equal(start + 5_000);
  });

  it("is woken when a visibility timeout ends, or is cut short", async () => {
    const start = clock.now();
    await send("b");
    const { Messages } = await poll({ VisibilityTimeout: 8 }).answer;
    const second = poll({ VisibilityTimeout: 100 });
    await clock.advance(20_000);
    expect([second.bodies, second.endedAt]).to.deep.equal([["b"], start + 8_000]);

    const third = poll();
    await clock.advance(1_000);
    expect(third.bodies).to.equal(undefined);
    const ReceiptHandle = Messages?.[0]?.ReceiptHandle;
    await cloud.call("sqs", "ChangeMessageVisibility", { QueueUrl, ReceiptHandle, VisibilityTimeout: 2 });
    await clock.advance(5_000);
    expect([third.bodies, third.endedAt]).to.deep.equal([["b"], start + 23_000]);
  });

  it("is woken in a dead-letter queue by a message that is moved there", async () => {
    const dead = await cloud.call("sqs", "CreateQueue", { QueueName: "dead" });
    const RedrivePolicy = JSON.stringify({
      deadLetterTargetArn: "arn:aws:sqs:us-east-1:000000000000:dead",
      maxReceiveCount: 1,
    });
    await cloud.call("sqs", "SetQueueAttributes", { QueueUrl, Attributes: { RedrivePolicy } });
    const waiting = poll({ QueueUrl: dead.QueueUrl });
    await send("b");
    await poll({ VisibilityTimeout: 1 }).answer;
    const source = poll();
    await clock.advance(1_000);
    expect(waiting.bodies).to.deep.equal(["b"]);
    expect(source.bodies).to.equal(undefined);
  });

  it("waits as long as the queue says when the call says nothing", async () => {
    await cloud.call("sqs", "SetQueueAttributes", {
      QueueUrl,
      Attributes: { ReceiveMessageWaitTimeSeconds: "4" },
    });
    const waiting = poll({ WaitTimeSeconds: undefined });
    await clock.advance(3_999);
    expect(waiting.bodies).to.equal(undefined);
    await clock.advance(1);
    expect(waiting.bodies).to.deep.equal([]);
    expect(await poll({ WaitTimeSeconds: 0 }).answer).to.deep.equal({});
  });

  it("ends when its caller goes away, without taking a message along", async () => {
    const caller = new AbortController();
    const waiting = poll({}, caller.signal);
    await clock.settle();
    caller.abort();
    await send("b");
    expect(await waiting.answer).to.deep.equal({});
    expect(await poll({}, caller.signal).answer).to.deep.equal({});
    expect((await poll().answer).Messages).to.have.length(1);
  });

  it("ends with an error when the queue is deleted", async () => {
    const waiting = poll();
    await clock.settle();
    await cloud.call("sqs", "DeleteQueue", { QueueUrl });
    expect(await codeOf(waiting.answer)).to.equal("QueueDoesNotExist");
  });
});
