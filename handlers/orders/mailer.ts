import { SendBulkEmailCommand, SendEmailCommand, type SESv2Client } from "@aws-sdk/client-sesv2";
import { type Deadline, forEachAtOnce } from "../shared/batch";
import { asError, describeFailure, isPassing } from "../shared/failure";
import { retryUntil, type Timing } from "../shared/retry";
import type { Telemetry } from "../shared/telemetry";
import type { Mail } from "./confirmationMail";
import { groupMails, type Letterhead, sesBulkMail, sesMail } from "./sesMail";

export interface Mailer {
  /**
   * Sends some mails; tells for each, in their order, what stood in the way: SES's own error, `NotStarted` where too
   * little time was left, undefined where nothing did. Never rejects.
   */
  sendAll(mails: readonly Mail[], deadline: Deadline): Promise<readonly (Error | undefined)[]>;
}

/**
 * SES takes 14 mails a second unless an account asks for more, and a mail takes it 100 ms or so: five at once from each of
 * the mapping's four batches use up 50 a second and more. More at once are only throttled more often, and wait longer.
 */
const MAILS_AT_ONCE = 5;
/** A throttled mail is retried here for seconds, and by the mapping for hours. None is begun with less than this left. */
export const RETRIES_MS = 5_000;
/** Kept back to note that a mail was sent: without the note it is sent again. */
const NOTE_MS = 1_000;

/**
 * Sends by SES, several mails by one call. What that call does not send, all of it or some, is sent alone: mails that are
 * throttled, as an account's rate may be less than a call's mails, and those whose verdict counts as `SendEmail` gives it;
 * all of them where the role may not make the call.
 */
export function createMailer(options: {
  readonly client: Pick<SESv2Client, "send">;
  readonly letterhead: Letterhead;
  readonly timing: Timing;
  /** Is told by name of calls that SES refuses as a whole: mails then take a call each. */
  readonly log: Pick<Telemetry["log"], "warn">;
}): Mailer {
  const { client, letterhead, timing, log } = options;

  const sendAlone = async (mail: Mail, deadline: Deadline): Promise<Error | undefined> => {
    if (!deadline.allowsStart(RETRIES_MS)) return notStarted();
    const command = new SendEmailCommand(sesMail(mail, letterhead));
    try {
      await retryUntil(
        deadline.end - NOTE_MS,
        timing,
        (abortSignal) => client.send(command, { abortSignal }),
        timing.now() + RETRIES_MS,
      );
      return undefined;
    } catch (error) {
      return asError(error);
    }
  };

  /** What the call says of each of some mails; undefined for those that are to be sent alone. */
  const sendTogether = async (
    mails: readonly Mail[],
    deadline: Deadline,
  ): Promise<readonly ("sent" | Error | undefined)[]> => {
    const nothingSent = mails.map(() => undefined);
    if (!deadline.allowsStart(RETRIES_MS)) return nothingSent;
    const started = timing.now();
    const command = new SendBulkEmailCommand(sesBulkMail(mails, letterhead));
    try {
      // Once: further attempts are made of each mail alone.
      // Stryker disable next-line ArrayDeclaration: what is no result is read as none.
      const { BulkEmailEntryResults: results = [] } = await retryUntil(
        deadline.end - NOTE_MS,
        timing,
        (abortSignal) => client.send(command, { abortSignal }),
        started,
      );
      return mails.map((_mail, place) => (results[place]?.Status === "SUCCESS" ? "sent" : undefined));
    } catch (error) {
      // A call that was not answered for so long may have sent them all. A refusal sent none, and is no verdict on each.
      const isRefused = !isPassing(error);
      // The name alone: SES's messages hold addresses.
      if (isRefused) log.warn("mails go one by one", { failure: describeFailure(error).name });
      const sentNone = isRefused || timing.now() < started + RETRIES_MS;
      return sentNone ? nothingSent : mails.map(() => asError(error));
    }
  };

  return {
    async sendAll(mails, deadline) {
      const problems = new Map<Mail, Error | undefined>();
      const alone: Mail[] = [];
      for (const group of groupMails(mails)) {
        const answers = group.length === 1 ? [] : await sendTogether(group, deadline);
        for (const [place, mail] of group.entries()) {
          const answer = answers[place];
          if (answer === undefined) alone.push(mail);
          else if (answer !== "sent") problems.set(mail, answer);
        }
      }
      await forEachAtOnce(alone, MAILS_AT_ONCE, async (mail) => {
        problems.set(mail, await sendAlone(mail, deadline));
      });
      return mails.map((mail) => problems.get(mail));
    },
  };
}

/** What stands in the way of a mail for which too little time is left. */
export function notStarted(): Error {
  return Object.assign(new Error("the function's time was nearly over"), { name: "NotStarted" });
}
