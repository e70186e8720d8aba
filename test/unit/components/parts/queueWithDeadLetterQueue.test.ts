import { expect } from "chai";
import { QueueWithDeadLetterQueue } from "../../../../components/parts/queueWithDeadLetterQueue";
import { promiseOf, recordResources } from "../../support/recordResources";

const QUEUE = "aws:sqs/queue:Queue";
const POLICY = "aws:sqs/queuePolicy:QueuePolicy";
const ALLOW = "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy";

const queueUrl = (name: string) => `https://sqs.us-east-1.amazonaws.com/123456789012/${name}`;
const arn = (name: string) => `arn:aws:test:us-east-1:123456789012:${name}`;

describe("QueueWithDeadLetterQueue", () => {
  it("keeps the order of message groups, in both queues, when asked to", async () => {
    const recorder = recordResources();
    const part = new QueueWithDeadLetterQueue("q", {
      visibilityTimeoutSeconds: 60,
      maxReceiveCount: 5,
      fifo: true,
    });
    await promiseOf(part.queue.url);
    await recorder.settled();
    for (const name of ["q", "q-dead-letters"]) {
      expect(recorder.find(QUEUE, name).inputs, name).to.deep.include({
        fifoQueue: true,
        contentBasedDeduplication: true,
        deduplicationScope: "messageGroup",
        fifoThroughputLimit: "perMessageGroupId",
      });
    }
  });

  it("creates both queues encrypted, with TLS-only policies, and ties them to each other", async () => {
    const recorder = recordResources();
    const part = new QueueWithDeadLetterQueue("q", {
      visibilityTimeoutSeconds: 60,
      maxReceiveCount: 5,
      tags: { Team: "t" },
    });
    await promiseOf(part.queue.url);
    await recorder.settled();

    expect(recorder.find(QUEUE, "q-dead-letters").inputs).to.deep.equal({
      sqsManagedSseEnabled: true,
      messageRetentionSeconds: 1_209_600,
      maxMessageSize: 1_048_576,
      tags: { Team: "t" },
    });
    expect(recorder.find(QUEUE, "q").inputs).to.deep.equal({
      sqsManagedSseEnabled: true,
      visibilityTimeoutSeconds: 60,
      messageRetentionSeconds: 345_600,
      maxMessageSize: 262_144,
      redrivePolicy: JSON.stringify({ deadLetterTargetArn: arn("q-dead-letters"), maxReceiveCount: 5 }),
      tags: { Team: "t" },
    });
    for (const name of ["q", "q-dead-letters"]) {
      const { inputs } = recorder.find(POLICY, `${name}-policy`);
      expect(inputs.queueUrl).to.equal(queueUrl(name));
      expect(JSON.parse(inputs.policy as string)).to.deep.equal({
        Version: "2012-10-17",
        Statement: [
          {
            Sid: "RefuseRequestsWithoutTls",
            Effect: "Deny",
            Principal: "*",
            Action: "sqs:*",
            Resource: arn(name),
            Condition: { Bool: { "aws:SecureTransport": "false" } },
          },
        ],
      });
    }
    expect(recorder.find(ALLOW, "q-redrive-allow").inputs).to.deep.equal({
      queueUrl: queueUrl("q-dead-letters"),
      redriveAllowPolicy: JSON.stringify({ redrivePermission: "byQueue", sourceQueueArns: [arn("q")] }),
    });
    expect(recorder.resources.filter(({ custom }) => custom)).to.have.length(5);
  });

  it("leaves tags away when there are none", async () => {
    const recorder = recordResources();
    new QueueWithDeadLetterQueue("q", { visibilityTimeoutSeconds: 60, maxReceiveCount: 5 });
    await recorder.settled();
    for (const { inputs } of recorder.ofType(QUEUE)) expect(inputs).not.to.have.property("tags");
  });

  it("protects the queues alone, and hands each child to its transform", async () => {
    const recorder = recordResources();
    const protection: Record<string, boolean | undefined> = {};
    new QueueWithDeadLetterQueue("q", {
      visibilityTimeoutSeconds: 60,
      maxReceiveCount: 5,
      protect: true,
      transform: {
        queue: (args, opts) => {
          protection.queue = opts.protect;
          return { args: { ...args, delaySeconds: 7 } };
        },
        queuePolicy: (_args, opts) => {
          protection.queuePolicy = opts.protect;
          return {};
        },
        deadLetterQueue: (args, opts) => {
          protection.deadLetterQueue = opts.protect;
          return { args: { ...args, kmsDataKeyReusePeriodSeconds: 300 } };
        },
        redriveAllowPolicy: (args) => ({ args: { ...args, redriveAllowPolicy: "{}" } }),
      },
    });
    await recorder.settled();
    expect(protection).to.deep.equal({ queue: true, queuePolicy: false, deadLetterQueue: true });
    expect(recorder.find(QUEUE, "q").inputs).to.include({ delaySeconds: 7, visibilityTimeoutSeconds: 60 });
    expect(recorder.find(QUEUE, "q-dead-letters").inputs).to.include({ kmsDataKeyReusePeriodSeconds: 300 });
    expect(recorder.find(ALLOW, "q-redrive-allow").inputs.redriveAllowPolicy).to.equal("{}");
  });
});
