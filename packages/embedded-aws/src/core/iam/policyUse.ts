import type { DecidedAccess } from "../eventStream";
import type { Statement } from "./policyDocument";
import type { Principal } from "./principal";

/** The refusals that are kept: the newest. */
const REFUSALS_KEPT = 200;

/** A call that policies did not allow. */
export interface RefusedAccess extends DecidedAccess {
  readonly at: number;
  readonly principal: Principal;
}

/** How often each statement has decided, since the cloud started: those that never did can go. */
export class PolicyUse {
  readonly #decided = new WeakMap<Statement, number>();
  readonly #refusals: RefusedAccess[] = [];

  constructor(private readonly now: () => number) {}

  note(principal: Principal, access: DecidedAccess): void {
    if (access.by !== undefined) this.#decided.set(access.by, this.times(access.by) + 1);
    if (access.allowed) return;
    this.#refusals.push({ ...access, at: this.now(), principal });
    if (this.#refusals.length > REFUSALS_KEPT) this.#refusals.shift();
  }

  times(statement: Statement): number {
    return this.#decided.get(statement) ?? 0;
  }

  /** Oldest first. */
  get refusals(): readonly RefusedAccess[] {
    return this.#refusals;
  }
}
