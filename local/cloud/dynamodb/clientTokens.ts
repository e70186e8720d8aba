import { createHash } from "node:crypto";
import { AwsError } from "../core/errors";

/** How long a transaction's client token is remembered ("TransactWriteItems", DynamoDB API reference). */
const TOKEN_LIFETIME_MS = 10 * 60 * 1000;

interface Remembered<Answer> {
  readonly at: number;
  /** Of what was sent, which may be megabytes. */
  readonly digest: string;
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
    if (earlier !== undefined && earlier.digest !== digestOf(sent)) {
      throw new AwsError(
        "IdempotentParameterMismatchException",
        "A request with the same client token was made with different parameters in the last ten minutes",
      );
    }
    return earlier?.answer;
  }

  remember(token: string, sent: unknown, now: number, answer: Answer): void {
    this.#remembered.set(token, { at: now, digest: digestOf(sent), answer });
  }
}

/** The same for two values of JSON that differ in nothing but the order of members; for no two others. */
function digestOf(sent: unknown): string {
  return createHash("sha256").update(JSON.stringify(sent, inOrder)).digest("base64");
}

/** Sorts an object's members by name; a mark keeps objects and lists apart. */
function inOrder(_name: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return ["list", ...(value as unknown[])];
  return ["object", ...Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))];
}
