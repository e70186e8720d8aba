/** Receivers that wait for something to receive. */
export class Arrivals {
  #waiting = new Set<() => void>();

  /** Calls `wake` at the next `announce`; returns what takes it off the list again. */
  onNext(wake: () => void): () => void {
    this.#waiting.add(wake);
    return () => this.#waiting.delete(wake);
  }

  /** Wakes every receiver that waits; those that come too late for a message wait again. */
  announce(): void {
    if (this.#waiting.size === 0) return;
    const waiting = this.#waiting;
    this.#waiting = new Set();
    for (const wake of waiting) wake();
  }
}
