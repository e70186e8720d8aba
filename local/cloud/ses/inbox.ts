import type { AwsError } from "../core/errors";
import type { CloudContext } from "../core/service";

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

/** E-mails kept; the oldest go first. */
const KEPT = 10_000;

/** Everybody's inbox in one: what SES accepted, newest last. */
export class Inbox {
  readonly #emails: Email[] = [];
  #total = 0;
  /** Asked before each e-mail: the error that it fails with, for tests of throttling and rejection. */
  fault: ((email: Email) => AwsError | undefined) | undefined;

  get emails(): readonly Email[] {
    return this.#emails;
  }

  /** All that were ever accepted, those no longer kept included. */
  get total(): number {
    return this.#total;
  }

  add(email: Email): void {
    this.#total++;
    this.#emails.push(email);
    if (this.#emails.length > KEPT) this.#emails.shift();
  }
}

const inboxes = new WeakMap<CloudContext, Inbox>();

/** The inbox of one cloud. */
export function inboxOf(context: CloudContext): Inbox {
  const known = inboxes.get(context);
  if (known !== undefined) return known;
  const created = new Inbox();
  inboxes.set(context, created);
  return created;
}
