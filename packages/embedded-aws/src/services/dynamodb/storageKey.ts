import { hash as digest } from "node:crypto";
import type { AttributeValue, Item } from "./attributeValue";
import { sortableNumber } from "./decimal";
import { attributesOf, type KeyAttribute, type KeyShape } from "./keyShape";

/**
 * The texts that items are stored under. They begin with digits of a hash of the partition key, so that partitions
 * lie in no order that means anything and a scan's segments are about as large as each other; then come the key's
 * values, each so written that the order of texts is that of values, and each followed by a slash, which is below
 * whatever a value is written with.
 */

/** Above everything that a value is written with. */
export const END = "~";

/** Digits, in base 16, of the hash that a storage key begins with. */
const PREFIX_DIGITS = 6;

/** The beginning that all items of one partition share. Every hash attribute must be there. */
export function partitionPrefix(hash: readonly KeyAttribute[], item: Item): string {
  const values = hash.map(({ name }) => `${sortable(item[name])}/`).join("");
  return `${digest("md5", values, "hex").slice(0, PREFIX_DIGITS)}/${values}`;
}

export function storageKey({ hash, range }: KeyShape, item: Item): string {
  let key = partitionPrefix(hash, item);
  for (const { name } of range) key += `${sortable(item[name])}/`;
  return key;
}

/** The key of an item in an index; items with the same key in the index follow each other by their key in the table. */
export function indexStorageKey(index: KeyShape, table: KeyShape, item: Item): string {
  return storageKey(index, item) + storageKey(table, item);
}

/** Whether an item has all that an index is keyed by; one that has not is not in it. */
export function isIndexed(index: KeyShape, item: Item): boolean {
  return attributesOf(index).every(({ name, type }) => {
    const value = Object.hasOwn(item, name) ? item[name] : undefined;
    return value !== undefined && type in value;
  });
}

/** Strings as their bytes in UTF-8, binaries as their bytes, numbers by their value. */
export function sortable(value: AttributeValue | undefined): string {
  if (value === undefined) throw new Error("a key attribute is missing");
  if ("S" in value) return Buffer.from(value.S).toString("hex");
  if ("N" in value) return sortableNumber(value.N);
  if ("B" in value) return Buffer.from(value.B, "base64").toString("hex");
  throw new Error("a key attribute has a type that keys cannot have");
}

/** Where a scan's segment begins and ends among the storage keys; the end is not in it. */
export function segmentRange(segment: number, total: number): { readonly gte: string; readonly lt: string } {
  const spaces = 16 ** PREFIX_DIGITS;
  const at = (part: number) =>
    part === total
      ? END
      : Math.ceil((spaces * part) / total)
          .toString(16)
          .padStart(PREFIX_DIGITS, "0");
  return { gte: at(segment), lt: at(segment + 1) };
}
