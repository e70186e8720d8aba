import { type AttributeValue, type AttributeType, sameValue, typeOf } from "../attributeValue";
import { compareNumbers } from "../decimal";

/**
 * Below, at or above 0 as the first of two strings, numbers or binaries is less, equal or greater; undefined for
 * values that have no order. Strings are ordered by their bytes in UTF-8, binaries by their unsigned bytes.
 */
export function compareValues(a: AttributeValue, b: AttributeValue): number | undefined {
  if ("N" in a && "N" in b) return compareNumbers(a.N, b.N);
  if ("S" in a && "S" in b) return a.S === b.S ? 0 : Buffer.compare(Buffer.from(a.S), Buffer.from(b.S));
  if ("B" in a && "B" in b) return Buffer.compare(bytesOf(a.B), bytesOf(b.B));
  return undefined;
}

export function beginsWith(value: AttributeValue, prefix: AttributeValue): boolean {
  if ("S" in value && "S" in prefix) return value.S.startsWith(prefix.S);
  if (!("B" in value && "B" in prefix)) return false;
  const start = bytesOf(prefix.B);
  return bytesOf(value.B).subarray(0, start.length).equals(start);
}

/** Whether a string or binary has a part, a set a member, or a list an element. */
export function contains(value: AttributeValue, part: AttributeValue): boolean {
  if ("S" in value) return "S" in part && value.S.includes(part.S);
  if ("B" in value) return "B" in part && bytesOf(value.B).includes(bytesOf(part.B));
  if ("SS" in value) return "S" in part && value.SS.includes(part.S);
  if ("NS" in value) return "N" in part && value.NS.includes(part.N);
  if ("BS" in value) return "B" in part && value.BS.includes(part.B);
  return "L" in value && value.L.some((element) => sameValue(element, part));
}

/** What `size` comes to; undefined for what has none. */
export function sizeOf(value: AttributeValue): number | undefined {
  if ("S" in value) return value.S.length;
  if ("B" in value) return bytesOf(value.B).length;
  if ("SS" in value) return value.SS.length;
  if ("NS" in value) return value.NS.length;
  if ("BS" in value) return value.BS.length;
  if ("L" in value) return value.L.length;
  return "M" in value ? Object.keys(value.M).length : undefined;
}

/** The types whose values have an order. */
export const ORDERED: ReadonlySet<AttributeType> = new Set(["S", "N", "B"]);

export function isOrdered(value: AttributeValue): boolean {
  return ORDERED.has(typeOf(value));
}

function bytesOf(base64: string): Buffer {
  return Buffer.from(base64, "base64");
}
