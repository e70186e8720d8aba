/**
 * A binary heap that also finds its items again: the smallest item is read in O(1); adding, taking and
 * removing any item take O(log n). An item may stand in it once.
 */
export class Heap<T> {
  readonly #items: T[] = [];
  readonly #positions = new Map<T, number>();
  readonly #compare: (a: T, b: T) => number;

  /** @param compare negative when `a` comes before `b`; never 0 for two different items. */
  constructor(compare: (a: T, b: T) => number) {
    this.#compare = compare;
  }

  get size(): number {
    return this.#items.length;
  }

  peek(): T | undefined {
    return this.#items[0];
  }

  add(item: T): void {
    this.#items.push(item);
    this.#up(item, this.#items.length - 1);
  }

  take(): T | undefined {
    const first = this.#items[0];
    if (first !== undefined) this.remove(first);
    return first;
  }

  /** Returns whether the item was there. */
  remove(item: T): boolean {
    const position = this.#positions.get(item);
    const last = this.#items.at(-1);
    if (position === undefined || last === undefined) return false;
    this.#items.pop();
    this.#positions.delete(item);
    if (last !== item) this.#down(last, this.#up(last, position));
    return true;
  }

  clear(): void {
    this.#items.length = 0;
    this.#positions.clear();
  }

  #place(item: T, position: number): void {
    this.#items[position] = item;
    this.#positions.set(item, position);
  }

  #up(item: T, from: number): number {
    let position = from;
    while (position > 0) {
      const parent = (position - 1) >>> 1;
      const other = this.#items[parent];
      if (other === undefined || this.#compare(other, item) <= 0) break;
      this.#place(other, position);
      position = parent;
    }
    this.#place(item, position);
    return position;
  }

  #down(item: T, from: number): void {
    let position = from;
    for (;;) {
      const left = this.#items[2 * position + 1];
      const right = this.#items[2 * position + 2];
      if (left === undefined) break;
      const rightFirst = right !== undefined && this.#compare(right, left) < 0;
      const child = rightFirst ? right : left;
      if (this.#compare(item, child) <= 0) break;
      this.#place(child, position);
      position = 2 * position + (rightFirst ? 2 : 1);
    }
    this.#place(item, position);
  }
}
