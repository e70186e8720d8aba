/** A map whose changes count after a while only, as IAM's do: until then what stood before is in force. */
export class SettlingMap<Key, Value> extends Map<Key, Value> {
  /** What stood before each change that does not count yet, oldest first. */
  #former: { readonly entries: ReadonlyMap<Key, Value>; readonly until: number }[] = [];

  /** @param settlesAt from when a change of this moment counts (epoch milliseconds). */
  constructor(private readonly settlesAt: () => number) {
    super();
  }

  /** The entries that count at `now`. */
  inForce(now: number): ReadonlyMap<Key, Value> {
    this.#former = this.#former.filter(({ until }) => until > now);
    return this.#former[0]?.entries ?? this;
  }

  override set(key: Key, value: Value): this {
    this.#keep();
    return super.set(key, value);
  }

  override delete(key: Key): boolean {
    this.#keep();
    return super.delete(key);
  }

  override clear(): void {
    this.#keep();
    super.clear();
  }

  #keep(): void {
    this.#former.push({ entries: new Map(this), until: this.settlesAt() });
  }
}
