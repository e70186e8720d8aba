import * as v from "valibot";
import type { AwsError } from "../../core/errors";
import { type Keep, keptKind, numberKey } from "../../core/keep";
import { record } from "../../core/record";
import type { CloudContext } from "../../core/service";

/** An e-mail that SES accepted. */
export interface Email {
  readonly messageId: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly from: string;
  readonly to: readonly string[];
  readonly cc: readonly string[];
  readonly bcc: readonly string[];
  readonly replyTo: readonly string[];
  readonly subject: string;
  readonly text?: string;
  readonly html?: string;
  readonly tags: Readonly<Record<string, string>>;
}

const text = v.string();
const addresses = v.array(text);

/** The e-mails in an inbox, by how many were accepted before them. */
export const keptEmails = keptKind<Email>(
  "email",
  v.object({
    messageId: text,
    at: v.number(),
    from: text,
    to: addresses,
    cc: addresses,
    bcc: addresses,
    replyTo: addresses,
    subject: text,
    text: v.exactOptional(text),
    html: v.exactOptional(text),
    tags: record(text, text),
  }),
);

/** How many e-mails an inbox keeps; the oldest go first. All are counted. */
export const EMAILS_KEPT = 1_000;

/** E-mails are counted for a day, minute by minute: SES API reference, `SentLast24Hours`. */
const MINUTE_MS = 60_000;
const MINUTES_COUNTED = 24 * 60;

/** Everybody's inbox in one: what SES accepted, newest last. */
export class Inbox {
  readonly #emails: Email[] = [];
  readonly #minutes: { readonly minute: number; count: number }[] = [];
  #total = 0;
  #changed: (place: number) => void = () => undefined;
  /** Asked before each e-mail: the error that it fails with, for tests of throttling and rejection. */
  fault: ((email: Email) => AwsError | undefined) | undefined;

  /** @param kept how many e-mails at most. */
  constructor(private readonly kept = EMAILS_KEPT) {}

  /** The newest, as many as are kept; oldest first. */
  get emails(): readonly Email[] {
    return this.#emails;
  }

  /** All that were ever accepted, those no longer kept included. */
  get total(): number {
    return this.#total;
  }

  /** How many were accepted in the 24 hours before `now`, to the minute, those no longer kept included. */
  sentLast24Hours(now: number): number {
    this.#forget(now);
    return this.#minutes.reduce((sum, { count }) => sum + count, 0);
  }

  add(email: Email): void {
    this.#changed(this.#total++);
    this.#emails.push(email);
    if (this.#emails.length > this.kept) {
      this.#emails.shift();
      this.#changed(this.#total - this.#emails.length - 1);
    }
    const minute = Math.floor(email.at / MINUTE_MS);
    const last = this.#minutes.at(-1);
    if (last?.minute === minute) last.count++;
    else this.#minutes.push({ minute, count: 1 });
    this.#forget(email.at);
  }

  /** Takes in what an earlier cloud has kept, and keeps what comes. The day's count begins with what was kept. */
  keepOn(keep: Keep): void {
    const shelf = keep.open(
      keptEmails,
      "",
      (key) => this.#emails[Number(key) - (this.#total - this.#emails.length)],
    );
    for (const [key, email] of shelf.entries()) {
      this.#total = Number(key);
      this.add(email);
    }
    this.#changed = (place) => {
      shelf.changed(numberKey(place));
    };
  }

  #forget(now: number): void {
    const oldest = Math.floor(now / MINUTE_MS) - MINUTES_COUNTED;
    while ((this.#minutes[0]?.minute ?? Infinity) <= oldest) this.#minutes.shift();
  }
}

const inboxes = new WeakMap<CloudContext, Inbox>();

/** The inbox of one cloud. */
export function inboxOf(context: CloudContext): Inbox {
  const known = inboxes.get(context);
  if (known !== undefined) return known;
  const created = new Inbox();
  created.keepOn(context.keep);
  inboxes.set(context, created);
  return created;
}
