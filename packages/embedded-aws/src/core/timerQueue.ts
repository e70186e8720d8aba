interface Timer {
  readonly at: number;
  readonly order: number;
  readonly fire: () => void;
}

/** Timers in the order in which they fall due; equal times keep the order in which they were set. */
export class TimerQueue {
  #timers: Timer[] = [];
  #order = 0;

  add(at: number, fire: () => void): Timer {
    const timer = { at, order: this.#order++, fire };
    let low = 0;
    let high = this.#timers.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.#timers[middle];
      if (other !== undefined && other.at <= at) low = middle + 1;
      else high = middle;
    }
    this.#timers.splice(low, 0, timer);
    return timer;
  }

  remove(timer: Timer): void {
    const index = this.#timers.indexOf(timer);
    if (index >= 0) this.#timers.splice(index, 1);
  }

  next(): Timer | undefined {
    return this.#timers[0];
  }

  clear(): void {
    this.#timers = [];
  }
}
