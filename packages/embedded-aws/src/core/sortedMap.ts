import { parseOwnJson } from "./parseJson";
import { EntryPage } from "./entryPage";
import type { ColdStore } from "./coldStore";
import { OpenPages } from "./openPages";

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
 * as text in pages of bytes outside of the heap, so that a million of them are no work for the garbage collector;
 * the pages of a large map that were not used lately are packed and put away. Every step is O(log n).
 */
export class SortedMap<Value> {
  /** In order; never empty, and no page is empty but an only one. */
  readonly #pages: EntryPage[] = [new EntryPage()];
  readonly #codec: Codec<Value>;
  readonly #open: OpenPages;
  #size = 0;

  /**
   * @param codec default JSON.
   * @param store where what was not used lately is put; default memory.
   * @param open how much of the map lies open; default 16 MiB.
   */
  constructor(codec: Codec<Value> = asJson as Codec<Value>, store?: ColdStore, open = new OpenPages(store)) {
    this.#codec = codec;
    this.#open = open;
  }

  get size(): number {
    return this.#size;
  }

  /** The lowest key; undefined when there is none. */
  get firstKey(): string | undefined {
    return this.#size === 0 ? undefined : this.#pages[0]?.firstKey;
  }

  get(key: string): Value | undefined {
    const text = this.#page(this.#pageOf(key))?.valueOf(key);
    return text === undefined ? undefined : this.#codec.decode(text);
  }

  set(key: string, value: Value): void {
    const index = this.#pageOf(key);
    const page = this.#page(index);
    if (page === undefined) return;
    if (page.set(key, this.#codec.encode(value))) this.#size++;
    if (page.bytes <= PAGE_BYTES || page.length < 2) return;
    const upper = page.split();
    this.#pages.splice(index + 1, 0, upper);
    this.#open.use(upper);
  }

  delete(key: string): void {
    const index = this.#pageOf(key);
    const page = this.#page(index);
    if (page?.delete(key) !== true) return;
    this.#size--;
    if (page.length > 0 || this.#pages.length === 1) return;
    this.#pages.splice(index, 1);
    this.#open.drop(page);
  }

  clear(): void {
    for (const page of this.#pages) this.#open.drop(page);
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
      const length = this.#pages[index]?.length ?? 0;
      const end = index === to.page ? to.entry : length;
      for (let entry = index === from.page ? from.entry : 0; entry < end; entry++)
        yield this.#valueAt(index, entry);
    }
  }

  *#backward(from: Place, to: Place): Generator<string> {
    for (let index = to.page; index >= from.page; index--) {
      const length = this.#pages[index]?.length ?? 0;
      const start = index === from.page ? from.entry : 0;
      for (let entry = (index === to.page ? to.entry : length) - 1; entry >= start; entry--)
        yield this.#valueAt(index, entry);
    }
  }

  #firstAtLeast(key: string): Place {
    const page = this.#pageOf(key);
    return { page, entry: this.#page(page)?.firstAtLeast(key) ?? 0 };
  }

  #firstAbove(key: string): Place {
    const { page, entry } = this.#firstAtLeast(key);
    return { page, entry: this.#page(page)?.keyAt(entry) === key ? entry + 1 : entry };
  }

  /** A page to read and write, until another one is asked for. */
  #page(index: number): EntryPage | undefined {
    const page = this.#pages[index];
    return page && this.#open.use(page);
  }

  /** Others may have been read since the last value, so that the page is asked for anew. */
  #valueAt(index: number, entry: number): string {
    return this.#page(index)?.valueAt(entry) ?? "";
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
