import {
  SendBulkEmailCommand,
  type BulkEmailEntryResult,
  type SendEmailCommand,
  type SESv2Client,
} from "@aws-sdk/client-sesv2";
import { expect } from "chai";
import { once } from "node:events";
import { useFakeTimers } from "sinon";
import type { Mail } from "../../../../handlers/orders/confirmationMail";
import { createMailer } from "../../../../handlers/orders/mailer";
import { deadlineOf } from "../../../../handlers/shared/batch";
import { awsError, invocation, recordTelemetry, steppedTiming } from "../../support/handlerFakes";

const mails = (count: number, change: Partial<Mail> = {}): Mail[] =>
  Array.from({ length: count }, (_, place) => ({
    orderId: `o${place}`,
    to: `o${place}@example.com`,
    subject: "s",
    text: "t",
    html: "h",
    ...change,
  }));

interface Answers {
  /** What SES says of each mail of a call; by default that all were sent. */
  readonly together?: (recipients: readonly string[]) => readonly BulkEmailEntryResult[] | Error | "nothing";
  readonly alone?: (recipient: string, attempt: number) => Error | undefined;
  /** How long each call takes, in milliseconds. */
  readonly callMs?: number;
  /** Whether SES never answers; calls then end when they are given up. */
  readonly hangs?: boolean;
}

function setUp({ together, alone, callMs = 0, hangs = false }: Answers = {}) {
  const timing = steppedTiming();
  const telemetry = recordTelemetry();
  const calls: (string | readonly string[])[] = [];
  const attempts = new Map<string, number>();
  let atOnce = 0;
  let mostAtOnce = 0;
  const send = async (
    command: SendBulkEmailCommand | SendEmailCommand,
    { abortSignal }: { readonly abortSignal: AbortSignal },
  ): Promise<object> => {
    timing.advance(callMs);
    if (hangs) {
      await once(abortSignal, "abort");
      throw abortSignal.reason;
    }
    if (command instanceof SendBulkEmailCommand) {
      const recipients = (command.input.BulkEmailEntries ?? []).map(
        ({ Destination }) => Destination?.ToAddresses?.[0] ?? "",
      );
      calls.push(recipients);
      const answer = together?.(recipients) ?? recipients.map(() => ({ Status: "SUCCESS" as const }));
      if (answer instanceof Error) throw answer;
      if (answer === "nothing") return {};
      return { BulkEmailEntryResults: answer };
    }
    const recipient = command.input.Destination?.ToAddresses?.[0] ?? "";
    calls.push(recipient);
    mostAtOnce = Math.max(mostAtOnce, ++atOnce);
    await Promise.resolve();
    atOnce--;
    const attempt = (attempts.get(recipient) ?? 0) + 1;
    attempts.set(recipient, attempt);
    const error = alone?.(recipient, attempt);
    if (error !== undefined) throw error;
    return {};
  };
  const mailer = createMailer({
    client: { send: send as unknown as SESv2Client["send"] },
    letterhead: { sender: "shop@example.com" },
    timing,
    log: telemetry.log,
  });
  return {
    calls,
    lines: telemetry.lines,
    mostAtOnce: () => mostAtOnce,
    timing,
    sendAll: (given: readonly Mail[], remainingMs?: number) =>
      mailer.sendAll(given, deadlineOf(invocation(remainingMs), timing)),
  };
}

const [a, b, c] = ["o0@example.com", "o1@example.com", "o2@example.com"];

describe("mailer", () => {
  it("sends several mails by one call, and a single one, or none, without", async () => {
    const { sendAll, calls } = setUp();
    expect(await sendAll(mails(3))).to.deep.equal([undefined, undefined, undefined]);
    expect(calls).to.deep.equal([[a, b, c]]);
    expect(await sendAll(mails(1))).to.deep.equal([undefined]);
    expect(await sendAll([])).to.deep.equal([]);
    expect(calls.slice(1)).to.deep.equal([a]);
  });

  for (const Status of ["ACCOUNT_THROTTLED", "MESSAGE_REJECTED", "TRANSIENT_FAILURE", "FAILED"] as const)
    it(`sends alone what a call answers ${Status} for, and nothing else`, async () => {
      const { sendAll, calls } = setUp({
        together: (recipients) => recipients.map((to) => ({ Status: to === b ? Status : "SUCCESS" })),
      });
      expect(await sendAll(mails(3))).to.deep.equal([undefined, undefined, undefined]);
      expect(calls).to.deep.equal([[a, b, c], b]);
    });

  it("tells by SendEmail's error what stands in a mail's way", async () => {
    const refusal = awsError("MessageRejected");
    const { sendAll } = setUp({
      together: (recipients) =>
        recipients.map((to) => ({ Status: to === b ? "MESSAGE_REJECTED" : "SUCCESS", Error: "no" })),
      alone: () => refusal,
    });
    expect(await sendAll(mails(3))).to.deep.equal([undefined, refusal, undefined]);
  });

  it("sends alone what a call says nothing of", async () => {
    const { sendAll, calls } = setUp({ together: () => [{ Status: "SUCCESS" }] });
    expect(await sendAll(mails(2))).to.deep.equal([undefined, undefined]);
    expect(calls).to.deep.equal([[a, b], b]);
    const silent = setUp({ together: () => "nothing" });
    expect(await silent.sendAll(mails(2))).to.deep.equal([undefined, undefined]);
    expect(silent.calls).to.deep.equal([[a, b], a, b]);
  });

  // The role may lack the permission, the account's rate may be less than a call's mails, SES may be down.
  for (const [name, status] of [
    ["AccessDeniedException", 403],
    ["TooManyRequestsException", 429],
    ["MessageRejected", 400],
    ["BadRequestException", 400],
    ["InternalServerError", 500],
  ] as const)
    it(`makes a call once, and sends each mail alone where it fails with ${name}`, async () => {
      const { sendAll, calls } = setUp({ together: () => awsError(name, status) });
      expect(await sendAll(mails(3))).to.deep.equal([undefined, undefined, undefined]);
      expect(calls).to.deep.equal([[a, b, c], a, b, c]);
    });

  it("tells by name of a call that is refused as a whole, and of nothing else", async () => {
    const refused = Object.assign(awsError("AccessDeniedException", 403), {
      message: "not authorized to send as shop@example.com",
    });
    const one = setUp({ together: () => refused });
    await one.sendAll(mails(3));
    expect(one.lines).to.deep.equal([
      { level: "warn", message: "mails go one by one", fields: { failure: "AccessDeniedException" } },
    ]);
    for (const together of [
      () => awsError("TooManyRequestsException", 429),
      (to: readonly string[]) => to.map(() => ({ Status: "MESSAGE_REJECTED" as const })),
    ]) {
      const other = setUp({ together });
      await other.sendAll(mails(3));
      expect(other.lines).to.deep.equal([]);
    }
  });

  it("sends nothing again where a call was not answered for five seconds: its mails may have left", async () => {
    const lost = awsError("TimeoutError");
    const slow = setUp({ together: () => lost, callMs: 5_000 });
    expect(await slow.sendAll(mails(2))).to.deep.equal([lost, lost]);
    expect(slow.calls).to.deep.equal([[a, b]]);
    const inTime = setUp({ together: () => lost, callMs: 4_999 });
    expect(await inTime.sendAll(mails(2))).to.deep.equal([undefined, undefined]);
    expect(inTime.calls).to.deep.equal([[a, b], a, b]);
  });

  // Else a slow refusal of a call would count as SES's verdict on each of its mails.
  for (const [name, status] of [
    ["MessageRejected", 400],
    ["BadRequestException", 400],
    ["AccessDeniedException", 403],
  ] as const)
    it(`sends each mail alone where a call is refused with ${name}, however late`, async () => {
      const { sendAll, calls } = setUp({ together: () => awsError(name, status), callMs: 5_000 });
      expect(await sendAll(mails(2), 60_000)).to.deep.equal([undefined, undefined]);
      expect(calls).to.deep.equal([[a, b], a, b]);
    });

  it("tries a throttled mail again for five seconds at most", async () => {
    const throttled = awsError("TooManyRequestsException", 429);
    const { sendAll, calls, timing } = setUp({
      alone: (_to, attempt) => (attempt < 4 ? throttled : undefined),
    });
    expect(await sendAll(mails(1))).to.deep.equal([undefined]);
    expect(calls).to.deep.equal([a, a, a, a]);
    const started = timing.now();
    const never = setUp({ alone: () => throttled });
    expect(await never.sendAll(mails(1))).to.deep.equal([throttled]);
    expect(never.timing.now() - started).to.be.within(3_000, 5_000);
  });

  it("starts no mail near the deadline, together or alone, and keeps back time to note it", async () => {
    const { sendAll, calls } = setUp();
    for (const count of [1, 2]) {
      const problems = await sendAll(mails(count), 5_999);
      expect(problems.map((problem) => problem?.name)).to.deep.equal(mails(count).map(() => "NotStarted"));
    }
    expect(calls).to.deep.equal([]);
    expect(await sendAll(mails(2), 6_000)).to.deep.equal([undefined, undefined]);
    expect(calls).to.deep.equal([[a, b]]);
  });

  for (const [what, count] of [
    ["a call of several mails", 2],
    ["a call of one mail", 1],
  ] as const)
    it(`gives up ${what} a second before the function's time is over, which it takes to note what was sent`, async () => {
      const clock = useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
      try {
        const { sendAll, timing } = setUp({ hangs: true });
        const { end } = deadlineOf(invocation(20_000), timing);
        let ended = false;
        const sending = sendAll(mails(count), 20_000).then(() => (ended = true));
        await clock.tickAsync(end - timing.now() - 1_001);
        expect(clock.countTimers()).to.equal(1);
        timing.advance(20_000);
        await clock.tickAsync(1);
        expect(ended).to.equal(true);
        await sending;
      } finally {
        clock.restore();
      }
    });

  it("starts none that slow ones before have left no time for", async () => {
    const { sendAll, calls } = setUp({
      callMs: 25_000,
      together: (to) => to.map(() => ({ Status: "FAILED" })),
    });
    const problems = await sendAll(mails(3), 30_000);
    expect(calls).to.deep.equal([[a, b, c]]);
    expect(problems.map((problem) => problem?.name)).to.deep.equal([
      "NotStarted",
      "NotStarted",
      "NotStarted",
    ]);
  });

  it("has five mails under way at once, of those that go alone: with four batches that is more than SES takes", async () => {
    const { sendAll, mostAtOnce, calls } = setUp({ together: () => awsError("AccessDeniedException", 403) });
    await sendAll(mails(25));
    expect(calls).to.have.length(26);
    expect(mostAtOnce()).to.equal(5);
  });

  it("sends alone a mail with braces, beside those that share a call", async () => {
    const { sendAll, calls } = setUp();
    const [first] = mails(1, { text: "{{name}}", to: "braces@example.com" });
    if (first === undefined) throw new Error("no mail");
    await sendAll([first, ...mails(2)]);
    expect(calls).to.deep.equal([[a, b], "braces@example.com"]);
  });
});
