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
    readonly lookupFails?: boolean;
  } = {},
) {
  const timing = steppedTiming();
  const telemetry = recordTelemetry();
  const endings = new Map<string, Ending>();
  const reasons: (string | undefined)[] = [];
  const mails: string[] = [];
  const failures: { record: DynamoDBRecord; reason: Failure }[] = [];
  const mailDeadlines: number[] = [];
  const lookups: (readonly string[])[] = [];
  const handler = createConfirmOrders({
    confirmations: {
      endedOf: (orderIds) => {
        lookups.push(orderIds);
        return options.lookupFails === true
          ? Promise.reject(awsError("AccessDeniedException"))
          : Promise.resolve(new Set(orderIds.filter((orderId) => endings.has(orderId))));
      },
      end: (orderId, ending, _deadline, why) => {
        if (options.endFails === true) return Promise.reject(awsError("ThrottlingException"));
        endings.set(orderId, ending);
        reasons.push(why);
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
  return { run, telemetry, endings, reasons, mails, failures, mailDeadlines, lookups };
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

  it("asks once for ten orders whether they are still to be confirmed, just before their mails", async () => {
    const { run, lookups, mails, endings } = setUp();
    endings.set("o11", "confirmationSentAt");
    await run(Array.from({ length: 12 }, (_, place) => streamRecord(String(place), `o${place}`)));
    expect(lookups.map(({ length }) => length)).to.deep.equal([10, 2]);
    expect(mails).to.have.length(11).and.not.to.include("o11@example.com");
  });

  it("has what it could not look up delivered again, and sends none of it", async () => {
    const { run, mails, telemetry } = setUp({ lookupFails: true });
    const records = [streamRecord("1", "a"), streamRecord("2", "b", { eventName: "MODIFY" })];
    expect(await run(records)).to.deep.equal({ batchItemFailures: [{ itemIdentifier: "1" }] });
    expect(mails).to.deep.equal([]);
    expect(telemetry.counts).to.deep.equal([{ ...NOTHING, ConfirmationsFailed: 1, ConfirmationsSkipped: 1 }]);
  });

  it("skips what is no new order with an address", async () => {
    const { run, mails, lookups } = setUp();
    const records = [
      streamRecord("1", "a", { eventName: "MODIFY" }),
      streamRecord("2", "b", { dynamodb: { SequenceNumber: "2", NewImage: { orderId: { S: "b" } } } }),
      streamRecord("3", "c", { dynamodb: { SequenceNumber: "3" } }),
    ];
    expect(await run(records)).to.deep.equal({ batchItemFailures: [] });
    expect(lookups).to.deep.equal([]);
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

  const ACCOUNT = [
    "Email address is not verified. The following identities failed the check in region US-EAST-1: orders@example.com",
    "Email address is not verified. The following identities failed the check in region EU-WEST-1: ada@example.com, Shop <orders@example.com>",
    "Sending paused for this account. For more information, please check the inbox of the email address associated with your AWS account.",
    "Sending suspended for this account. For more information, please check the inbox of the email address associated with your AWS account.",
    "Sending is paused for configuration set mail.",
  ];
  for (const message of ACCOUNT) {
    it(`tries again, and marks no order, when the account may not send: ${message.slice(0, 60)}…`, async () => {
      const rejected = () => Object.assign(awsError("MessageRejected"), { message });
      let verified = false;
      const { run, endings, failures, telemetry } = setUp({
        sendMail: () => (verified ? undefined : rejected()),
      });
      const record = streamRecord("1", "a");
      expect(await run([record])).to.deep.equal({ batchItemFailures: [{ itemIdentifier: "1" }] });
      expect(endings.size).to.equal(0);
      expect(failures).to.deep.equal([]);
      expect(telemetry.counts).to.deep.equal([{ ...NOTHING, ConfirmationsFailed: 1 }]);
      verified = true;
      await run([record]);
      expect(endings.get("a")).to.equal("confirmationSentAt");
    });
  }

  for (const name of [
    "AccountSuspendedException",
    "SendingPausedException",
    "MailFromDomainNotVerifiedException",
    "LimitExceededException",
    "NotFoundException",
  ]) {
    it(`marks no order for ${name}, which is no verdict on the mail`, async () => {
      const { run, endings, failures } = setUp({ sendMail: () => awsError(name) });
      expect(await run([streamRecord("1", "a")])).to.deep.equal({
        batchItemFailures: [{ itemIdentifier: "1" }],
      });
      expect([endings.size, failures.length]).to.deep.equal([0, 0]);
    });
  }

  it("marks the order whose recipient is refused, and with SES's name for it", async () => {
    for (const message of ["Address blacklisted.", "Address ada@example.com is on the suppression list"]) {
      const { run, endings, reasons } = setUp({
        sendMail: () => Object.assign(awsError("MessageRejected"), { message }),
      });
      await run([streamRecord("1", "a")]);
      expect(endings.get("a"), message).to.equal("confirmationFailedAt");
      expect(reasons).to.deep.equal(["MessageRejected"]);
    }
  });

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
    const refusal = Object.assign(awsError("MessageRejected"), {
      message: "Address ada@example.com refused",
    });
    const { run, telemetry } = setUp({
      sendMail: (to) => {
        if (to.startsWith("a")) return undefined;
        return to.startsWith("b") ? Object.assign(awsError("MessageRejected"), { message }) : refusal;
      },
    });
    await run([streamRecord("1", "a"), streamRecord("2", "b"), streamRecord("3", "c")]);
    expect(telemetry.lines).to.have.length(3);
    expect(JSON.stringify(telemetry.lines)).not.to.match(/Ada|Lovelace|example\.com/);
  });
});
