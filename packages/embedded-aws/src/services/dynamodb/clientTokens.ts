import { createHash } from "node:crypto";
import { AwsError } from "../../core/errors";
import type { ColdStore } from "../../core/coldStore";
import { SortedMap } from "../../core/sortedMap";

/** How long a transaction's client token is remembered ("TransactWriteItems", DynamoDB API reference). */
const TOKEN_LIFETIME_MS = 10 * 60 * 1000;

const MINUTE_MS = 60_000;

interface Remembered<Answer> {
  readonly at: number;
  /** Of what was sent, which may be megabytes. */
  readonly digest: string;
  readonly answer: Answer;
}

/** The tokens of one minute, by their digests: they are forgotten together, and lie outside of the heap. */
interface Minute<Answer> {
  readonly minute: number;
  readonly remembered: SortedMap<Remembered<Answer>>;
}

/**
 * Answers of completed transactions by client token, so that a repetition changes nothing.
 *
 * Answers are kept as JSON.
 */
export class ClientTokens<Answer> {
  /** In order of age. */
  readonly #minutes: Minute<Answer>[] = [];

  /** @param store where many tokens are put; default memory. */
  constructor(private readonly store?: ColdStore) {}

  /** The answer to an earlier request with this token; throws when that request asked for something else. */
  recall(token: string, sent: unknown, now: number): Answer | undefined {
    const earlier = this.#find(digestOf(token), now);
    if (earlier !== undefined && earlier.digest !== digestOf(sent)) {
      throw new AwsError(
        "IdempotentParameterMismatchException",
        "A request with the same client token was made with different parameters in the last ten minutes",
      );
    }
    return earlier?.answer;
  }

  remember(token: string, sent: unknown, now: number, answer: Answer): void {
    const minute = Math.floor(now / MINUTE_MS);
    let last = this.#minutes.at(-1);
    if (last?.minute !== minute) {
      last = { minute, remembered: new SortedMap<Remembered<Answer>>(undefined, this.store) };
      this.#minutes.push(last);
    }
    last.remembered.set(digestOf(token), { at: now, digest: digestOf(sent), answer });
  }

  #find(key: string, now: number): Remembered<Answer> | undefined {
    const oldest = Math.floor((now - TOKEN_LIFETIME_MS) / MINUTE_MS);
    while ((this.#minutes[0]?.minute ?? Infinity) < oldest) this.#minutes.shift()?.remembered.clear();
    for (const { remembered } of this.#minutes.toReversed()) {
      const found = remembered.get(key);
      if (found !== undefined) return found.at + TOKEN_LIFETIME_MS > now ? found : undefined;
    }
    return undefined;
  }
}

/** The same for two values of JSON that differ in nothing but the order of members; for no two others. */
function digestOf(sent: unknown): string {
  return createHash("sha256").update(JSON.stringify(sent, inOrder)).digest("base64url");
}

/** Sorts an object's members by name; a mark keeps objects and lists apart. */
function inOrder(_name: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return ["list", ...(value as unknown[])];
  return ["object", ...Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))];
}
