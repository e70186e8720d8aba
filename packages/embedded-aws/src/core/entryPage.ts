import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { ColdStore, Piece } from "./coldStore";

/** An entry's key is preceded by its length, of so many bytes. */
const LENGTH_BYTES = 2;

/** The longest key that fits. DynamoDB's longest, of an index, take a fifth of it. */
const LONGEST_KEY = 0xffff;

/** A page's memory is a multiple of this, so that little of it is unused. */
const UNIT_BYTES = 2 * 1024;
/** Pages leave memory behind as they grow; of each size up to so many units, so many pieces wait to be used again. */
const UNITS_REUSED = 16;
const PIECES_REUSED = 64;
/** A page that uses this much less than it has gives the rest back. */
const MOST_UNUSED_BYTES = 4 * UNIT_BYTES;

/** Where an entry starts, as a packed page has it. */
const START_BYTES = 4;

/** Pages are small: more memory for the packing gains nothing. */
const PACKING = { level: 1, windowBits: 14, memLevel: 7 };

/**
 * Entries of ASCII keys and texts, in order of their keys, one after the other in one piece of memory. Entries of
 * one map look alike, so that a page can be packed into a third of its bytes and put away until it is read again: only
 * its first key and its number of entries are known meanwhile.
 */
export class EntryPage {
  #bytes: Buffer = Buffer.alloc(0);
  /** Where each entry starts. */
  #starts: number[] = [];
  #end = 0;
  #firstKey: string | undefined;
  #packed: { readonly piece: Piece; readonly length: number } | undefined;

  /** Bytes of memory, used or not. */
  get memory(): number {
    return this.#packed?.piece.memory ?? this.#bytes.length;
  }

  pack(store: ColdStore): void {
    if (this.#packed !== undefined || this.length === 0) return;
    this.#firstKey = this.firstKey;
    const { length } = this;
    const starts = new Uint8Array(Uint32Array.from(this.#starts).buffer);
    const piece = store.put(
      deflateRawSync(Buffer.concat([starts, this.#bytes.subarray(0, this.#end)]), PACKING),
    );
    this.#packed = { piece, length };
    this.#starts = [];
    giveMemory(this.#bytes);
    this.#bytes = Buffer.alloc(0);
  }

  open(): void {
    if (this.#packed === undefined) return;
    const { piece, length } = this.#packed;
    const unpacked = inflateRawSync(piece.read());
    const bytes = unpacked.subarray(length * START_BYTES);
    this.#starts = Array.from({ length }, (_, entry) => unpacked.readUInt32LE(entry * START_BYTES));
    this.#packed = undefined;
    piece.free();
    this.#fit(bytes.length);
    this.#bytes.set(bytes);
  }

  /** For a page that the map no longer has. */
  drop(): void {
    this.#packed?.piece.free();
  }

  get length(): number {
    return this.#packed?.length ?? this.#starts.length;
  }

  /** Bytes in use. */
  get bytes(): number {
    return this.#end;
  }

  get firstKey(): string {
    return (this.#firstKey ??= this.length === 0 ? "" : this.keyAt(0));
  }

  /** Undefined behind the last entry. */
  keyAt(entry: number): string {
    const start = this.#starts[entry];
    if (start === undefined) return "";
    return this.#bytes.toString("latin1", start + LENGTH_BYTES, this.#valueStart(start));
  }

  valueAt(entry: number): string {
    const start = this.#starts[entry] ?? 0;
    return this.#bytes.toString("utf8", this.#valueStart(start), this.#starts[entry + 1] ?? this.#end);
  }

  valueOf(key: string): string | undefined {
    const entry = this.firstAtLeast(key);
    return entry < this.length && this.keyAt(entry) === key ? this.valueAt(entry) : undefined;
  }

  /** The first entry whose key is `key` or comes after it; the number of entries when none does. */
  firstAtLeast(key: string): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.keyAt(middle) >= key) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Puts a text in the place of the key's old one, if any; returns whether the key is new. */
  set(key: string, text: string): boolean {
    if (key.length > LONGEST_KEY)
      throw new RangeError(`a key of ${key.length} characters; expected at most ${LONGEST_KEY}`);
    const entry = this.firstAtLeast(key);
    const isNew = entry === this.length || this.keyAt(entry) !== key;
    const start = this.#starts[entry] ?? this.#end;
    const length = LENGTH_BYTES + key.length + Buffer.byteLength(text);
    this.#resize(start, isNew ? start : (this.#starts[entry + 1] ?? this.#end), length);
    this.#bytes.writeUInt16LE(key.length, start);
    this.#bytes.write(key, start + LENGTH_BYTES, "latin1");
    this.#bytes.write(text, start + LENGTH_BYTES + key.length, "utf8");
    if (isNew) this.#starts.splice(entry, 0, start);
    this.#moveStarts(entry + 1, start + length);
    return isNew;
  }

  /** Returns whether the key was there. */
  delete(key: string): boolean {
    const entry = this.firstAtLeast(key);
    const start = this.#starts[entry];
    if (start === undefined || this.keyAt(entry) !== key) return false;
    this.#resize(start, this.#starts[entry + 1] ?? this.#end, 0);
    this.#starts.splice(entry, 1);
    this.#moveStarts(entry, start);
    return true;
  }

  /** Gives away the upper half of the bytes, at least one entry, and keeps at least one. */
  split(): EntryPage {
    const half = this.#starts.findIndex((start) => start >= this.#end / 2);
    const entry = half <= 0 ? this.length - 1 : half;
    const start = this.#starts[entry] ?? this.#end;
    const upper = new EntryPage();
    upper.#append(this.#bytes.subarray(start, this.#end));
    upper.#starts = this.#starts.splice(entry).map((from) => from - start);
    this.#end = start;
    this.#fit(start);
    return upper;
  }

  #valueStart(start: number): number {
    return start + LENGTH_BYTES + this.#bytes.readUInt16LE(start);
  }

  /** Makes the bytes from `start` to `end` `length` bytes long, and moves what stands behind them. */
  #resize(start: number, end: number, length: number): void {
    const newEnd = this.#end + length - (end - start);
    if (newEnd > this.#bytes.length) this.#fit(newEnd);
    this.#bytes.copyWithin(start + length, end, this.#end);
    this.#end = newEnd;
    this.#firstKey = undefined;
    if (this.#bytes.length - newEnd > MOST_UNUSED_BYTES) this.#fit(newEnd);
  }

  #append(bytes: Uint8Array): void {
    this.#fit(this.#end + bytes.byteLength);
    this.#bytes.set(bytes, this.#end);
    this.#end += bytes.byteLength;
  }

  /** Moves to memory for so many bytes, and no more than a unit beyond. */
  #fit(length: number): void {
    const units = Math.ceil(length / UNIT_BYTES);
    if (units * UNIT_BYTES === this.#bytes.length) return;
    const former = this.#bytes;
    this.#bytes = takeMemory(units);
    this.#bytes.set(former.subarray(0, this.#end));
    giveMemory(former);
  }

  /** Entries from `entry` on were moved, so that the first of them starts at `start`. */
  #moveStarts(entry: number, start: number): void {
    const distance = start - (this.#starts[entry] ?? start);
    if (distance === 0) return;
    for (let index = entry; index < this.#starts.length; index++)
      this.#starts[index] = (this.#starts[index] ?? 0) + distance;
  }
}

/** Pieces of memory by their number of units. */
const unused: Buffer[][] = Array.from({ length: UNITS_REUSED + 1 }, () => []);

/** Not from Node's pool, of which any piece would keep the whole. */
function takeMemory(units: number): Buffer {
  return unused[units]?.pop() ?? Buffer.allocUnsafeSlow(units * UNIT_BYTES);
}

function giveMemory(memory: Buffer): void {
  const pieces = unused[memory.length / UNIT_BYTES];
  if (pieces !== undefined && pieces.length < PIECES_REUSED) pieces.push(memory);
}
