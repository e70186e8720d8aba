import { createRequire } from "node:module";
import { wrongType } from "./problem";
import { TreeCodec } from "./tree";

/** Loaded when the first request in CBOR comes. */
const library = () => createRequire(__filename)("@smithy/core/cbor") as typeof import("@smithy/core/cbor");

/** Values of shapes in CBOR (Smithy RPC v2): bytes are bytes, times carry the tag 1. */
export const cborTree = new TreeCodec({
  skipsUndefined: false,
  decodeBlob(value) {
    if (value instanceof Uint8Array) return value;
    throw wrongType("bytes", value);
  },
  encodeBlob: (value) => value,
  decodeTimestamp(value) {
    const seconds: unknown = value instanceof Date ? value.getTime() / 1000 : taggedSeconds(value);
    if (typeof seconds === "number") return new Date(Math.round(seconds * 1000));
    throw wrongType("a timestamp (tag 1)", value);
  },
  encodeTimestamp: (value) => library().dateToTag(value),
  encodeNumber: (value) => value,
  decodeNumber(value) {
    if (typeof value === "number") return value;
    if (typeof value === "bigint") return Number(value);
    throw wrongType("a number", value);
  },
});

export function parseCbor(body: Uint8Array): unknown {
  return body.length === 0 ? {} : (library().cbor.deserialize(body) as unknown);
}

export function writeCbor(tree: unknown): Uint8Array {
  return library().cbor.serialize(tree);
}

function taggedSeconds(value: unknown): unknown {
  if (typeof value !== "object" || value === null || !("tag" in value) || !("value" in value))
    return undefined;
  return Number(value.tag) === 1 ? Number(value.value) : undefined;
}
