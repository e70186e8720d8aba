import { type Keep, numberKey, type Shelf } from "../../core/keep";
import type { Item } from "./attributeValue";
import { changeOf, commit } from "./change";
import { keptItems, keptKeys, keptRecords, keptStreams, type KeptKeys, type KeptStream } from "./kept";
import type { StoredRecord } from "./recordLog";
import { storageKey } from "./storageKey";
import type { Stream } from "./stream";
import type { StreamViewType } from "./streamRecord";
import type { Table } from "./table";

/** What is kept of one thing has one key where it is only one value. */
const ONLY = "";

/** What is kept of tables and their streams. */
export class KeptTables {
  readonly #items = new WeakMap<Table, readonly [items: Shelf<Item>, keys: Shelf<KeptKeys>]>();
  readonly #streams = new WeakMap<
    Stream,
    readonly [identity: Shelf<KeptStream>, records: Shelf<StoredRecord>]
  >();

  constructor(private readonly keep: Keep) {}

  /** Gives a new table the items that one of its name and key has had in an earlier cloud. */
  take(table: Table): void {
    const keys = this.keep.open(keptKeys, table.name, () => keysOf(table));
    const open = () => this.keep.open(keptItems, table.name, (key) => table.items.get(key));
    let items = open();
    const [former] = [...keys.entries()];
    if (former !== undefined && JSON.stringify(former[1]) !== JSON.stringify(keysOf(table))) {
      this.keep.note(`The items of table ${table.name} are dropped: they were kept by another key`);
      items.drop();
      items = open();
      this.#forgetStream(table.name);
    }
    for (const [, item] of items.entries())
      commit(changeOf(table, storageKey(table.key, item), undefined, item));
    keys.changed(ONLY);
    this.#items.set(table, [items, keys]);
  }

  written(table: Table, key: string): void {
    this.#items.get(table)?.[0].changed(key);
  }

  drop(table: Table): void {
    for (const shelf of this.#items.get(table) ?? []) shelf.drop();
  }

  /** What an earlier cloud has left of the stream that a table is to have; nothing when it had another one, or none. */
  streamOf(table: Table, viewType: StreamViewType): KeptStream | undefined {
    const [found] = [...this.keep.open(keptStreams, table.name, () => undefined).entries()];
    if (found?.[1].identity.viewType === viewType) return found[1];
    this.#forgetStream(table.name);
    return undefined;
  }

  #forgetStream(tableName: string): void {
    this.keep.open(keptStreams, tableName, () => undefined).drop();
    this.keep.open(keptRecords, tableName, () => undefined).drop();
  }

  /** Gives a stream the records that are kept of it, and keeps its records from now on. */
  keepStream(stream: Stream, next: () => number): void {
    const { identity } = stream;
    const own = this.keep.open(keptStreams, identity.tableName, () => ({ identity, next: next() }));
    const records = this.keep.open(keptRecords, identity.tableName, (key) => stream.recordAt(Number(key)));
    for (const [, { at, sequence, record }] of records.entries()) stream.append(at, sequence, record);
    stream.changed = (sequence) => {
      records.changed(numberKey(sequence));
      own.changed(ONLY);
    };
    own.changed(ONLY);
    this.#streams.set(stream, [own, records]);
  }

  dropStream(stream: Stream): void {
    for (const shelf of this.#streams.get(stream) ?? []) shelf.drop();
  }
}

function keysOf({ key }: Table): KeptKeys {
  const all = (keyType: "HASH" | "RANGE", attributes: Table["key"]["hash"]) =>
    attributes.map(({ name, type }) => ({ name, type, keyType }));
  return [...all("HASH", key.hash), ...all("RANGE", key.range)];
}
