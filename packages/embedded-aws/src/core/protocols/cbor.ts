/**
 * A CBOR map of texts (RFC 8949): as much as an error needs. No client of today chooses Smithy's CBOR protocol
 * for a service of the embedded cloud, but one that does must be able to read the refusal.
 */
export function encodeCborMap(members: Readonly<Record<string, string>>): Uint8Array {
  const entries = Object.entries(members);
  const parts = [head(5, entries.length)];
  for (const entry of entries) {
    for (const text of entry) {
      const bytes = Buffer.from(text, "utf8");
      parts.push(head(3, bytes.length), bytes);
    }
  }
  return Buffer.concat(parts);
}

/** An item's first bytes: its major type and a length, which here is always written in four bytes. */
function head(majorType: number, length: number): Buffer {
  const bytes = Buffer.alloc(5);
  bytes.writeUInt8((majorType << 5) | 26, 0);
  bytes.writeUInt32BE(length, 1);
  return bytes;
}
