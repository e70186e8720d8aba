import {
  AddPermissionCommand,
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  RemovePermissionCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
  type Message,
  type ReceiveMessageCommandInput,
  type SendMessageCommandInput,
} from "@aws-sdk/client-sqs";
import { expect } from "chai";
import { SteppedClock } from "../../../src/core/clock";
import { createSqs } from "../../../src/services/sqs/sqs";
import { startTestCloud, type TestCloud } from "../../../src/testing/testCloud";
import { codeOf } from "./support";

const arnOf = (name: string) => `arn:aws:sqs:us-east-1:000000000000:${name}`;

describe("FIFO queues, by SDK v3", () => {
  let clock: SteppedClock;
  let cloud: TestCloud;
  let sqs: SQSClient;
  let QueueUrl: string;

  beforeEach(async () => {
    clock = new SteppedClock();
    cloud = await startTestCloud({
      clock,
      services: [createSqs],
      // Numbers of messages are told at once.
      conditions: { queueDepthLagMs: 0 },
    });
    sqs = new SQSClient({ ...cloud.client, maxAttempts: 1 });
    QueueUrl = await create("orders.fifo", { ContentBasedDeduplication: "true" });
  });
  afterEach(async () => {
    sqs.destroy();
    await cloud.close();
  });

  const create = async (QueueName: string, Attributes: Record<string, string> = {}) =>
    (await sqs.send(new CreateQueueCommand({ QueueName, Attributes: { FifoQueue: "true", ...Attributes } })))
      .QueueUrl ?? "";
  const send = (group: string, MessageBody: string, more: Partial<SendMessageCommandInput> = {}) =>
    sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, MessageGroupId: group, ...more }));
  const receive = async (options: Partial<ReceiveMessageCommandInput> = {}): Promise<Message[]> => {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: 10,
        MessageSystemAttributeNames: ["All"],
        ...options,
      }),
    );
    return Messages;
  };
  const bodies = (messages: readonly Message[]) => messages.map(({ Body }) => Body);
  const remove = ({ ReceiptHandle }: Message) =>
    sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
  const attributes = async (url = QueueUrl) =>
    (await sqs.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ["All"] }))).Attributes ??
    {};

  it("say what they are, with AWS's defaults", async () => {
    expect(await attributes()).to.include({
      QueueArn: arnOf("orders.fifo"),
      FifoQueue: "true",
      ContentBasedDeduplication: "true",
      DeduplicationScope: "queue",
      FifoThroughputLimit: "perQueue",
    });
  });

  const refused: readonly [string, () => Promise<unknown>, string][] = [
    ["a name without .fifo", () => create("orders"), "InvalidParameterValue"],
    [
      "a name with .fifo for a standard queue",
      () => sqs.send(new CreateQueueCommand({ QueueName: "standard.fifo" })),
      "InvalidParameterValue",
    ],
    ["too long a name", () => create(`${"a".repeat(76)}.fifo`), "InvalidParameterValue"],
    [
      "high throughput without its scope",
      () => create("fast.fifo", { FifoThroughputLimit: "perMessageGroupId" }),
      "InvalidAttributeValue",
    ],
    ["an unknown scope", () => create("fast.fifo", { DeduplicationScope: "all" }), "InvalidAttributeValue"],
    [
      "becoming a standard queue",
      () => sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { FifoQueue: "false" } })),
      "InvalidAttributeValue",
    ],
    [
      "a message without a group",
      () => sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "a" })),
      "MissingParameter",
    ],
    ["a group with a space", () => send("a b", "a"), "InvalidParameterValue"],
    ["a delay of one message", () => send("g", "a", { DelaySeconds: 5 }), "InvalidParameterValue"],
    [
      "a deduplication id that is too long",
      () => send("g", "a", { MessageDeduplicationId: "d".repeat(129) }),
      "InvalidParameterValue",
    ],
    [
      "a standard queue for its dead letters",
      async () => {
        await sqs.send(new CreateQueueCommand({ QueueName: "dead" }));
        const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arnOf("dead"), maxReceiveCount: 1 });
        await create("source.fifo", { RedrivePolicy });
      },
      "InvalidParameterValue",
    ],
  ];
  for (const [what, run, code] of refused) {
    it(`refuse ${what}`, async () => {
      expect(await codeOf(run())).to.equal(code);
    });
  }

  it("need a deduplication id where contents make none", async () => {
    QueueUrl = await create("plain.fifo");
    expect(await codeOf(send("g", "a"))).to.equal("InvalidParameterValue");
    expect(await send("g", "a", { MessageDeduplicationId: "1" })).to.have.property("SequenceNumber");
  });

  it("hand a group's messages out in order, and none while one of them is in flight", async () => {
    for (const body of ["a1", "a2", "a3"]) await send("a", body);
    await send("b", "b1");
    const [first] = await receive({ MaxNumberOfMessages: 1 });
    expect(first?.Body).to.equal("a1");
    expect(first?.Attributes).to.include({ MessageGroupId: "a" });
    expect(first?.Attributes?.SequenceNumber).to.match(/^\d{20}$/);
    expect(first?.Attributes?.MessageDeduplicationId).to.match(/^[0-9a-f]{64}$/);
    expect(bodies(await receive())).to.deep.equal(["b1"]);
    expect(bodies(await receive())).to.deep.equal([]);
    await remove(first!);
    expect(bodies(await receive())).to.deep.equal(["a2", "a3"]);
  });

  it("hand a message that failed out before those behind it", async () => {
    for (const body of ["a1", "a2", "a3"]) await send("a", body);
    expect(bodies(await receive({ MaxNumberOfMessages: 2, VisibilityTimeout: 10 }))).to.deep.equal([
      "a1",
      "a2",
    ]);
    await clock.advance(9_000);
    expect(await receive()).to.deep.equal([]);
    await clock.advance(1_000);
    const again = await receive();
    expect(bodies(again)).to.deep.equal(["a1", "a2", "a3"]);
    expect(again.map(({ Attributes }) => Attributes?.ApproximateReceiveCount)).to.deep.equal(["2", "2", "1"]);
    await sqs.send(
      new ChangeMessageVisibilityCommand({
        QueueUrl,
        ReceiptHandle: again[1]?.ReceiptHandle,
        VisibilityTimeout: 0,
      }),
    );
    expect(await receive()).to.deep.equal([]);
    await remove(again[0]!);
    await remove(again[2]!);
    expect(bodies(await receive())).to.deep.equal(["a2"]);
  });

  it("give a waiting receiver what a deletion sets free", async () => {
    await send("a", "a1");
    await send("a", "a2");
    const [first] = await receive({ MaxNumberOfMessages: 1 });
    const waiting = receive({ WaitTimeSeconds: 20 });
    await remove(first!);
    expect(bodies(await waiting)).to.deep.equal(["a2"]);
  });

  it("take a message of one deduplication id once in five minutes, even when it is gone", async () => {
    const first = await send("a", "same");
    const [message] = await receive();
    await remove(message!);
    const second = await send("b", "same");
    expect(second.MessageId).to.equal(first.MessageId);
    expect(second.SequenceNumber).to.equal(first.SequenceNumber);
    expect(await receive()).to.deep.equal([]);
    await clock.advance(5 * 60_000 - 1);
    await send("a", "same");
    expect(await receive()).to.deep.equal([]);
    await clock.advance(1);
    const third = await send("a", "same");
    expect(BigInt(third.SequenceNumber!) > BigInt(first.SequenceNumber!)).to.equal(true);
    expect(bodies(await receive())).to.deep.equal(["same"]);
  });

  it("deduplicate within a group where that is their scope, and by explicit ids before contents", async () => {
    QueueUrl = await create("scoped.fifo", {
      ContentBasedDeduplication: "true",
      DeduplicationScope: "messageGroup",
    });
    await send("a", "same");
    await send("b", "same");
    await send("a", "same");
    await send("a", "same", { MessageDeduplicationId: "other" });
    expect(bodies(await receive())).to.deep.equal(["same", "same", "same"]);
  });

  it("repeat an attempt to receive, as long as nothing has become of its messages", async () => {
    await send("a", "a1");
    await send("b", "b1");
    const attempt = { ReceiveRequestAttemptId: "try-1", MaxNumberOfMessages: 1, VisibilityTimeout: 30 };
    const first = await receive(attempt);
    await clock.advance(20_000);
    const second = await receive(attempt);
    expect(second.map(({ ReceiptHandle }) => ReceiptHandle)).to.deep.equal(
      first.map(({ ReceiptHandle }) => ReceiptHandle),
    );
    // Its visibility timeout starts anew.
    await clock.advance(20_000);
    expect(bodies(await receive({ ReceiveRequestAttemptId: "try-2" }))).to.deep.equal(["b1"]);
    await remove(second[0]!);
    expect(await receive(attempt)).to.deep.equal([]);
  });

  it("refuse to delete by a handle whose delivery is over", async () => {
    await send("a", "a1");
    const [message] = await receive({ VisibilityTimeout: 5 });
    await clock.advance(5_000);
    expect(await codeOf(remove(message!))).to.equal("InvalidParameterValue");
    const [again] = await receive();
    expect(await codeOf(remove(message!))).to.equal("InvalidParameterValue");
    await remove(again!);
    await remove(again!);
  });

  it("move what has failed too often to a FIFO dead-letter queue, in order, and let the group go on", async () => {
    const dead = await create("dead.fifo");
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arnOf("dead.fifo"), maxReceiveCount: 1 });
    QueueUrl = await create("source.fifo", { ContentBasedDeduplication: "true", RedrivePolicy });
    for (const body of ["a1", "a2", "a3"]) await send("a", body);
    await receive({ MaxNumberOfMessages: 2, VisibilityTimeout: 1 });
    await clock.advance(1_000);
    expect(bodies(await receive())).to.deep.equal(["a3"]);
    const letters = await receive({ QueueUrl: dead });
    expect(bodies(letters)).to.deep.equal(["a1", "a2"]);
    expect(letters[0]?.Attributes).to.include({
      MessageGroupId: "a",
      DeadLetterQueueSourceArn: arnOf("source.fifo"),
    });
  });

  it("delay all their messages alike", async () => {
    QueueUrl = await create("late.fifo", { ContentBasedDeduplication: "true", DelaySeconds: "10" });
    await send("a", "a1");
    expect(await receive()).to.deep.equal([]);
    expect(await attributes()).to.include({ ApproximateNumberOfMessagesDelayed: "1" });
    await clock.advance(10_000);
    expect(bodies(await receive())).to.deep.equal(["a1"]);
  });

  it("take 300 calls a second, batches or not, unless they are of high throughput", async () => {
    const batch = (n: number) =>
      sqs.send(
        new SendMessageBatchCommand({
          QueueUrl,
          Entries: [{ Id: "1", MessageBody: String(n), MessageGroupId: "g" }],
        }),
      );
    for (let n = 0; n < 300; n++) await batch(n);
    expect(await codeOf(batch(300))).to.equal("RequestThrottled");
    // Each action has its own.
    expect(await receive()).to.have.length(10);
    await clock.advance(10);
    await batch(301);
    QueueUrl = await create("fast.fifo", {
      ContentBasedDeduplication: "true",
      DeduplicationScope: "messageGroup",
      FifoThroughputLimit: "perMessageGroupId",
    });
    for (let n = 0; n < 301; n++) await batch(n);
  }).timeout(20_000);

  it("refuse a batch as a whole for an entry without a place", async () => {
    const refused = async (entry: object, url: string) => {
      const Entries = [
        { Id: "1", MessageBody: "a", MessageGroupId: "g", MessageDeduplicationId: "d" },
        { Id: "2", MessageBody: "b", ...entry },
      ];
      expect(await codeOf(sqs.send(new SendMessageBatchCommand({ QueueUrl: url, Entries })))).to.equal(
        "InvalidParameterValue",
      );
    };
    await refused({ MessageDeduplicationId: "e" }, QueueUrl);
    const explicit = await create("explicit.fifo", { ContentBasedDeduplication: "false" });
    await refused({ MessageGroupId: "g" }, explicit);
    expect(await receive()).to.deep.equal([]);
  });

  it("take true and false in any case, and show them in lower case", async () => {
    const url = await create("python.fifo", { FifoQueue: "True", ContentBasedDeduplication: "FALSE" });
    expect(await create("python.fifo", { ContentBasedDeduplication: "False" })).to.equal(url);
    await sqs.send(
      new SetQueueAttributesCommand({ QueueUrl: url, Attributes: { ContentBasedDeduplication: "True" } }),
    );
    const AttributeNames = ["FifoQueue" as const, "ContentBasedDeduplication" as const];
    const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames }));
    expect(Attributes).to.deep.equal({ FifoQueue: "true", ContentBasedDeduplication: "true" });
  });

  it("take batches whose entries fail alone", async () => {
    const { Successful = [], Failed = [] } = await sqs.send(
      new SendMessageBatchCommand({
        QueueUrl,
        Entries: [
          { Id: "good", MessageBody: "a", MessageGroupId: "g" },
          { Id: "bad", MessageBody: "b", MessageGroupId: "no spaces" },
        ],
      }),
    );
    expect(Successful.map(({ Id, SequenceNumber }) => [Id, SequenceNumber?.length])).to.deep.equal([
      ["good", 20],
    ]);
    expect(Failed.map(({ Id, Code }) => [Id, Code])).to.deep.equal([["bad", "InvalidParameterValue"]]);
    const [message] = await receive();
    const deleted = await sqs.send(
      new DeleteMessageBatchCommand({
        QueueUrl,
        Entries: [{ Id: "1", ReceiptHandle: message?.ReceiptHandle }],
      }),
    );
    expect(deleted.Successful).to.have.length(1);
  });

  it("are not standard queues, which take a group for their fairness and nothing else", async () => {
    const { QueueUrl: url } = await sqs.send(new CreateQueueCommand({ QueueName: "standard" }));
    await send("tenant", "a", { QueueUrl: url });
    await send("tenant", "a", { QueueUrl: url });
    const messages = await receive({ QueueUrl: url });
    expect(messages.map(({ Attributes }) => Attributes?.MessageGroupId)).to.deep.equal(["tenant", "tenant"]);
    expect(await codeOf(send("t", "a", { QueueUrl: url, MessageDeduplicationId: "1" }))).to.equal(
      "InvalidParameterValue",
    );
    expect(await codeOf(receive({ QueueUrl: url, ReceiveRequestAttemptId: "1" }))).to.equal(
      "InvalidParameterValue",
    );
  });

  it("have permissions added and removed, one by one", async () => {
    const permission = {
      QueueUrl,
      Label: "others",
      AWSAccountIds: ["111122223333"],
      Actions: ["SendMessage"],
    };
    await sqs.send(new AddPermissionCommand(permission));
    const { Policy = "" } = await attributes();
    expect((JSON.parse(Policy) as { Statement: unknown }).Statement).to.deep.equal([
      {
        Sid: "others",
        Effect: "Allow",
        Principal: { AWS: "arn:aws:iam::111122223333:root" },
        Action: "SQS:SendMessage",
        Resource: arnOf("orders.fifo"),
      },
    ]);
    const add = (change: object) => codeOf(sqs.send(new AddPermissionCommand({ ...permission, ...change })));
    expect(await add({})).to.equal("InvalidParameterValue");
    expect(await add({ Label: "x", Actions: ["DeleteQueue"] })).to.equal("InvalidParameterValue");
    expect(await add({ Label: "x", AWSAccountIds: ["12"] })).to.equal("InvalidParameterValue");
    const drop = (Label: string) => sqs.send(new RemovePermissionCommand({ QueueUrl, Label }));
    expect(await codeOf(drop("none"))).to.equal("InvalidParameterValue");
    await drop("others");
    expect(await attributes()).not.to.have.property("Policy");
  });
});
