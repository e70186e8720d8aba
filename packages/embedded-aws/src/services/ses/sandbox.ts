import type { Clock } from "../../core/clock";
import { AwsError } from "../../core/errors";
import { TokenBucket } from "../../core/tokenBucket";
import type { Address } from "./address";

/** SES developer guide, "Request production access": recipients in 24 hours, and in one second. */
export const SANDBOX = { perDay: 200, perSecond: 1 };

/** What is said of a day's quota, by the error that a second's has, too. */
export const DAILY_QUOTA_EXCEEDED = "Daily message quota exceeded.";

const DAY_MS = 24 * 60 * 60_000;

/** Addresses that anybody may send to: SES developer guide, "Using the mailbox simulator". */
export const SIMULATOR_DOMAIN = "simulator.amazonses.com";

/**
 * An account that SES does not trust yet. Its quotas count recipients, and an e-mail passes while anything is left
 * of them: "Managing your Amazon SES sending limits".
 */
export class Sandbox {
  readonly #rate = new TokenBucket(SANDBOX.perSecond, SANDBOX.perSecond);
  /** When each recipient of the last 24 hours was sent to, oldest first. */
  #sentAt: number[] = [];

  constructor(private readonly clock: Pick<Clock, "now">) {}

  /** The recipients that must be verified. */
  checked(recipients: readonly Address[]): readonly Address[] {
    return recipients.filter(({ domain }) => domain !== SIMULATOR_DOMAIN);
  }

  /** Counts the recipients of an e-mail. @throws AwsError when a day's or a second's quota is used up. */
  take(recipients: number): void {
    const now = this.clock.now();
    this.#sentAt = this.#sentAt.filter((at) => at > now - DAY_MS);
    if (this.#sentAt.length >= SANDBOX.perDay) throw tooMany(DAILY_QUOTA_EXCEEDED);
    if (this.#rate.level(now) < 1) throw tooMany("Maximum sending rate exceeded.");
    this.#rate.charge(now, recipients);
    for (let sent = 0; sent < recipients; sent++) this.#sentAt.push(now);
  }
}

function tooMany(message: string): AwsError {
  return new AwsError("TooManyRequestsException", message, 429);
}
