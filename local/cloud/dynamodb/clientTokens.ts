import { isDeepStrictEqual } from "node:util";
import { AwsError } from "../core/errors";

/** How long a transaction's client token is remembered ("TransactWriteItems", DynamoDB API reference). */
const TOKEN_LIFETIME_MS = 10 * 60 * 1000;

interface Remembered<Answer> {
  readonly at: number;
  readonly sent: unknown;
  readonly answer: Answer;
}

/** Answers of completed transactions by client token, so that a repetition changes nothing. */
export class ClientTokens<Answer> {
  /** In order of age: a token is remembered anew only once it has been forgotten. */
  readonly #remembered = new Map<string, Remembered<Answer>>();

  /** The answer to an earlier request with this token; throws when that request asked for something else. */
  recall(token: string, sent: unknown, now: number): Answer | undefined {
    for (const [old, { at }] of this.#remembered) {
      if (at + TOKEN_LIFETIME_MS > now) break;
      this.#remembered.delete(old);
    }
    const earlier = this.#remembered.get(token);
    if (earlier !== undefined && !isDeepStrictEqual(earlier.sent, sent)) {
      throw new AwsError(
        "IdempotentParameterMismatchException",
        "A request with the same client token was made with different parameters in the last ten minutes",
      );
    }
    return earlier?.answer;
  }

  remember(token: string, sent: unknown, now: number, answer: Answer): void {
    this.#remembered.set(token, { at: now, sent, answer });
  }
}
