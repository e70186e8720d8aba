import type { Clock } from "../../core/clock";
import { AwsError } from "../../core/errors";
import { TokenBucket } from "../../core/tokenBucket";
import type { Address } from "./address";

/** SES developer guide, "Request production access": recipients in 24 hours, and in one second. */
export const SANDBOX = { perDay: 200, perSecond: 1 };

const TOO_MANY = "TooManyRequestsException";

/** A day's quota is used up. `SendEmail` tells it from a second's by words alone, `SendBulkEmail` by a status. */
export class DailyQuotaExceeded extends AwsError {
  constructor() {
    super(TOO_MANY, "Daily message quota exceeded.", 429);
  }
}

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
    if (this.#sentAt.length >= SANDBOX.perDay) throw new DailyQuotaExceeded();
    if (this.#rate.level(now) < 1) throw new AwsError(TOO_MANY, "Maximum sending rate exceeded.", 429);
    this.#rate.charge(now, recipients);
    for (let sent = 0; sent < recipients; sent++) this.#sentAt.push(now);
  }
}
