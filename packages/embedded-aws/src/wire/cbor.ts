import { isUtf8 } from "node:buffer";
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
  refuseBadHeads(body);
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

const TEXT = 3;
const TEXTS_AND_COLLECTIONS = [2, 3, 4, 5];

/**
 * Refuses, too, texts that are no UTF-8, in which the library puts U+FFFD instead.
 *
 * The library warns on the console of lengths beyond the integers before it refuses them; a stranger's body shall
 * not write there. Items stand one behind the other, so that one pass over their heads sees every length.
 *
 * @throws Error of a text, list or map that says it is longer than what is left, or of a text that is none
 */
function refuseBadHeads(body: Uint8Array): void {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  for (let at = 0; at < body.length;) {
    const head = view.getUint8(at++);
    const [major, info] = [head >> 5, head & 0x1f];
    const bytes = info >= 24 && info < 28 ? 1 << (info - 24) : 0;
    if (at + bytes > body.length) return;
    let argument = bytes === 0 ? info : 0;
    for (let byte = 0; byte < bytes; byte++) argument = argument * 256 + view.getUint8(at++);
    if (info === 31 || !TEXTS_AND_COLLECTIONS.includes(major)) continue;
    if (argument > body.length - at)
      throw new Error(`length ${argument} is more than what is left of the body`);
    if (major === TEXT && !isUtf8(body.subarray(at, at + argument))) throw new Error("a text is not UTF-8");
    if (major <= TEXT) at += argument;
  }
}
