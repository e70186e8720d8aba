import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListDeadLetterSourceQueuesCommand,
  ListQueuesCommand,
  type ListQueuesCommandInput,
  ListQueueTagsCommand,
  PurgeQueueCommand,
  QueueDoesNotExist,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
  TagQueueCommand,
  UntagQueueCommand,
  type QueueAttributeName,
} from "@aws-sdk/client-sqs";
import { expect } from "chai";
import { SteppedClock } from "../../../src/core/clock";
import { createSqs } from "../../../src/services/sqs/sqs";
import { startTestCloud, type TestCloud } from "../../../src/testing/testCloud";
import { codeOf } from "./support";

const arn = (name: string) => `arn:aws:sqs:us-east-1:000000000000:${name}`;

describe("SQS queues, by SDK v3", () => {
  let clock: SteppedClock;
  let cloud: TestCloud;
  let sqs: SQSClient;

  beforeEach(async () => {
    clock = new SteppedClock();
    cloud = await startTestCloud({
      clock,
      services: [createSqs],
      // Numbers of messages are exact here, so that they can be compared.
      conditions: { queueDepthLagMs: 0 },
    });
    sqs = new SQSClient(cloud.client);
  });

  afterEach(async () => {
    sqs.destroy();
    await cloud.close();
  });

  type Attributes = Partial<Record<QueueAttributeName, string>>;

  async function create(QueueName: string, Attributes?: Attributes): Promise<string> {
    return (await sqs.send(new CreateQueueCommand({ QueueName, Attributes }))).QueueUrl ?? "";
  }

  async function attributes(QueueUrl: string, ...AttributeNames: QueueAttributeName[]) {
    return (await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames }))).Attributes;
  }

  it("have a URL on the cloud's own endpoint, and are found by name", async () => {
    const url = await create("orders");
    expect(url).to.equal(`${cloud.endpoint}/000000000000/orders`);
    expect((await sqs.send(new GetQueueUrlCommand({ QueueName: "orders" }))).QueueUrl).to.equal(url);
  });

  it("are reached by a URL of any host, and by no other path", async () => {
    await create("orders");
    expect(
      await attributes("https://sqs.us-east-1.amazonaws.com/000000000000/orders", "QueueArn"),
    ).to.deep.equal({
      QueueArn: arn("orders"),
    });
    const wrong = [
      `${cloud.endpoint}/000000000000/other`,
      `${cloud.endpoint}/111111111111/orders`,
      cloud.endpoint,
    ];
    for (const url of wrong) expect(await codeOf(attributes(url, "All"))).to.equal("QueueDoesNotExist");
  });

  it("that do not exist are the client's own QueueDoesNotExist", async () => {
    const error: unknown = await sqs
      .send(new GetQueueUrlCommand({ QueueName: "none" }))
      .catch((e: unknown) => e);
    expect(error).to.be.instanceOf(QueueDoesNotExist);
    expect((error as QueueDoesNotExist).message).to.contain("none");
  });

  it("are made once, and refused with other attributes", async () => {
    const url = await create("orders", { VisibilityTimeout: "45" });
    expect(await create("orders", { VisibilityTimeout: "45" })).to.equal(url);
    expect(await create("orders")).to.equal(url);
    expect(await codeOf(create("orders", { VisibilityTimeout: "46" }))).to.equal("QueueNameExists");
  });

  for (const name of ["", "a b", "a.b", "a".repeat(81)]) {
    it(`cannot be named "${name.slice(0, 5)}" (${name.length} characters)`, async () => {
      expect(await codeOf(create(name))).to.equal("InvalidParameterValue");
    });
  }

  it("tell their attributes: all of them, or those asked for", async () => {
    const url = await create("orders", { DelaySeconds: "5" });
    const seconds = String(clock.now() / 1000);
    expect(await attributes(url, "All")).to.deep.equal({
      QueueArn: arn("orders"),
      ApproximateNumberOfMessages: "0",
      ApproximateNumberOfMessagesNotVisible: "0",
      ApproximateNumberOfMessagesDelayed: "0",
      CreatedTimestamp: seconds,
      LastModifiedTimestamp: seconds,
      DelaySeconds: "5",
      MaximumMessageSize: "1048576",
      MessageRetentionPeriod: "345600",
      ReceiveMessageWaitTimeSeconds: "0",
      VisibilityTimeout: "30",
      SqsManagedSseEnabled: "true",
    });
    expect(await attributes(url, "DelaySeconds", "Policy")).to.deep.equal({ DelaySeconds: "5" });
    expect(await attributes(url)).to.equal(undefined);
    expect(await codeOf(attributes(url, "Nonsense" as "All"))).to.equal("InvalidAttributeName");
  });

  it("take new attributes and give them back as the same strings", async () => {
    const url = await create("orders");
    await clock.advance(9_000);
    const Policy = JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Deny", Principal: "*", Action: "sqs:*", Resource: arn("orders") }],
    });
    await sqs.send(
      new SetQueueAttributesCommand({ QueueUrl: url, Attributes: { Policy, VisibilityTimeout: "7" } }),
    );
    expect(await attributes(url, "Policy", "VisibilityTimeout", "LastModifiedTimestamp")).to.deep.equal({
      Policy,
      VisibilityTimeout: "7",
      LastModifiedTimestamp: String(clock.now() / 1000),
    });
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes: { Policy: "" } }));
    expect(await attributes(url, "Policy")).to.equal(undefined);
  });

  it("name only a dead-letter queue that exists, is another, and lets them", async () => {
    const dead = await create("dead");
    const source = await create("source");
    const redriveTo = (target: string): Attributes => ({
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arn(target), maxReceiveCount: 5 }),
    });
    const set = (Attributes: Attributes, QueueUrl = source) =>
      sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }));
    expect(await codeOf(set(redriveTo("none")))).to.equal("InvalidParameterValue");
    expect(await codeOf(set(redriveTo("source")))).to.equal("InvalidParameterValue");

    await set({ RedriveAllowPolicy: JSON.stringify({ redrivePermission: "denyAll" }) }, dead);
    expect(await codeOf(set(redriveTo("dead")))).to.equal("InvalidParameterValue");
    expect(await codeOf(create("another", redriveTo("dead")))).to.equal("InvalidParameterValue");

    const byQueue = { redrivePermission: "byQueue", sourceQueueArns: [arn("source")] };
    await set({ RedriveAllowPolicy: JSON.stringify(byQueue) }, dead);
    await set(redriveTo("dead"));
    expect(await codeOf(create("another", redriveTo("dead")))).to.equal("InvalidParameterValue");
    const { queueUrls } = await sqs.send(new ListDeadLetterSourceQueuesCommand({ QueueUrl: dead }));
    expect(queueUrls).to.deep.equal([source]);
  });

  it("are listed by prefix and in pages", async () => {
    for (const name of ["b2", "a1", "b1", "b3"]) await create(name);
    const list = async (input: ListQueuesCommandInput) => {
      const { QueueUrls = [], NextToken } = await sqs.send(new ListQueuesCommand(input));
      return { names: QueueUrls.map((url) => url.slice(url.lastIndexOf("/") + 1)), NextToken };
    };
    expect((await list({})).names).to.have.members(["a1", "b1", "b2", "b3"]);
    expect((await list({ QueueNamePrefix: "c" })).names).to.deep.equal([]);
    const first = await list({ QueueNamePrefix: "b", MaxResults: 2 });
    expect(first.names).to.have.members(["b1", "b2"]);
    const second = await list({ QueueNamePrefix: "b", MaxResults: 2, NextToken: first.NextToken });
    expect(second).to.deep.equal({ names: ["b3"], NextToken: undefined });
  });

  it("are gone once deleted, and leave their name free a minute later", async () => {
    const url = await create("orders");
    await sqs.send(new DeleteQueueCommand({ QueueUrl: url }));
    expect(await codeOf(attributes(url, "All"))).to.equal("QueueDoesNotExist");
    expect(await codeOf(create("orders"))).to.equal("QueueDeletedRecently");
    await clock.advance(60_000);
    expect(await create("orders")).to.equal(url);
  });

  it("are purged of every message, once a minute", async () => {
    const url = await create("orders");
    await sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody: "b" }));
    await sqs.send(new PurgeQueueCommand({ QueueUrl: url }));
    expect(await attributes(url, "ApproximateNumberOfMessages")).to.deep.equal({
      ApproximateNumberOfMessages: "0",
    });
    expect(await codeOf(sqs.send(new PurgeQueueCommand({ QueueUrl: url })))).to.equal("PurgeQueueInProgress");
    await clock.advance(60_000);
    await sqs.send(new PurgeQueueCommand({ QueueUrl: url }));
  });

  it("carry tags", async () => {
    const { QueueUrl } = await sqs.send(
      new CreateQueueCommand({ QueueName: "orders", tags: { a: "1", b: "2" } }),
    );
    await sqs.send(new TagQueueCommand({ QueueUrl, Tags: { b: "3", c: "4" } }));
    await sqs.send(new UntagQueueCommand({ QueueUrl, TagKeys: ["a"] }));
    expect((await sqs.send(new ListQueueTagsCommand({ QueueUrl }))).Tags).to.deep.equal({ b: "3", c: "4" });
    const many = Object.fromEntries(Array.from({ length: 49 }, (_, i) => [`k${i}`, "v"]));
    expect(await codeOf(sqs.send(new TagQueueCommand({ QueueUrl, Tags: many })))).to.equal(
      "InvalidParameterValue",
    );
  });
});
