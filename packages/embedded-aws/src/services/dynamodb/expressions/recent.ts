/** Keeps what was made for the texts that were asked for last; the rest is made again. */
export class Recent<Made> {
  /** The one that was asked for longest ago is the first. */
  readonly #made = new Map<string, Made>();
  #characters = 0;

  /** @param most characters of all kept texts together; what is made of a text is as large as the text is long. */
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
    if (made === undefined) {
      made = this.make(text);
      this.#characters += text.length;
    } else {
      this.#made.delete(text);
    }
    this.#made.set(text, made);
    for (const oldest of this.#made.keys()) {
      if (this.#characters <= this.most || oldest === text) break;
      this.#made.delete(oldest);
      this.#characters -= oldest.length;
    }
    return made;
  }
}
