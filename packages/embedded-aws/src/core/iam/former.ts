/** The moments of changes that count after a while only, as IAM's do (epoch milliseconds). */
export interface Settling {
  readonly now: () => number;
  /** From when a change of this moment counts. */
  readonly settlesAt: () => number;
}

/** What stood before each change that does not count yet. */
export class Former<State> {
  /** Oldest first. */
  #states: { readonly state: State; readonly until: number }[] = [];

  constructor(private readonly settling: Settling) {}

  /** How many states are kept. */
  get size(): number {
    return this.#states.length;
  }

  /** Keeps what stood until now. What nobody asks for must not pile up: those that count no more go with it. */
  push(state: State): void {
    this.#forget(this.settling.now());
    this.#states.push({ state, until: this.settling.settlesAt() });
  }

  /** The state that is still in force at `now`; undefined when all changes count. */
  inForce(now: number): State | undefined {
    this.#forget(now);
    return this.#states[0]?.state;
  }

  #forget(now: number): void {
    this.#states = this.#states.filter(({ until }) => until > now);
  }
}
