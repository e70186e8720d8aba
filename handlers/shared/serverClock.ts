/**
 * AWS refuses signatures that are more than five minutes away from its own time (IAM user guide, "Elements of an AWS API
 * request signature"); a difference from here on is worth another attempt.
 */
const SKEW_MS = 4 * 60_000;

/** An answer that took longer to come was read by a process that stood still: its `Date` is of before. */
const LONGEST_EXCHANGE_MS = 60_000;

/** When a request was signed. */
export interface Signing {
  /** By this machine's clock, in milliseconds. */
  readonly at: number;
  /** What its signature says. */
  readonly date: Date;
}

/** Time as AWS has it, by what its answers say: this machine's clock, until one of them shows that it is wrong. */
export interface ServerClock {
  sign(): Signing;
  /**
   * Learns from an answer's `Date`. Tells whether the request's signature was out of AWS's time, so that a new one may be
   * taken where it was refused.
   */
  learn(date: string | undefined, signing: Signing): boolean;
}

/** @param now this machine's time, in milliseconds. */
export function createServerClock(now: () => number = Date.now): ServerClock {
  let offset = 0;
  return {
    sign() {
      const at = now();
      return { at, date: new Date(at + offset) };
    },
    learn(date, signing) {
      // NaN for what is no date: no comparison below holds for it, and so nothing is learnt.
      const theirs = Date.parse(date ?? "");
      const ours = now();
      const isFresh = Math.abs(ours - signing.at) <= LONGEST_EXCHANGE_MS;
      // By seconds the two always differ: the date has no parts of them, and took its time to come.
      if (isFresh && Math.abs(theirs - (ours + offset)) >= SKEW_MS) offset = theirs - ours;
      return Math.abs(theirs - signing.date.getTime()) >= SKEW_MS;
    },
  };
}
