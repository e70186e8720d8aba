import { CreateQueueCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { expect } from "chai";
import { AwsError, type WireCall, type WireFault } from "../../../src";
import { createSqs } from "../../../src/services/sqs/sqs";
import { startTestCloud, type TestCloud } from "../../../src/testing/testCloud";

describe("what goes wrong on the way to the cloud", () => {
  let cloud: TestCloud;
  let sqs: SQSClient;
  let QueueUrl: string;

  beforeEach(async () => {
    cloud = await startTestCloud({ services: [createSqs], conditions: { queueDepthLagMs: 0 } });
    const requestHandler = { requestTimeout: 300, throwOnRequestTimeout: true };
    sqs = new SQSClient({ ...cloud.client, maxAttempts: 1, requestHandler });
    ({ QueueUrl = "" } = await sqs.send(new CreateQueueCommand({ QueueName: "orders" })));
  });
  afterEach(async () => {
    sqs.destroy();
    await cloud.close();
  });

  /** Sends a message with this fault; tells what the client saw and how many messages stand in the queue then. */
  async function send(fault: WireFault): Promise<{ readonly error?: string; readonly stands: number }> {
    cloud.wire.faults = () => fault;
    const error = await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "x" })).then(
      () => undefined,
      (reason: unknown) => (reason instanceof Error ? `${reason.name} ${reason.message}` : String(reason)),
    );
    cloud.wire.faults = undefined;
    const { Attributes } = await cloud.call("sqs", "GetQueueAttributes", {
      QueueUrl,
      AttributeNames: ["ApproximateNumberOfMessages"],
    });
    const stands = Number(Attributes?.ApproximateNumberOfMessages);
    return { stands, ...(error === undefined ? {} : { error }) };
  }

  it("refuses a call, as the service words it, and does nothing", async () => {
    const { error, stands } = await send({
      kind: "refused",
      error: new AwsError("RequestThrottled", "too fast"),
    });
    expect(error).to.equal("RequestThrottled too fast");
    expect(stands).to.equal(0);
  });

  it("loses a call, and does nothing", async () => {
    const { error, stands } = await send({ kind: "lost-request" });
    expect(error).to.match(/socket hang up|ECONNRESET/);
    expect(stands).to.equal(0);
  });

  for (const [kind, seen] of [
    ["lost-answer", /socket hang up|ECONNRESET/],
    ["cut-answer", /aborted|ECONNRESET|terminated|socket hang up/],
    ["no-answer", /Timeout/],
  ] as const) {
    it(`does what is asked, and tells nobody: ${kind}`, async () => {
      let carriedOut = 0;
      const { error, stands } = await send({ kind, carriedOut: () => carriedOut++ });
      expect(error).to.match(seen);
      expect(stands).to.equal(1);
      expect(carriedOut).to.equal(1);
    });
  }

  it("answers late", async () => {
    expect(await send({ kind: "late-answer", ms: 20 })).to.deep.equal({ stands: 1 });
  });

  it("is asked of each call over the wire, by whom and for what, and of none from within", async () => {
    const calls: WireCall[] = [];
    cloud.wire.faults = (call) => {
      calls.push(call);
      return undefined;
    };
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "x" }));
    await cloud.call("sqs", "SendMessage", { QueueUrl, MessageBody: "x" });
    const { accountId } = cloud.context;
    expect(calls).to.deep.equal([
      {
        service: "sqs",
        operation: "SendMessage",
        caller: { kind: "administrator", accountId },
        accessKeyId: "administrator",
      },
    ]);
  });
});
