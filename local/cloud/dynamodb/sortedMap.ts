/** Which keys of a sorted map to read, and in which direction; `limit` of -1 means all. */
export interface Range {
  readonly gt?: string;
  readonly gte?: string;
  readonly lt?: string;
  readonly lte?: string;
  readonly reverse?: boolean;
  readonly limit?: number;
}

/** A map whose keys can be read in order. Keys are ASCII, so that their order is that of their bytes. */
export class SortedMap<Value> {
  readonly #values = new Map<string, Value>();
  readonly #keys: string[] = [];

  get size(): number {
    return this.#values.size;
  }

  get(key: string): Value | undefined {
    return this.#values.get(key);
  }

  set(key: string, value: Value): void {
    if (!this.#values.has(key)) this.#keys.splice(this.#firstAtLeast(key), 0, key);
    this.#values.set(key, value);
  }

  delete(key: string): void {
    if (this.#values.delete(key)) this.#keys.splice(this.#firstAtLeast(key), 1);
  }

  /** The values in `range` as they are now. */
  values(range: Range = {}): Value[] {
    let from = 0;
    let to = this.#keys.length;
    if (range.gte !== undefined) from = this.#firstAtLeast(range.gte);
    if (range.gt !== undefined) from = Math.max(from, this.#firstAbove(range.gt));
    if (range.lt !== undefined) to = this.#firstAtLeast(range.lt);
    if (range.lte !== undefined) to = Math.min(to, this.#firstAbove(range.lte));
    const count = Math.min(
      range.limit === undefined || range.limit < 0 ? Infinity : range.limit,
      Math.max(0, to - from),
    );
    const keys =
      range.reverse === true
        ? this.#keys.slice(to - count, to).reverse()
        : this.#keys.slice(from, from + count);
    return keys.flatMap((key) => {
      const value = this.#values.get(key);
      return value === undefined ? [] : [value];
    });
  }

  #firstAtLeast(key: string): number {
    return this.#search((other) => other >= key);
  }

  #firstAbove(key: string): number {
    return this.#search((other) => other > key);
  }

  #search(reached: (key: string) => boolean): number {
    let low = 0;
    let high = this.#keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (reached(this.#keys[middle] ?? "")) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
