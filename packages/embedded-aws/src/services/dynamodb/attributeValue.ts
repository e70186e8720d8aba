/** A value as DynamoDB's wire form writes it; numbers are decimal strings, binaries are base64. */
export type AttributeValue =
  | { readonly S: string }
  | { readonly N: string }
  | { readonly B: string }
  | { readonly BOOL: boolean }
  | { readonly NULL: boolean }
  | { readonly SS: readonly string[] }
  | { readonly NS: readonly string[] }
  | { readonly BS: readonly string[] }
  | { readonly L: readonly AttributeValue[] }
  | { readonly M: Item };

export type AttributeType = AttributeValue extends infer Each
  ? Each extends Each
    ? keyof Each
    : never
  : never;

/** The type that a value's only member is named after. */
export function typeOf(value: AttributeValue): AttributeType {
  for (const type in value) return type as AttributeType;
  throw new Error("an attribute value without a type");
}

/** Attributes by name. Items are never changed in place: a write replaces them. */
export type Item = Readonly<Record<string, AttributeValue>>;

/** The most that one item may hold, names and values together. */
export const MAX_ITEM_BYTES = 400 * 1024;

/** The bytes that an item counts for, in capacity, limits and `SizeBytes` ("Item sizes and formats", developer guide). */
export function itemSize(item: Item): number {
  let bytes = 0;
  for (const name in item) {
    const value = item[name];
    if (value !== undefined) bytes += Buffer.byteLength(name) + valueSize(value);
  }
  return bytes;
}

/** What a list or a map costs beside its contents. */
const CONTAINER_BYTES = 3;

function valueSize(value: AttributeValue): number {
  if ("S" in value) return Buffer.byteLength(value.S);
  if ("N" in value) return numberSize(value.N);
  if ("B" in value) return binarySize(value.B);
  if ("SS" in value) return sum(value.SS, (text) => Buffer.byteLength(text));
  if ("NS" in value) return sum(value.NS, numberSize);
  if ("BS" in value) return sum(value.BS, binarySize);
  if ("L" in value) return CONTAINER_BYTES + sum(value.L, (element) => 1 + valueSize(element));
  if ("M" in value) return CONTAINER_BYTES + Object.keys(value.M).length + itemSize(value.M);
  return 1;
}

function sum<T>(values: readonly T[], size: (value: T) => number): number {
  return values.reduce((total, value) => total + size(value), 0);
}

function binarySize(base64: string): number {
  return Buffer.byteLength(base64, "base64");
}

const ZERO = 0x30;

/** One byte for sign and exponent, one for each pair of significant digits, one more when negative. */
function numberSize(decimal: string): number {
  const negative = decimal.startsWith("-");
  const point = decimal.indexOf(".");
  const whole = (point < 0 ? decimal.length : point) - (negative ? 1 : 0);
  // Places of digits, counted without sign and point.
  let place = 0;
  let first = -1;
  let last = -1;
  for (let at = negative ? 1 : 0; at < decimal.length; at++) {
    if (at === point) continue;
    if (decimal.charCodeAt(at) !== ZERO) {
      if (first < 0) first = place;
      last = place;
    }
    place++;
  }
  if (first < 0) return 1;
  // Pairs are aligned with the decimal point, so an odd number of digits before it leaves half a pair.
  const firstPairIsHalf = (whole - first) % 2 !== 0;
  return 1 + Math.ceil((last - first + 1 + (firstPairIsHalf ? 1 : 0)) / 2) + (negative ? 1 : 0);
}

/**
 * Whether two values are equal as DynamoDB sees them: whole documents are compared, and the order of a set's
 * members does not matter. Numbers are in the form that they are kept in (see `decimal.ts`).
 */
export function sameValue(a: AttributeValue, b: AttributeValue): boolean {
  if ("S" in a) return "S" in b && a.S === b.S;
  if ("N" in a) return "N" in b && a.N === b.N;
  if ("BOOL" in a) return "BOOL" in b && a.BOOL === b.BOOL;
  if ("M" in a) return "M" in b && sameItem(a.M, b.M);
  if ("L" in a) {
    if (!("L" in b) || a.L.length !== b.L.length) return false;
    const other = b.L;
    return a.L.every((element, i) => same(element, other[i]));
  }
  if ("B" in a) return "B" in b && a.B === b.B;
  if ("SS" in a) return "SS" in b && sameSet(a.SS, b.SS);
  if ("NS" in a) return "NS" in b && sameSet(a.NS, b.NS);
  if ("BS" in a) return "BS" in b && sameSet(a.BS, b.BS);
  return "NULL" in b;
}

function same(a: AttributeValue | undefined, b: AttributeValue | undefined): boolean {
  return a === undefined || b === undefined ? a === b : sameValue(a, b);
}

function sameSet(a: readonly string[], b: readonly string[]): boolean {
  const members = new Set(a);
  return members.size === b.length && b.every((member) => members.has(member));
}

/** Whether two items hold the same attributes; an item that is absent equals only another that is absent. */
export function sameItem(a: Item | undefined, b: Item | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => same(a[name], b[name]));
}
