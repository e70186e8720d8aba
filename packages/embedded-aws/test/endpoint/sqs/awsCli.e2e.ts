import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect } from "chai";
import { createSqs } from "../../../src/services/sqs/sqs";
import { hasAwsCli } from "../../support/awsCli";
import { startTestCloud, type TestCloud } from "../../../src/testing/testCloud";

const run = promisify(execFile);

/** A client that was not written here, and in another language. */
describe("SQS, by the AWS CLI", function () {
  this.timeout(60_000);
  let cloud: TestCloud;

  before(async function () {
    if (!(await hasAwsCli())) this.skip();
    cloud = await startTestCloud({ services: [createSqs], conditions: { queueDepthLagMs: 0 } });
  });

  after(() => (cloud as TestCloud | undefined)?.close());

  async function aws<Output>(operation: string, ...options: string[]): Promise<Output> {
    const { stdout } = await run(
      "aws",
      ["sqs", operation, ...options, "--endpoint-url", cloud.endpoint, "--output", "json"],
      {
        env: {
          ...process.env,
          AWS_ACCESS_KEY_ID: "administrator",
          AWS_SECRET_ACCESS_KEY: "any",
          AWS_DEFAULT_REGION: "us-east-1",
          AWS_PAGER: "",
        },
      },
    );
    return (stdout === "" ? {} : JSON.parse(stdout)) as Output;
  }

  it("a message goes in, comes out and is deleted", async () => {
    const { QueueUrl } = await aws<{ QueueUrl: string }>("create-queue", "--queue-name", "orders");
    const attributes = JSON.stringify({ kind: { DataType: "String", StringValue: "test" } });
    const sent = await aws<{ MessageId: string }>(
      "send-message",
      ...["--queue-url", QueueUrl, "--message-body", "hello", "--message-attributes", attributes],
    );
    const { Messages } = await aws<{
      Messages: { MessageId: string; Body: string; ReceiptHandle: string }[];
    }>(
      "receive-message",
      ...["--queue-url", QueueUrl, "--message-attribute-names", "All", "--wait-time-seconds", "5"],
    );
    expect(Messages[0]).to.deep.include({
      MessageId: sent.MessageId,
      Body: "hello",
      MessageAttributes: { kind: { DataType: "String", StringValue: "test" } },
    });
    await aws(
      "delete-message",
      "--queue-url",
      QueueUrl,
      "--receipt-handle",
      Messages[0]?.ReceiptHandle ?? "",
    );
    const { Attributes } = await aws<{ Attributes: object }>(
      "get-queue-attributes",
      ...["--queue-url", QueueUrl, "--attribute-names", "All"],
    );
    expect(Attributes).to.include({
      ApproximateNumberOfMessages: "0",
      ApproximateNumberOfMessagesNotVisible: "0",
    });
  });

  it("a queue that does not exist is told by the code that its users know", async () => {
    const error: unknown = await aws("get-queue-url", "--queue-name", "none").catch((e: unknown) => e);
    expect((error as { stderr: string }).stderr).to.contain("AWS.SimpleQueueService.NonExistentQueue");
  });
});
