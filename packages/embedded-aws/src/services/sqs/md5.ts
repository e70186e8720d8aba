import { createHash, type Hash } from "node:crypto";
import type { MessageAttributes } from "./messageAttributes";

export function md5OfBody(body: string): string {
  return createHash("md5").update(body, "utf8").digest("hex");
}

/**
 * The digest that SQS's clients check: over the attributes in the order of their names, of each the name, the
 * data type, a byte for the kind of value (1 text, 2 binary) and the value, all but the kind preceded by their
 * length in 4 bytes, big-endian (SQS developer guide, "Calculating the MD5 message digest").
 */
export function md5OfAttributes(attributes: MessageAttributes): string {
  const hash = createHash("md5");
  const names = Object.keys(attributes).sort();
  for (const name of names) {
    const attribute = attributes[name];
    if (attribute === undefined) continue;
    addWithLength(hash, Buffer.from(name, "utf8"));
    addWithLength(hash, Buffer.from(attribute.DataType, "utf8"));
    if ("BinaryValue" in attribute) {
      hash.update(Uint8Array.of(2));
      addWithLength(hash, attribute.BinaryValue);
    } else {
      hash.update(Uint8Array.of(1));
      addWithLength(hash, Buffer.from(attribute.StringValue, "utf8"));
    }
  }
  return hash.digest("hex");
}

function addWithLength(hash: Hash, bytes: Uint8Array): void {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  hash.update(length).update(bytes);
}
