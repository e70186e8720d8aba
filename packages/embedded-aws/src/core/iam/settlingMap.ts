import { Former, type Settling } from "./former";

/** A map whose changes count after a while only, as IAM's do: until then what stood before is in force. */
export class SettlingMap<Key, Value> extends Map<Key, Value> {
  readonly #former: Former<ReadonlyMap<Key, Value>>;

  constructor(settling: Settling) {
    super();
    this.#former = new Former(settling);
  }

  /** The entries that count at `now`. */
  inForce(now: number): ReadonlyMap<Key, Value> {
    return this.#former.inForce(now) ?? this;
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
    this.#former.push(new Map(this));
  }
}
