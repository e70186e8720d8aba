export interface Depth {
  readonly available: number;
  readonly inFlight: number;
  readonly delayed: number;
}

/** How finely the past is told; milliseconds. */
const NOTE_EVERY_MS = 1000;

/** How many messages a queue had a moment ago: noted before a change, at most once a second, and soon forgotten. */
export class DepthHistory {
  #notes: (Depth & { readonly at: number })[] = [];
  #next = -Infinity;

  /** @param keptMs how far back anybody asks just now; with 0 nothing is noted. */
  constructor(private readonly keptMs: () => number) {}

  /** Before a change at `now`. */
  note(now: number, depth: () => Depth): void {
    if (now < this.#next) return;
    const keptMs = this.keptMs();
    this.#next = now + NOTE_EVERY_MS;
    this.#notes = this.#notes.filter(({ at }) => at > now - keptMs);
    if (keptMs === 0) return;
    this.#notes.push({ at: now, ...depth() });
  }

  /** The depth at a time in the past; undefined when it has not changed since. */
  at(time: number): Depth | undefined {
    return this.#notes.find(({ at }) => at > time);
  }
}
