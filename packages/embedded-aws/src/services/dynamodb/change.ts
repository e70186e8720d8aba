import { type Item, itemSize } from "./attributeValue";
import { indexEntryOf } from "./indexEntry";
import type { IndexShape } from "./keyShape";
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
  index: IndexShape,
  oldItem: Item | undefined,
  newItem: Item | undefined,
): readonly IndexEntry[] {
  const indexName = index.definition.IndexName;
  const former = oldItem && indexEntryOf(table.key, index, oldItem);
  const next = newItem && indexEntryOf(table.key, index, newItem);
  const entries: IndexEntry[] = [];
  if (former !== undefined && former.key !== next?.key)
    entries.push({ indexName, key: former.key, item: undefined });
  if (next !== undefined) entries.push({ indexName, ...next });
  return entries;
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
