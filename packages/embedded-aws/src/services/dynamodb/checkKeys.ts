import { type AttributeValue, type Item, typeOf } from "./attributeValue";
import { attributesOf, type IndexShape, type KeyAttribute, type KeyShape } from "./keyShape";

/** What AWS says of keys that are none; undefined where all is well. Sizes are bytes, of strings in UTF-8. */

const MAX_HASH_BYTES = 2048;
const MAX_RANGE_BYTES = 1024;

const NO_MATCH = "The provided key element does not match the schema";

/** Of a key by itself, which has the key attributes and no other. */
export function keyRefusal(shape: KeyShape, key: Item): string | undefined {
  const attributes = attributesOf(shape);
  if (Object.keys(key).length !== attributes.length) return NO_MATCH;
  for (const { name, type } of attributes) {
    const value = own(key, name);
    if (value === undefined || !(type in value)) return NO_MATCH;
  }
  return emptyKeyRefusal(shape, key) ?? keySizeRefusal(shape, key);
}

/** Of a whole item's key. */
export function itemKeyRefusal(shape: KeyShape, item: Item): string | undefined {
  for (const { name, type } of attributesOf(shape)) {
    const value = own(item, name);
    if (value === undefined) {
      return `One or more parameter values were invalid: Missing the key ${name} in the item`;
    }
    if (!(type in value)) {
      return `One or more parameter values were invalid: Type mismatch for key ${name} expected: ${type} actual: ${typeOf(value)}`;
    }
  }
  return emptyKeyRefusal(shape, item) ?? keySizeRefusal(shape, item);
}

/** Of key attributes that are there and empty; whatever else is wrong with the key. */
export function emptyKeyRefusal(shape: KeyShape, key: Item): string | undefined {
  for (const { name } of attributesOf(shape)) {
    const value = own(key, name);
    if (value !== undefined && isEmpty(value)) {
      return `One or more parameter values are not valid. ${cannotBeEmpty(value)} Key: ${name}`;
    }
  }
  return undefined;
}

/** Of the attributes that an index is keyed by, those that an item has. */
export function indexKeyRefusal({ definition, key }: IndexShape, item: Item): string | undefined {
  const { IndexName } = definition;
  for (const { name, type } of attributesOf(key)) {
    const value = own(item, name);
    if (value === undefined) continue;
    if (!(type in value)) return indexTypeMismatch(IndexName, { name, type }, value);
    const empty = emptyIndexKeyRefusal(IndexName, name, value);
    if (empty !== undefined) return empty;
  }
  return keySizeRefusal(key, item);
}

export function indexTypeMismatch(
  indexName: string,
  { name, type }: KeyAttribute,
  value: AttributeValue,
): string {
  return `One or more parameter values were invalid: Type mismatch for Index Key ${name} Expected: ${type} Actual: ${typeOf(value)} IndexName: ${indexName}`;
}

export function emptyIndexKeyRefusal(
  indexName: string,
  name: string,
  value: AttributeValue,
): string | undefined {
  return isEmpty(value)
    ? `One or more parameter values are not valid. A value specified for a secondary index key is not supported. ${cannotBeEmpty(value)} IndexName: ${indexName}, IndexKey: ${name}`
    : undefined;
}

/** As `indexKeyRefusal`, in the words for what an update expression came to. */
export function updatedIndexKeyRefusal({ key }: IndexShape, item: Item): string | undefined {
  for (const { name, type } of attributesOf(key)) {
    const value = own(item, name);
    if (value === undefined) continue;
    if (!(type in value)) {
      return "The update expression attempted to update the secondary index key to unsupported type";
    }
    if (isEmpty(value)) {
      return `One or more parameter values are not valid. The update expression attempted to update a secondary index key to a value that is not supported. ${cannotBeEmpty(value)}`;
    }
  }
  return keySizeRefusal(key, item) === undefined
    ? undefined
    : "The update expression attempted to update the secondary index key beyond allowed size limits";
}

function keySizeRefusal({ hash, range }: KeyShape, item: Item): string | undefined {
  if (bytesOf(hash, item) > MAX_HASH_BYTES) {
    return "One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of2048 bytes";
  }
  return bytesOf(range, item) > MAX_RANGE_BYTES
    ? "One or more parameter values were invalid: Aggregated size of all range keys has exceeded the size limit of 1024 bytes"
    : undefined;
}

function bytesOf(attributes: readonly KeyAttribute[], item: Item): number {
  let bytes = 0;
  for (const { name } of attributes) {
    const value = own(item, name);
    if (value === undefined) continue;
    if ("S" in value) bytes += Buffer.byteLength(value.S);
    else if ("B" in value) bytes += Buffer.byteLength(value.B, "base64");
  }
  return bytes;
}

function isEmpty(value: AttributeValue): boolean {
  return ("S" in value && value.S === "") || ("B" in value && value.B === "");
}

function cannotBeEmpty(value: AttributeValue): string {
  return `The AttributeValue for a key attribute cannot contain an empty ${"S" in value ? "string" : "binary"} value.`;
}

function own(item: Item, name: string): AttributeValue | undefined {
  return Object.hasOwn(item, name) ? item[name] : undefined;
}
