import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  ListQueueTagsCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
  type SQSClientConfig,
  TagQueueCommand,
  UntagQueueCommand,
} from "@aws-sdk/client-sqs";
import { AwsQueryProtocol } from "@aws-sdk/core/protocols";
import { expect } from "chai";
import { createSqs } from "../../../src/services/sqs/sqs";
import { startTestCloud, type TestCloud } from "../../../src/testing/testCloud";
import { codeOf } from "./support";

const authorization = "AWS4-HMAC-SHA256 Credential=me/20260101/us-east-1/sqs/aws4_request";

describe("SQS in the query protocol, as clients from before November 2023 speak it", () => {
  let cloud: TestCloud;
  let sqs: SQSClient;
  let QueueUrl: string;

  beforeEach(async () => {
    cloud = await startTestCloud({ services: [createSqs] });
    sqs = new SQSClient({
      ...cloud.client,
      protocol: AwsQueryProtocol as NonNullable<SQSClientConfig["protocol"]>,
    });
    const attributes = { VisibilityTimeout: "7", DelaySeconds: "0" };
    ({ QueueUrl = "" } = await sqs.send(
      new CreateQueueCommand({ QueueName: "old", Attributes: attributes, tags: { team: "shop" } }),
    ));
  });
  afterEach(async () => {
    sqs.destroy();
    await cloud.close();
  });

  /** A form, sent to a path; the answer as text. */
  async function post(path: string, form: Readonly<Record<string, string>>) {
    const answer = await fetch(`${cloud.endpoint}${path}`, {
      method: "POST",
      headers: { authorization },
      body: new URLSearchParams({ Version: "2012-11-05", ...form }),
    });
    return { status: answer.status, text: await answer.text() };
  }

  it("asks callers for the same as the other protocol does, and refuses in this one's words", async () => {
    await cloud.call("iam", "CreateRole", {
      RoleName: "stranger",
      AssumeRolePolicyDocument: JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Principal: { AWS: "*" }, Action: "sts:AssumeRole" }],
      }),
    });
    const session = cloud.context.issueCredentials("stranger", "session");
    const protocol = AwsQueryProtocol as NonNullable<SQSClientConfig["protocol"]>;
    const codeFor = (changes: Partial<typeof session>) =>
      codeOf(
        new SQSClient({ ...cloud.clientAs({ ...session, ...changes }), protocol, maxAttempts: 1 }).send(
          new ListQueuesCommand(),
        ),
      );
    expect(await codeFor({})).to.equal("AccessDenied");
    expect(await codeFor({ secretAccessKey: "other" })).to.equal("SignatureDoesNotMatch");
    expect(await codeFor({ sessionToken: "other" })).to.equal("InvalidClientTokenId");
    const unsigned = await fetch(cloud.endpoint, {
      method: "POST",
      body: new URLSearchParams({ Action: "ListQueues", Version: "2012-11-05" }),
    });
    expect(unsigned.status).to.equal(403);
    expect(await unsigned.text()).to.include("MissingAuthenticationToken");
  });

  it("carries messages with their attributes, one by one and in batches", async () => {
    const MessageAttributes = {
      kind: { DataType: "String", StringValue: "<&> ü" },
      bytes: { DataType: "Binary", BinaryValue: new Uint8Array([0, 255]) },
    };
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "a & b", MessageAttributes }));
    const { Successful = [], Failed = [] } = await sqs.send(
      new SendMessageBatchCommand({
        QueueUrl,
        Entries: [
          { Id: "1", MessageBody: "c", MessageAttributes, DelaySeconds: 0 },
          { Id: "2", MessageBody: "d", DelaySeconds: 901 },
        ],
      }),
    );
    expect(Successful.map(({ Id }) => Id)).to.deep.equal(["1"]);
    expect(Failed.map(({ Id, Code }) => [Id, Code])).to.deep.equal([["2", "InvalidParameterValue"]]);
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: 10,
        MessageAttributeNames: ["All"],
        MessageSystemAttributeNames: ["ApproximateReceiveCount"],
      }),
    );
    expect(Messages.map(({ Body }) => Body)).to.have.members(["a & b", "c"]);
    for (const message of Messages) {
      expect(message.MessageAttributes).to.deep.equal(MessageAttributes);
      expect(message.Attributes).to.deep.equal({ ApproximateReceiveCount: "1" });
    }
    const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: `m${index}`, ReceiptHandle }));
    const deleted = await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
    expect(deleted.Successful).to.have.lengthOf(2);
  });

  it("carries attributes and tags", async () => {
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { DelaySeconds: "3" } }));
    const AttributeNames = ["VisibilityTimeout" as const, "DelaySeconds" as const];
    const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames }));
    expect(Attributes).to.deep.equal({ VisibilityTimeout: "7", DelaySeconds: "3" });
    await sqs.send(new TagQueueCommand({ QueueUrl, Tags: { a: "1", b: "2" } }));
    await sqs.send(new UntagQueueCommand({ QueueUrl, TagKeys: ["a", "team"] }));
    const { Tags } = await sqs.send(new ListQueueTagsCommand({ QueueUrl }));
    expect(Tags).to.deep.equal({ b: "2" });
  });

  it("names errors by their codes of that protocol", async () => {
    const unknown = sqs.send(new GetQueueUrlCommand({ QueueName: "none" }));
    expect(await codeOf(unknown)).to.equal("QueueDoesNotExist");
    const { status, text } = await post("/", { Action: "GetQueueUrl", QueueName: "none" });
    expect(status).to.equal(400);
    expect(text).to.match(/<Type>Sender<\/Type><Code>AWS\.SimpleQueueService\.NonExistentQueue<\/Code>/);
  });

  it("takes the queue from the URL that a request is sent to, unless the request names one", async () => {
    const sent = await post("/000000000000/old", { Action: "SendMessage", MessageBody: "by path" });
    expect(sent.text).to.contain("<MessageId>");
    const lost = await post("/000000000000/other", { Action: "SendMessage", MessageBody: "b" });
    expect(lost.text).to.contain("AWS.SimpleQueueService.NonExistentQueue");
    const named = await post("/000000000000/other", { Action: "SendMessage", MessageBody: "b", QueueUrl });
    expect(named.status).to.equal(200);
    // Operations on no queue in particular are not told of one.
    expect((await post("/000000000000/old", { Action: "ListQueues" })).text).to.contain("<QueueUrl>");
  });

  it("finds a queue by its bare name or its path, as SQS does in every protocol", async () => {
    for (const url of ["old", "/000000000000/old"]) {
      const today = new SQSClient(cloud.client);
      await today.send(new SendMessageCommand({ QueueUrl: url, MessageBody: "b" }));
      today.destroy();
    }
    await sqs.send(new DeleteQueueCommand({ QueueUrl }));
    expect(await codeOf(sqs.send(new SendMessageCommand({ QueueUrl: "old", MessageBody: "b" })))).to.equal(
      "QueueDoesNotExist",
    );
  });
});
