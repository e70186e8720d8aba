import { recordOf } from "../../core/record";
import { type AttributeValue, type Item, itemSize } from "./attributeValue";
import type { IndexShape } from "./keyShape";
import { indexStorageKey, isIndexed } from "./storageKey";
import type { Table } from "./table";

/** One index entry that a write puts or takes away. */
interface IndexEntry {
  readonly indexName: string;
  readonly key: string;
  readonly item: Item | undefined;
}

/** What one write would do to one item. */
export interface Change {
  readonly table: Table;
  readonly key: string;
  readonly oldItem: Item | undefined;
  readonly newItem: Item | undefined;
  readonly indexEntries: readonly IndexEntry[];
}

/** What a write does to an item and to the entries that indexes have of it. */
export function changeOf(
  table: Table,
  key: string,
  oldItem: Item | undefined,
  newItem: Item | undefined,
): Change {
  const indexEntries = table.indexShapes.flatMap((index) => entriesOf(table, index, oldItem, newItem));
  return { table, key, oldItem, newItem, indexEntries };
}

function entriesOf(
  table: Table,
  { definition: { IndexName: indexName }, key, projected }: IndexShape,
  oldItem: Item | undefined,
  newItem: Item | undefined,
): readonly IndexEntry[] {
  const keyIn = (item: Item | undefined) =>
    item === undefined || !isIndexed(key, item) ? undefined : indexStorageKey(key, table.key, item);
  const oldKey = keyIn(oldItem);
  const newKey = keyIn(newItem);
  const entries: IndexEntry[] = [];
  if (oldKey !== undefined && oldKey !== newKey) entries.push({ indexName, key: oldKey, item: undefined });
  if (newKey !== undefined && newItem !== undefined) {
    const item = projected === undefined ? newItem : shownOf(newItem, projected);
    entries.push({ indexName, key: newKey, item });
  }
  return entries;
}

function shownOf(item: Item, names: ReadonlySet<string>): Item {
  const shown = recordOf<AttributeValue>([]);
  for (const name of names) {
    const value = Object.hasOwn(item, name) ? item[name] : undefined;
    if (value !== undefined) shown[name] = value;
  }
  return shown;
}

/** Makes a change real. */
export function commit(change: Change): void {
  const { table, key, oldItem, newItem } = change;
  if (newItem === undefined) table.items.delete(key);
  else table.items.set(key, newItem);
  table.sizeBytes +=
    (newItem === undefined ? 0 : itemSize(newItem)) - (oldItem === undefined ? 0 : itemSize(oldItem));
  for (const entry of change.indexEntries) {
    const index = table.indexes.get(entry.indexName);
    if (entry.item === undefined) index?.delete(entry.key);
    else index?.set(entry.key, entry.item);
  }
}
