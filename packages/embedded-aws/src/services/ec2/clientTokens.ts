import { AwsError } from "../../core/errors";
import type { CloudContext } from "../../core/service";

/** EC2 remembers a client token for at least a day: EC2 API guide, "Ensuring idempotency". */
const REMEMBERED_MS = 24 * 60 * 60_000;

interface Used {
  /** The request that came with the token, as a text to compare. */
  readonly request: string;
  readonly instanceIds: readonly string[];
  readonly at: number;
}

/** What was launched under which client token. */
export class ClientTokens {
  readonly #used = new Map<string, Used>();

  constructor(private readonly context: Pick<CloudContext, "clock">) {}

  /**
   * The instances that an equal request with this token has launched; undefined for a new token. A token is
   * good per zone where the request names one. Throws `IdempotentParameterMismatch` for another request.
   */
  find(token: string, zone: string | undefined, request: string): readonly string[] | undefined {
    const used = this.#used.get(keyOf(token, zone));
    if (used === undefined || used.at < this.context.clock.now() - REMEMBERED_MS) return undefined;
    if (used.request !== request) {
      throw new AwsError(
        "IdempotentParameterMismatch",
        "Arguments on this idempotent request are inconsistent with arguments used in previous request(s).",
      );
    }
    return used.instanceIds;
  }

  remember(token: string, zone: string | undefined, request: string, instanceIds: readonly string[]): void {
    const now = this.context.clock.now();
    for (const [key, used] of this.#used) {
      if (used.at >= now - REMEMBERED_MS) break;
      this.#used.delete(key);
    }
    this.#used.set(keyOf(token, zone), { request, instanceIds, at: now });
  }
}

function keyOf(token: string, zone: string | undefined): string {
  return `${zone ?? ""} ${token}`;
}
