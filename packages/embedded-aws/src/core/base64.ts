import { bareRecord } from "./record";

/**
 * The bytes that standard base64 with padding (RFC 4648, section 4) stands for; undefined when `text` is none.
 *
 * Takes one pass over texts of any length. A regular expression that repeats a group of four characters, as
 * valibot's `base64` does, needs stack for every repetition, and ends in a RangeError at some megabytes.
 */
export function decodeBase64(text: string): Buffer | undefined {
  if (text.length % 4 !== 0) return undefined;
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  // The decoder also takes the alphabet for URLs, and skips what is in neither: then there are bytes too few.
  if (text.includes("-") || text.includes("_")) return undefined;
  const bytes = Buffer.from(text, "base64");
  return bytes.byteLength === (text.length / 4) * 3 - padding ? bytes : undefined;
}

/** A copy of a value with base64 in the place of bytes, and without undefined members, in bare records. */
export function withBase64(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Uint8Array) return base64(value);
  if (Array.isArray(value)) return value.map(withBase64);
  const members = value as Readonly<Record<string, unknown>>;
  const copy = bareRecord<unknown>();
  for (const name in members) {
    const member = members[name];
    if (member === undefined || member === null) continue;
    copy[name] = typeof member === "object" ? withBase64(member) : member;
  }
  return copy;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}
