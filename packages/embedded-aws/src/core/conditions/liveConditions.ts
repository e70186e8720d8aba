import { checkConditions, type Conditions, conditionsOf } from "./conditions";

/** The conditions of a running cloud: read by everything wherever they count, and changed here alone. */
export class LiveConditions {
  /** One object for as long as the cloud runs: whoever holds it sees what is set. */
  readonly current: Conditions;
  readonly #listeners = new Set<() => void>();

  constructor(given: Partial<Conditions> | undefined) {
    this.current = conditionsOf(given);
  }

  /**
   * Sets some of them, from now on: what has happened already stays as it is. @throws RangeError that names the first
   * condition that is wrong; then none is set.
   */
  set(change: Partial<Conditions>): void {
    checkConditions(change);
    Object.assign(this.current, change);
    for (const listener of this.#listeners) listener();
  }

  /** Tells after each change, until what is returned is called: for what does not look by itself in time. */
  whenChanged(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
