import type { DynamoDBRecord } from "aws-lambda";
import { expect } from "chai";
import type { Ending } from "../../../../handlers/orders/confirmationLog";
import { createConfirmOrders } from "../../../../handlers/orders/confirmBatch";
import type { Failure } from "../../../../handlers/shared/failure";
import { awsError, invocation, recordTelemetry, steppedTiming } from "../../support/handlerFakes";

function streamRecord(
  sequenceNumber: string,
  orderId: string,
  more: Partial<DynamoDBRecord> = {},
): DynamoDBRecord {
  return {
    eventName: "INSERT",
    dynamodb: {
      SequenceNumber: sequenceNumber,
      NewImage: {
        orderId: { S: orderId },
        customerName: { S: "Ada Lovelace" },
        customerEmail: { S: `${orderId}@example.com` },
        totalAmount: { N: "1" },
        status: { S: "Processed" },
      },
    },
    ...more,
  };
}

function setUp(
  options: {
    readonly sendMail?: (to: string) => Error | undefined;
    readonly queueFails?: boolean;
    readonly endFails?: boolean;
  } = {},
) {
  const timing = steppedTiming();
  const telemetry = recordTelemetry();
  const endings = new Map<string, Ending>();
  const mails: string[] = [];
  const failures: { record: DynamoDBRecord; reason: Failure }[] = [];
  const mailDeadlines: number[] = [];
  const handler = createConfirmOrders({
    confirmations: {
      hasEnded: (orderId) => Promise.resolve(endings.has(orderId)),
      end: (orderId, ending) => {
        if (options.endFails === true) return Promise.reject(awsError("ThrottlingException"));
        endings.set(orderId, ending);
        return Promise.resolve();
      },
    },
    sendMail: ({ to }, deadline) => {
      mailDeadlines.push(deadline - timing.now());
      const error = options.sendMail?.(to);
      if (error !== undefined) return Promise.reject(error);
      mails.push(to);
      return Promise.resolve();
    },
    sendToFailureQueue: (record, reason) => {
      if (options.queueFails === true) return Promise.reject(awsError("ThrottlingException"));
      failures.push({ record, reason });
      return Promise.resolve();
    },
    telemetry,
    timing,
  });
  const run = (records: DynamoDBRecord[], remainingMs?: number) =>
    handler({ Records: records }, invocation(remainingMs));
  return { run, telemetry, endings, mails, failures, mailDeadlines };
}

const NOTHING = {
  ConfirmationsSent: 0,
  ConfirmationsSkipped: 0,
  ConfirmationsUndeliverable: 0,
  ConfirmationsFailed: 0,
};

describe("confirmOrders", () => {
  it("mails the customer of each new order and notes it on the order", async () => {
    const { run, mails, endings, telemetry } = setUp();
    expect(await run([streamRecord("1", "a"), streamRecord("2", "b")])).to.deep.equal({
      batchItemFailures: [],
    });
    expect(mails).to.deep.equal(["a@example.com", "b@example.com"]);
    expect([...endings]).to.deep.equal([
      ["a", "confirmationSentAt"],
      ["b", "confirmationSentAt"],
    ]);
    expect(telemetry.counts).to.deep.equal([{ ...NOTHING, ConfirmationsSent: 2 }]);
  });

  it("sends nothing for a record that comes again", async () => {
    const { run, mails, telemetry } = setUp();
    await run([streamRecord("1", "a")]);
    expect(await run([streamRecord("1", "a")])).to.deep.equal({ batchItemFailures: [] });
    expect(mails).to.have.length(1);
    expect(telemetry.counts.at(-1)).to.deep.equal({ ...NOTHING, ConfirmationsSkipped: 1 });
  });

  it("skips what is no new order with an address", async () => {
    const { run, mails } = setUp();
    const records = [
      streamRecord("1", "a", { eventName: "MODIFY" }),
      streamRecord("2", "b", { dynamodb: { SequenceNumber: "2", NewImage: { orderId: { S: "b" } } } }),
      streamRecord("3", "c", { dynamodb: { SequenceNumber: "3" } }),
    ];
    expect(await run(records)).to.deep.equal({ batchItemFailures: [] });
    expect(mails).to.deep.equal([]);
  });

  it("reports a throttled mail by its sequence number, and leaves the order alone", async () => {
    const { run, endings, failures } = setUp({
      sendMail: (to) => (to.startsWith("b") ? awsError("TooManyRequestsException", 429) : undefined),
    });
    const answer = await run([streamRecord("1", "a"), streamRecord("2", "b"), streamRecord("3", "c")]);
    expect(answer).to.deep.equal({ batchItemFailures: [{ itemIdentifier: "2" }] });
    expect([...endings.keys()]).to.deep.equal(["a", "c"]);
    expect(failures).to.deep.equal([]);
  });

  for (const name of ["MessageRejected", "BadRequestException"]) {
    it(`hands a mail refused with ${name} to the failure queue with the reason, once, and counts it as handled`, async () => {
      const { run, endings, failures, telemetry } = setUp({ sendMail: () => awsError(name) });
      const record = streamRecord("1", "a");
      expect(await run([record])).to.deep.equal({ batchItemFailures: [] });
      expect(await run([record])).to.deep.equal({ batchItemFailures: [] });
      expect(failures).to.deep.equal([{ record, reason: { name, message: `${name}: refused` } }]);
      expect(endings.get("a")).to.equal("confirmationFailedAt");
      expect(telemetry.counts[0]).to.deep.equal({ ...NOTHING, ConfirmationsUndeliverable: 1 });
    });
  }

  it("reports a record whose way to the failure queue fails", async () => {
    const { run, endings } = setUp({ sendMail: () => awsError("MessageRejected"), queueFails: true });
    expect(await run([streamRecord("1", "a")])).to.deep.equal({
      batchItemFailures: [{ itemIdentifier: "1" }],
    });
    expect(endings.size).to.equal(0);
  });

  it("reports a record whose mark fails, so that it is at least once", async () => {
    const { run, mails } = setUp({ endFails: true });
    expect(await run([streamRecord("1", "a")])).to.deep.equal({
      batchItemFailures: [{ itemIdentifier: "1" }],
    });
    expect(mails).to.have.length(1);
  });

  it("starts no mail near the deadline, and gives each five seconds at most", async () => {
    const { run, mails, mailDeadlines } = setUp();
    expect(await run([streamRecord("1", "a")], 2_500)).to.deep.equal({
      batchItemFailures: [{ itemIdentifier: "1" }],
    });
    expect(mails).to.deep.equal([]);
    await run([streamRecord("1", "a")], 30_000);
    await run([streamRecord("2", "b")], 4_000);
    expect(mailDeadlines).to.deep.equal([5_000, 3_000]);
  });

  it("puts no personal data into logs", async () => {
    const message = "Email address is not verified: ada@example.com";
    const { run, telemetry } = setUp({
      sendMail: (to) =>
        to.startsWith("b") ? Object.assign(awsError("MessageRejected"), { message }) : undefined,
    });
    await run([streamRecord("1", "a"), streamRecord("2", "b")]);
    expect(telemetry.lines).to.have.length(2);
    expect(JSON.stringify(telemetry.lines)).not.to.match(/Ada|Lovelace|example\.com/);
  });
});
