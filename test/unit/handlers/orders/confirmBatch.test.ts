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
    readonly mailMs?: number;
    readonly lookupMs?: number;
    readonly queueFails?: boolean;
    readonly endFails?: boolean;
    readonly lookupFails?: boolean;
    /** Of which order it cannot be noted that its mail was sent. */
    readonly noteFails?: string;
  } = {},
) {
  const timing = steppedTiming();
  const telemetry = recordTelemetry();
  const endings = new Map<string, Ending>();
  const reasons: (string | undefined)[] = [];
  const mails: string[] = [];
  const failures: { record: DynamoDBRecord; reason: Failure }[] = [];
  /** To whom each call of the mailer was to send. */
  const calls: (readonly string[])[] = [];
  const lookups: (readonly string[])[] = [];
  const notes: (readonly string[])[] = [];
  const handler = createConfirmOrders({
    confirmations: {
      endedOf: (orderIds) => {
        lookups.push(orderIds);
        timing.advance(options.lookupMs ?? 0);
        return options.lookupFails === true
          ? Promise.reject(awsError("AccessDeniedException"))
          : Promise.resolve(new Set(orderIds.filter((orderId) => endings.has(orderId))));
      },
      sent: (orderIds) => {
        notes.push(orderIds);
        for (const orderId of orderIds)
          if (options.endFails !== true) endings.set(orderId, "confirmationSentAt");
        return Promise.resolve(
          orderIds.map((orderId) =>
            options.endFails === true || options.noteFails === orderId
              ? awsError("ThrottlingException")
              : undefined,
          ),
        );
      },
      end: (orderId, ending, _deadline, why) => {
        if (options.endFails === true) return Promise.reject(awsError("ThrottlingException"));
        endings.set(orderId, ending);
        reasons.push(why);
        return Promise.resolve();
      },
    },
    mailer: {
      sendAll: (sent, deadline) => {
        calls.push(sent.map(({ to }) => to));
        if (!deadline.allowsStart(5_000)) return Promise.resolve(sent.map(() => awsError("NotStarted")));
        timing.advance(options.mailMs ?? 0);
        const problems = sent.map(({ to }) => options.sendMail?.(to));
        mails.push(...sent.flatMap(({ to }, place) => (problems[place] === undefined ? [to] : [])));
        return Promise.resolve(problems);
      },
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
  return {
    run,
    telemetry,
    endings,
    reasons,
    mails,
    failures,
    calls,
    lookups,
    notes,
  };
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

  it("mails and notes 25 orders at once, notes those that were sent, and reports what could not be noted", async () => {
    const { run, calls, notes, telemetry } = setUp({
      noteFails: "o3",
      sendMail: (to) => (to.startsWith("o1@") ? awsError("ThrottlingException") : undefined),
    });
    const records = Array.from({ length: 27 }, (_, place) => streamRecord(`s${place}`, `o${place}`));
    expect(await run(records)).to.deep.equal({
      batchItemFailures: [{ itemIdentifier: "s3" }, { itemIdentifier: "s1" }],
    });
    expect(calls.map(({ length }) => length)).to.deep.equal([25, 2]);
    const first = Array.from({ length: 25 }, (_, place) => `o${place}`).filter((orderId) => orderId !== "o1");
    expect(notes).to.deep.equal([first, ["o25", "o26"]]);
    expect(telemetry.counts).to.deep.equal([{ ...NOTHING, ConfirmationsSent: 25, ConfirmationsFailed: 2 }]);
  });

  it("notes the mails that left before it puts those away that never can", async () => {
    const { run, endings } = setUp({
      sendMail: (to) => (to.startsWith("a") ? awsError("MessageRejected") : undefined),
    });
    await run([streamRecord("1", "a"), streamRecord("2", "b")]);
    expect([...endings]).to.deep.equal([
      ["b", "confirmationSentAt"],
      ["a", "confirmationFailedAt"],
    ]);
  });

  it("notes nothing where no mail was sent", async () => {
    const { run, notes } = setUp({ sendMail: () => awsError("ThrottlingException") });
    await run([streamRecord("1", "a")]);
    expect(notes).to.deep.equal([]);
  });

  it("sends nothing for a record that comes again", async () => {
    const { run, mails, telemetry } = setUp();
    await run([streamRecord("1", "a")]);
    expect(await run([streamRecord("1", "a")])).to.deep.equal({ batchItemFailures: [] });
    expect(mails).to.have.length(1);
    expect(telemetry.counts.at(-1)).to.deep.equal({ ...NOTHING, ConfirmationsSkipped: 1 });
  });

  it("asks once for 25 orders whether they are still to be confirmed, just before their mails", async () => {
    const { run, lookups, mails, endings } = setUp();
    endings.set("o26", "confirmationSentAt");
    await run(Array.from({ length: 27 }, (_, place) => streamRecord(String(place), `o${place}`)));
    expect(lookups.map(({ length }) => length)).to.deep.equal([25, 2]);
    expect(mails).to.have.length(26).and.not.to.include("o26@example.com");
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
      { eventName: "INSERT" } as const,
      {
        eventName: "INSERT",
        dynamodb: { SequenceNumber: "5", NewImage: { customerEmail: { S: "a@example.com" } } },
      } as const,
    ];
    expect(await run(records)).to.deep.equal({ batchItemFailures: [] });
    expect(lookups).to.deep.equal([]);
    expect(mails).to.deep.equal([]);
    expect(await run([...records, streamRecord("6", "d")], 30_000)).to.deep.equal({ batchItemFailures: [] });
    expect(mails).to.deep.equal(["d@example.com"]);
    // Whatever time there is: nothing is to be done for them again.
    expect(await run(records, 1_000)).to.deep.equal({ batchItemFailures: [] });
  });

  it("logs one line a record: order, number, outcome, its own duration, and what stood in the way by name", async () => {
    const { run, endings, telemetry } = setUp({
      mailMs: 40.4,
      lookupMs: 30,
      sendMail: (to) => (to.startsWith("b") ? awsError("TooManyRequestsException", 429) : undefined),
    });
    endings.set("c", "confirmationSentAt");
    await run([
      streamRecord("1", "a"),
      streamRecord("2", "c"),
      { eventName: "INSERT", dynamodb: { NewImage: {} } },
      { eventName: "INSERT" },
    ]);
    await run([streamRecord("5", "b")]);
    await run([streamRecord("6", "d")], 5_000);
    expect(telemetry.lines.map(({ level, message }) => `${level} ${message}`)).to.have.members([
      ...Array.from({ length: 4 }, () => "info confirmation"),
      ...Array.from({ length: 2 }, () => "warn confirmation"),
    ]);
    const none = { orderId: "none", sequenceNumber: "none", outcome: "skipped", durationMs: 0 };
    expect(telemetry.lines.map(({ fields }) => fields)).to.have.deep.members([
      { outcome: "sent", orderId: "a", sequenceNumber: "1", durationMs: 40 },
      { outcome: "skipped", orderId: "c", sequenceNumber: "2", durationMs: 30 },
      none,
      none,
      {
        outcome: "failed",
        orderId: "b",
        sequenceNumber: "5",
        durationMs: 40,
        failure: "TooManyRequestsException",
      },
      { outcome: "failed", orderId: "d", sequenceNumber: "6", durationMs: 0, failure: "NotStarted" },
    ]);
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
    "Sending has been disabled for this account.",
    "Sending is disabled for configuration set mail.",
    "Sending disabled.",
    "The account is not authorised to send from orders@example.com",
    "User is not authorized to send from orders@example.com",
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

  it("looks nothing up that it has no time to mail, and has what was not started delivered again", async () => {
    const { run, mails, lookups } = setUp();
    expect(await run([streamRecord("1", "a")], 5_999)).to.deep.equal({
      batchItemFailures: [{ itemIdentifier: "1" }],
    });
    expect([mails, lookups]).to.deep.equal([[], []]);
    expect(await run([streamRecord("1", "a")], 6_000)).to.deep.equal({ batchItemFailures: [] });
  });

  // One that is cut short may have been sent, and would be sent again.
  it("starts none of the orders that slow mails before have left no time for", async () => {
    const { run, mails, lookups } = setUp({ mailMs: 25_000 });
    const records = Array.from({ length: 30 }, (_, place) => streamRecord(String(place), `o${place}`));
    const { batchItemFailures } = await run(records, 30_000);
    expect(mails).to.have.length(25);
    expect(lookups).to.have.length(1);
    expect(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)).to.have.members(
      Array.from({ length: 5 }, (_, place) => String(place + 25)),
    );
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
