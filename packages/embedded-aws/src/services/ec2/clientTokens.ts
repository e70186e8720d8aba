import { AwsError } from "../../core/errors";
import type { CloudContext } from "../../core/service";

/** EC2 remembers a client token for at least a day: EC2 API guide, "Ensuring idempotency". */
const REMEMBERED_MS = 24 * 60 * 60_000;

/** ASCII, at most 64 characters. */
export const clientTokenRule = { ClientToken: { pattern: /^[\x21-\x7e]{1,64}$/ } } as const;

interface Used<T> {
  /** The request that came with the token, as a text to compare. */
  readonly request: string;
  readonly outcome: T;
  readonly at: number;
}

/** What came of the requests with client tokens, for each operation its own. */
export class ClientTokens<T> {
  readonly #used = new Map<string, Used<T>>();

  constructor(private readonly context: Pick<CloudContext, "clock">) {}

  /**
   * What an equal request with this token came to; undefined for a new token. A token may be good per scope (the zone of
   * a launch). Throws `IdempotentParameterMismatch` for another request.
   */
  find(token: string | undefined, request: string, scope = ""): T | undefined {
    const used = token === undefined ? undefined : this.#used.get(keyOf(token, scope));
    if (used === undefined || used.at <= this.context.clock.now() - REMEMBERED_MS) return undefined;
    if (used.request !== request) {
      throw new AwsError(
        "IdempotentParameterMismatch",
        "Arguments on this idempotent request are inconsistent with arguments used in previous request(s).",
      );
    }
    return used.outcome;
  }

  remember(token: string | undefined, request: string, outcome: T, scope = ""): void {
    if (token === undefined) return;
    const now = this.context.clock.now();
    for (const [key, used] of this.#used) {
      if (used.at > now - REMEMBERED_MS) break;
      this.#used.delete(key);
    }
    // A token that is used anew goes to the end: the oldest stand first.
    this.#used.delete(keyOf(token, scope));
    this.#used.set(keyOf(token, scope), { request, outcome, at: now });
  }
}

function keyOf(token: string, scope: string): string {
  return `${scope} ${token}`;
}
