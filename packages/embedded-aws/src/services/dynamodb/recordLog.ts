import { deflateRawSync, inflateRawSync } from "node:zlib";
import { type ColdStore, inMemory, type Piece } from "../../core/coldStore";
import { parseOwnJson } from "../../core/parseJson";
import type { StreamRecord } from "./streamRecord";

/** A record, and when and where it was written. */
export interface StoredRecord {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Its place among all records; later records have higher ones. */
  readonly sequence: number;
  readonly record: StreamRecord;
}

/** Records that are packed together: enough to look alike, few enough to be unpacked in a few milliseconds. */
const BLOCK_RECORDS = 256;
/** A block of large records ends earlier; bytes by DynamoDB's measure. */
const BLOCK_BYTES = 1024 * 1024;

/** Older records, packed: a tenth of the bytes, and put away. */
interface Block {
  readonly first: StoredRecord["sequence"];
  readonly last: StoredRecord["sequence"];
  readonly firstAt: number;
  readonly lastAt: number;
  readonly packed: Piece;
}

/**
 * Records in the order in which they were written. The newest ones, which readers mostly ask for, lie open; all
 * others are packed until they are trimmed: a stream keeps its records for a day, read or not.
 */
export class RecordLog {
  /** What is left of the oldest block once some of its records were trimmed. */
  #head: StoredRecord[] = [];
  readonly #blocks: Block[] = [];
  /** The newest records: at most two blocks' worth, of which the older is packed at once. */
  #open: StoredRecord[] = [];
  #openBytes = 0;
  readonly #store: ColdStore;
  #unpacked: { readonly block: Block; readonly records: readonly StoredRecord[] } | undefined;

  /** @param store where packed records are put; default memory. */
  constructor(store = inMemory) {
    this.#store = store;
  }

  append(record: StoredRecord): void {
    this.#open.push(record);
    this.#openBytes += record.record.dynamodb.SizeBytes;
    if (this.#open.length >= 2 * BLOCK_RECORDS || this.#openBytes > 2 * BLOCK_BYTES) this.#pack();
  }

  /** The oldest record; undefined when there is none. */
  first(): StoredRecord | undefined {
    const [block] = this.#blocks;
    return this.#head[0] ?? (block && this.#unpack(block)[0]) ?? this.#open[0];
  }

  /** The records at and behind a place, as long as they are asked for. */
  *from(sequence: number): Generator<StoredRecord> {
    yield* behind(this.#head, sequence);
    let index = firstIndex(this.#blocks, ({ last }) => last >= sequence);
    for (; index < this.#blocks.length; index++) {
      const block = this.#blocks[index];
      if (block !== undefined) yield* behind(this.#unpack(block), sequence);
    }
    yield* behind(this.#open, sequence);
  }

  /** Drops what was written at `before` or earlier; returns the place of the last record that went, if any. */
  trim(before: number): number | undefined {
    let last: number | undefined;
    for (;;) {
      if (this.#head.length > 0) {
        last = drop(this.#head, before) ?? last;
        if (this.#head.length > 0) return last;
      }
      const [block] = this.#blocks;
      if (block === undefined) return drop(this.#open, before) ?? last;
      if (block.firstAt > before) return last;
      if (block.lastAt <= before) last = block.last;
      else this.#head = [...this.#unpack(block)];
      this.#blocks.shift();
      block.packed.free();
      if (this.#unpacked?.block === block) this.#unpacked = undefined;
    }
  }

  #pack(): void {
    const records = this.#open.splice(0, Math.ceil(this.#open.length / 2));
    this.#openBytes = this.#open.reduce((bytes, { record }) => bytes + record.dynamodb.SizeBytes, 0);
    const [first, last] = [records[0], records.at(-1)];
    if (first === undefined || last === undefined) return;
    this.#blocks.push({
      first: first.sequence,
      last: last.sequence,
      firstAt: first.at,
      lastAt: last.at,
      packed: this.#store.put(deflateRawSync(JSON.stringify(records), { level: 1 })),
    });
  }

  /** Readers go on where they stopped, so that the block that was read last is kept. */
  #unpack(block: Block): readonly StoredRecord[] {
    if (this.#unpacked?.block !== block) {
      const records = parseOwnJson(inflateRawSync(block.packed.read()).toString()) as readonly StoredRecord[];
      this.#unpacked = { block, records };
    }
    return this.#unpacked.records;
  }
}

function* behind(records: readonly StoredRecord[], sequence: number): Generator<StoredRecord> {
  let index = firstIndex(records, (record) => record.sequence >= sequence);
  for (; index < records.length; index++) {
    const record = records[index];
    if (record !== undefined) yield record;
  }
}

/** Drops the records that were written at `before` or earlier; returns the place of the last of them. */
function drop(records: StoredRecord[], before: number): number | undefined {
  const kept = firstIndex(records, ({ at }) => at > before);
  return records.splice(0, kept).at(-1)?.sequence;
}

/** The first of sorted `values` for which `reached` holds; their number when it holds for none. */
function firstIndex<T>(values: readonly T[], reached: (value: T) => boolean): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const value = values[middle];
    if (value === undefined || reached(value)) high = middle;
    else low = middle + 1;
  }
  return low;
}
