import { recordOf } from "../../core/record";
import type { AttributeValue, Item } from "./attributeValue";
import { indexKeyRefusal } from "./checkKeys";
import type { IndexShape, KeyShape } from "./keyShape";
import { indexStorageKey, isIndexed } from "./storageKey";

/** The entry that an index has of an item; nothing where the item lacks what the index is keyed by. */
export function indexEntryOf(
  table: KeyShape,
  index: IndexShape,
  item: Item,
): { readonly key: string; readonly item: Item } | undefined {
  const { key, projected } = index;
  // An item from before the index may hold what cannot be its key: "Detecting and correcting index key violations".
  if (!isIndexed(key, item) || indexKeyRefusal(index, item) !== undefined) return undefined;
  return {
    key: indexStorageKey(key, table, item),
    item: projected === undefined ? item : shownOf(item, projected),
  };
}

function shownOf(item: Item, names: ReadonlySet<string>): Item {
  const shown = recordOf<AttributeValue>([]);
  for (const name of names) {
    const value = Object.hasOwn(item, name) ? item[name] : undefined;
    if (value !== undefined) shown[name] = value;
  }
  return shown;
}
