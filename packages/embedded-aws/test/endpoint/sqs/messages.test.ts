import {
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
  type Message,
  type MessageAttributeValue,
  type ReceiveMessageCommandInput,
} from "@aws-sdk/client-sqs";
import { expect } from "chai";
import { SteppedClock } from "../../../src/core/clock";
import type { CloudEvent } from "../../../src/core/eventStream";
import { createSqs } from "../../../src/services/sqs/sqs";
import { queueStatistics } from "../../../src/services/sqs/statistics";
import { startTestCloud, type TestCloud } from "../../../src/testing/testCloud";
import { codeOf } from "./support";

describe("SQS messages, by SDK v3", () => {
  let clock: SteppedClock;
  let cloud: TestCloud;
  let sqs: SQSClient;
  let QueueUrl: string;

  beforeEach(async () => {
    clock = new SteppedClock();
    cloud = await startTestCloud({
      clock,
      services: [createSqs],
      // Numbers of messages are exact here, so that they can be compared.
      conditions: { queueDepthLagMs: 0 },
    });
    sqs = new SQSClient(cloud.client);
    QueueUrl = (await sqs.send(new CreateQueueCommand({ QueueName: "orders" }))).QueueUrl ?? "";
  });

  afterEach(async () => {
    sqs.destroy();
    await cloud.close();
  });

  async function receive(options: Partial<ReceiveMessageCommandInput> = {}): Promise<Message[]> {
    const { Messages } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, ...options }),
    );
    return Messages ?? [];
  }

  const send = (MessageBody: string, DelaySeconds?: number) =>
    sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, DelaySeconds }));

  it("come back as they were sent: body, attributes of every type, digests that the client has checked", async () => {
    const attributes: Record<string, MessageAttributeValue> = {
      text: { DataType: "String.greeting", StringValue: "grüß dich" },
      "count.a": { DataType: "Number", StringValue: "42" },
      bytes: { DataType: "Binary", BinaryValue: Uint8Array.of(0, 1, 254, 255) },
    };
    const sent = await sqs.send(
      new SendMessageCommand({
        QueueUrl,
        MessageBody: "ä 🎉 <>&",
        MessageAttributes: attributes,
        MessageSystemAttributes: { AWSTraceHeader: { DataType: "String", StringValue: "Root=1-5759e988" } },
      }),
    );
    const [message] = await receive({ MessageAttributeNames: ["All"], MessageSystemAttributeNames: ["All"] });
    expect(message).to.deep.include({
      MessageId: sent.MessageId,
      Body: "ä 🎉 <>&",
      MD5OfBody: sent.MD5OfMessageBody,
      MD5OfMessageAttributes: sent.MD5OfMessageAttributes,
      Attributes: {
        SenderId: "000000000000",
        SentTimestamp: String(clock.now()),
        ApproximateReceiveCount: "1",
        ApproximateFirstReceiveTimestamp: String(clock.now()),
        AWSTraceHeader: "Root=1-5759e988",
      },
    });
    expect(message?.MessageAttributes?.text).to.deep.equal(attributes.text);
    expect(message?.MessageAttributes?.["count.a"]).to.deep.equal(attributes["count.a"]);
    expect([...(message?.MessageAttributes?.bytes?.BinaryValue ?? [])]).to.deep.equal([0, 1, 254, 255]);
    expect(sent.MD5OfMessageSystemAttributes).to.match(/^[0-9a-f]{32}$/);
  });

  it("show only the attributes that were asked for", async () => {
    const text = { DataType: "String", StringValue: "v" };
    await sqs.send(
      new SendMessageCommand({
        QueueUrl,
        MessageBody: "b",
        MessageAttributes: { "a.x": text, "a.y": text, b: text },
      }),
    );
    const selections: Partial<ReceiveMessageCommandInput>[] = [
      {},
      { MessageAttributeNames: ["a.*"] },
      { MessageSystemAttributeNames: ["SenderId"] },
      { MessageAttributeNames: ["b"], MessageSystemAttributeNames: ["ApproximateReceiveCount"] },
    ];
    const seen: string[][] = [];
    for (const selection of selections) {
      const [message] = await receive({ ...selection, VisibilityTimeout: 0 });
      seen.push(Object.keys({ ...message?.Attributes, ...message?.MessageAttributes }));
    }
    expect(seen).to.deep.equal([[], ["a.x", "a.y"], ["SenderId"], ["ApproximateReceiveCount", "b"]]);
  });

  it("come again with another receipt handle after their visibility timeout, and each handle deletes", async () => {
    await send("b");
    const [first] = await receive({ VisibilityTimeout: 5 });
    expect(await receive()).to.deep.equal([]);
    await clock.advance(5_000);
    const [second] = await receive({ MessageSystemAttributeNames: ["All"] });
    expect(second?.MessageId).to.equal(first?.MessageId);
    expect(second?.ReceiptHandle).to.not.equal(first?.ReceiptHandle);
    expect(second?.Attributes?.ApproximateReceiveCount).to.equal("2");
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: first?.ReceiptHandle }));
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: second?.ReceiptHandle }));
    await clock.advance(60_000);
    expect(await receive()).to.deep.equal([]);
  });

  it("wait for their own delay or the queue's, and expire with the queue's retention", async () => {
    await send("delayed", 10);
    await send("at once");
    expect((await receive()).map((message) => message.Body)).to.deep.equal(["at once"]);
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }),
    );
    expect(Attributes).to.include({
      ApproximateNumberOfMessages: "0",
      ApproximateNumberOfMessagesNotVisible: "1",
      ApproximateNumberOfMessagesDelayed: "1",
    });
    await clock.advance(10_000);
    expect((await receive()).map((message) => message.Body)).to.deep.equal(["delayed"]);
    await clock.advance(345_600_000);
    expect(await receive()).to.deep.equal([]);
  });

  it("change their visibility, one by one and in batches with partial results", async () => {
    await send("a");
    await send("b");
    const [a, b] = await receive();
    await sqs.send(
      new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: a?.ReceiptHandle, VisibilityTimeout: 0 }),
    );
    expect((await receive()).map((message) => message.Body)).to.deep.equal(["a"]);
    const result = await sqs.send(
      new ChangeMessageVisibilityBatchCommand({
        QueueUrl,
        Entries: [
          { Id: "good", ReceiptHandle: b?.ReceiptHandle, VisibilityTimeout: 0 },
          { Id: "malformed", ReceiptHandle: "nonsense", VisibilityTimeout: 0 },
          { Id: "too-long", ReceiptHandle: a?.ReceiptHandle, VisibilityTimeout: 43_201 },
        ],
      }),
    );
    expect(result.Successful?.map((entry) => entry.Id)).to.deep.equal(["good"]);
    expect(result.Failed?.map(({ Id, Code, SenderFault }) => [Id, Code, SenderFault])).to.have.deep.members([
      ["malformed", "ReceiptHandleIsInvalid", true],
      ["too-long", "InvalidParameterValue", true],
    ]);
    expect((await receive()).map((message) => message.Body)).to.deep.equal(["b"]);
  });

  it("are sent and deleted in batches, each entry with its own result", async () => {
    const sent = await sqs.send(
      new SendMessageBatchCommand({
        QueueUrl,
        Entries: [
          { Id: "1", MessageBody: "one" },
          { Id: "2", MessageBody: "two", DelaySeconds: 901 },
          { Id: "3", MessageBody: "bad \u0000" },
          { Id: "4", MessageBody: "four" },
        ],
      }),
    );
    expect(sent.Successful?.map((entry) => entry.Id)).to.have.members(["1", "4"]);
    expect(sent.Failed?.map((entry) => [entry.Id, entry.Code])).to.have.deep.members([
      ["2", "InvalidParameterValue"],
      ["3", "InvalidMessageContents"],
    ]);
    const messages = await receive();
    expect(messages.map((message) => message.Body)).to.have.members(["one", "four"]);
    const deleted = await sqs.send(
      new DeleteMessageBatchCommand({
        QueueUrl,
        Entries: [...messages, { ReceiptHandle: "?" }].map(({ ReceiptHandle }, i) => ({
          Id: `m${i}`,
          ReceiptHandle,
        })),
      }),
    );
    expect(deleted.Successful?.map((entry) => entry.Id)).to.have.members(["m0", "m1"]);
    expect(deleted.Failed?.map((entry) => [entry.Id, entry.Code])).to.have.deep.members([
      ["m2", "ReceiptHandleIsInvalid"],
    ]);
  });

  const entry = (Id: string, MessageBody = "b") => ({ Id, MessageBody });
  const wrongBatches: [what: string, entries: { Id: string; MessageBody: string }[], code: string][] = [
    ["no entry", [], "EmptyBatchRequest"],
    [
      "eleven entries",
      Array.from({ length: 11 }, (_, i) => entry(String(i))),
      "TooManyEntriesInBatchRequest",
    ],
    ["an id twice", [entry("a"), entry("a")], "BatchEntryIdsNotDistinct"],
    ["an id with a space", [entry("a b")], "InvalidBatchEntryId"],
    ["an id of 81 characters", [entry("a".repeat(81))], "InvalidBatchEntryId"],
    [
      "more than 1 MiB",
      [entry("a", "x".repeat(600_000)), entry("b", "x".repeat(448_577))],
      "BatchRequestTooLong",
    ],
  ];
  for (const [what, Entries, code] of wrongBatches) {
    it(`are refused as a batch with ${what}`, async () => {
      expect(await codeOf(sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries })))).to.equal(code);
      expect(await receive()).to.deep.equal([]);
    });
  }

  it("may have 1 MiB with their attributes, and not a byte more", async () => {
    await send("x".repeat(1_048_576));
    expect((await receive())[0]?.Body).to.have.length(1_048_576);
    expect(await codeOf(send("x".repeat(1_048_577)))).to.equal("InvalidParameterValue");
    const attributes = { a: { DataType: "String", StringValue: "v" } };
    const withAttributes = (bytes: number) =>
      sqs.send(
        new SendMessageCommand({ QueueUrl, MessageBody: "x".repeat(bytes), MessageAttributes: attributes }),
      );
    expect(await codeOf(withAttributes(1_048_569))).to.equal("InvalidParameterValue");
    await withAttributes(1_048_568);
  });

  it("are refused when they break a rule, with the parameter in the error", async () => {
    const refusals: [refused: Promise<unknown>, code: string][] = [
      [send(""), "MissingParameter"],
      [send("\uFFFE"), "InvalidMessageContents"],
      [send("b", -1), "InvalidParameterValue"],
      [receive({ MaxNumberOfMessages: 0 }), "InvalidParameterValue"],
      [receive({ MaxNumberOfMessages: 11 }), "InvalidParameterValue"],
      [receive({ WaitTimeSeconds: 21 }), "InvalidParameterValue"],
      [receive({ VisibilityTimeout: 43_201 }), "InvalidParameterValue"],
      [receive({ MessageSystemAttributeNames: ["Nonsense" as "All"] }), "InvalidAttributeName"],
      [sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: "?" })), "ReceiptHandleIsInvalid"],
      [
        sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "b", MessageDeduplicationId: "d" })),
        "InvalidParameterValue",
      ],
    ];
    for (const [refused, code] of refusals) expect(await codeOf(refused)).to.equal(code);
  });

  it("cannot have their visibility changed once they are visible or gone", async () => {
    await send("b");
    const [message] = await receive({ VisibilityTimeout: 1 });
    await clock.advance(1_000);
    const change = () =>
      sqs.send(
        new ChangeMessageVisibilityCommand({
          QueueUrl,
          ReceiptHandle: message?.ReceiptHandle,
          VisibilityTimeout: 9,
        }),
      );
    expect(await codeOf(change())).to.equal("MessageNotInflight");
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message?.ReceiptHandle }));
    expect(await codeOf(change())).to.equal("InvalidParameterValue");
  });

  it("are told of as events, and counted", async () => {
    const events: CloudEvent[] = [];
    cloud.context.events.subscribe((event) => events.push(event));
    await send("b");
    await receive({ VisibilityTimeout: 1 });
    await clock.advance(1_000);
    const [message] = await receive();
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message?.ReceiptHandle }));
    await receive();
    await send("c");
    await clock.advance(2_000);
    const lives = events.flatMap((event) => ("queueName" in event ? [[event.type, event.receiveCount]] : []));
    expect(lives).to.deep.equal([
      ["message-sent", 0],
      ["message-received", 1],
      ["message-received", 2],
      ["message-deleted", 2],
      ["message-sent", 0],
    ]);
    expect(queueStatistics(cloud.context)).to.deep.equal([
      {
        queueName: "orders",
        sent: 2,
        received: 2,
        deleted: 1,
        emptyReceives: 1,
        available: 1,
        inFlight: 0,
        delayed: 0,
        oldestMessageAge: 2_000,
        createdAt: clock.now() - 3_000,
        usedAt: clock.now() - 2_000,
      },
    ]);
  });
});
