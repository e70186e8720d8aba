/** A bucket of tokens, refilled steadily: how AWS throttles the calls of its APIs. Full at first. */
export class TokenBucket {
  #tokens: number;
  #at = -Infinity;

  /**
   * @param capacity tokens that it holds at most.
   * @param perSecond tokens that come back each second.
   */
  constructor(
    private readonly capacity: number,
    private readonly perSecond: number,
  ) {
    this.#tokens = capacity;
  }

  /** Takes `tokens` at `now` (epoch milliseconds), or none and false when there are fewer. */
  take(now: number, tokens = 1): boolean {
    if (this.level(now) < tokens) return false;
    this.#tokens -= tokens;
    return true;
  }

  /** Takes `tokens` whether or not there are as many: the level may fall below 0. */
  charge(now: number, tokens: number): void {
    this.level(now);
    this.#tokens -= tokens;
  }

  level(now: number): number {
    if (this.#at !== -Infinity) {
      const back = ((now - this.#at) / 1000) * this.perSecond;
      this.#tokens = Math.min(this.capacity, this.#tokens + Math.max(0, back));
    }
    this.#at = now;
    return this.#tokens;
  }
}
