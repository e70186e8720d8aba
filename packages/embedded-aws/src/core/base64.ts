/** A copy of a value with base64 in the place of bytes, and without undefined members and prototypes. */
export function withBase64(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Uint8Array) return base64(value);
  if (Array.isArray(value)) return value.map(withBase64);
  const members = value as Readonly<Record<string, unknown>>;
  const copy = Object.create(null) as Record<string, unknown>;
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
