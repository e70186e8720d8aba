import { parseOwnJson } from "./parseJson";
import { EntryPage } from "./entryPage";

/** Which keys of a sorted map to read, and in which direction; `limit` of -1 means all. */
export interface Range {
  readonly gt?: string;
  readonly gte?: string;
  readonly lt?: string;
  readonly lte?: string;
  readonly reverse?: boolean;
  readonly limit?: number;
}

/** How values are written as text. What is read is a new value each time: changing it changes nothing. */
export interface Codec<Value> {
  encode(value: Value): string;
  decode(text: string): Value;
}

const asJson: Codec<unknown> = {
  encode: (value) => JSON.stringify(value),
  decode: parseOwnJson,
};

/** A page that grows beyond this is split; small enough that moving its bytes costs less than finding the place. */
const PAGE_BYTES = 16 * 1024;

/** Where an entry is, or would be. */
interface Place {
  readonly page: number;
  readonly entry: number;
}

/**
 * A map whose keys can be read in order. Keys are ASCII, so that their order is that of their bytes. Entries lie
 * as text in pages of bytes outside of the heap, so that a million of them are a few hundred megabytes and no
 * work for the garbage collector; every step is O(log n).
 */
export class SortedMap<Value> {
  /** In order; never empty, and no page is empty but an only one. */
  readonly #pages: EntryPage[] = [new EntryPage()];
  readonly #codec: Codec<Value>;
  #size = 0;

  /** @param codec default JSON. */
  constructor(codec: Codec<Value> = asJson as Codec<Value>) {
    this.#codec = codec;
  }

  get size(): number {
    return this.#size;
  }

  /** The lowest key; undefined when there is none. */
  get firstKey(): string | undefined {
    return this.#size === 0 ? undefined : this.#pages[0]?.firstKey;
  }

  get(key: string): Value | undefined {
    const page = this.#pages[this.#pageOf(key)];
    const text = page?.valueOf(key);
    return text === undefined ? undefined : this.#codec.decode(text);
  }

  set(key: string, value: Value): void {
    const index = this.#pageOf(key);
    const page = this.#pages[index];
    if (page === undefined) return;
    if (page.set(key, this.#codec.encode(value))) this.#size++;
    if (page.bytes <= PAGE_BYTES || page.length < 2) return;
    this.#pages.splice(index + 1, 0, page.split());
  }

  delete(key: string): void {
    const index = this.#pageOf(key);
    const page = this.#pages[index];
    if (page?.delete(key) !== true) return;
    this.#size--;
    if (page.length === 0 && this.#pages.length > 1) this.#pages.splice(index, 1);
  }

  clear(): void {
    this.#pages.length = 0;
    this.#pages.push(new EntryPage());
    this.#size = 0;
  }

  /** The values in `range` as they are now. */
  values(range: Range = {}): Value[] {
    return [...this.iterate(range)];
  }

  /** The values in `range`, each read when it is asked for; the map must not change meanwhile. */
  *iterate(range: Range = {}): Generator<Value> {
    let from: Place = { page: 0, entry: 0 };
    let to: Place = { page: this.#pages.length, entry: 0 };
    if (range.gte !== undefined) from = this.#firstAtLeast(range.gte);
    if (range.gt !== undefined) from = later(from, this.#firstAbove(range.gt));
    if (range.lt !== undefined) to = this.#firstAtLeast(range.lt);
    if (range.lte !== undefined) to = earlier(to, this.#firstAbove(range.lte));
    let left = range.limit === undefined || range.limit < 0 ? Infinity : range.limit;
    for (const text of range.reverse === true ? this.#backward(from, to) : this.#forward(from, to)) {
      if (left-- <= 0) return;
      yield this.#codec.decode(text);
    }
  }

  *#forward(from: Place, to: Place): Generator<string> {
    for (let index = from.page; index <= to.page; index++) {
      const page = this.#pages[index];
      if (page === undefined) return;
      const end = index === to.page ? to.entry : page.length;
      for (let entry = index === from.page ? from.entry : 0; entry < end; entry++) yield page.valueAt(entry);
    }
  }

  *#backward(from: Place, to: Place): Generator<string> {
    for (let index = to.page; index >= from.page; index--) {
      const page = this.#pages[index];
      if (page === undefined) continue;
      const start = index === from.page ? from.entry : 0;
      for (let entry = (index === to.page ? to.entry : page.length) - 1; entry >= start; entry--)
        yield page.valueAt(entry);
    }
  }

  #firstAtLeast(key: string): Place {
    const page = this.#pageOf(key);
    return { page, entry: this.#pages[page]?.firstAtLeast(key) ?? 0 };
  }

  #firstAbove(key: string): Place {
    const { page, entry } = this.#firstAtLeast(key);
    return { page, entry: this.#pages[page]?.keyAt(entry) === key ? entry + 1 : entry };
  }

  /** The page that has the key, if any has: the last one that begins at or before it. */
  #pageOf(key: string): number {
    let low = 0;
    let high = this.#pages.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.#pages[middle]?.firstKey ?? "") <= key) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

function compare(a: Place, b: Place): number {
  return a.page - b.page || a.entry - b.entry;
}

function later(a: Place, b: Place): Place {
  return compare(a, b) >= 0 ? a : b;
}

function earlier(a: Place, b: Place): Place {
  return compare(a, b) <= 0 ? a : b;
}
