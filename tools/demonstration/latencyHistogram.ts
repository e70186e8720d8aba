/** Neighbouring bins lie one percent apart, so that a percentile is within half a percent of the exact one. */
const GROWTH = Math.log(1.01);

/** Shorter times than this count as this; milliseconds. */
const SHORTEST_MS = 0.01;

/** Up to 30 years; longer times count as that. */
const BINS = 2_600;

/** Durations in a fixed number of bins: memory stays the same however many there are. */
export class LatencyHistogram {
  readonly #counts = new Float64Array(BINS);
  #count = 0;

  add(ms: number): void {
    const bin = Math.round(Math.log(Math.max(ms, SHORTEST_MS) / SHORTEST_MS) / GROWTH);
    const index = Math.min(bin, BINS - 1);
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.#count++;
  }

  /** The nearest-rank percentile in milliseconds, 0 for no durations. `p` is from 0 to 100. */
  percentile(p: number): number {
    if (this.#count === 0) return 0;
    let left = Math.max(1, Math.ceil((p / 100) * this.#count));
    const index = this.#counts.findIndex((count) => (left -= count) <= 0);
    return SHORTEST_MS * Math.exp(index * GROWTH);
  }
}
