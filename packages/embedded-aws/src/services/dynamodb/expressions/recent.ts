/** Keeps what was made for the texts that were asked for last; the rest is made again. */
export class Recent<Made> {
  /** The one that was asked for longest ago is the first. */
  readonly #made = new Map<string, Made>();

  /** @param most how many are kept. */
  constructor(
    readonly make: (text: string) => Made,
    readonly most: number,
  ) {}

  get size(): number {
    return this.#made.size;
  }

  /** Throws what `make` throws, and keeps nothing then. */
  of(text: string): Made {
    let made = this.#made.get(text);
    if (made === undefined) made = this.make(text);
    else this.#made.delete(text);
    this.#made.set(text, made);
    if (this.#made.size > this.most) {
      for (const oldest of this.#made.keys()) {
        this.#made.delete(oldest);
        break;
      }
    }
    return made;
  }
}
