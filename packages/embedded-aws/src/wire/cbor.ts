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
const LIST = 4;
const MAP = 5;
const TAG = 6;
const TEXTS_AND_COLLECTIONS = [2, TEXT, LIST, MAP];
const BREAK = 0xff;

/** A collection, or a text in parts, whose items are still to come. */
interface Open {
  readonly isMap: boolean;
  /** Keys and values alike; `Infinity` where a break ends it. */
  left: number;
  /** Of a map: whether its next item is a key. */
  atKey: boolean;
}

/**
 * Refuses, too, texts that are no UTF-8, in which the library puts U+FFFD instead, and keys that are no texts, which it reads
 * as if they were.
 *
 * The library warns on the console of lengths beyond the integers before it refuses them; a stranger's body shall
 * not write there. Items stand one behind the other, so that one pass over their heads sees every length.
 *
 * @throws Error of a text, list or map that says it is longer than what is left, of a text that is none, or of such a key
 */
function refuseBadHeads(body: Uint8Array): void {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const open: Open[] = [];
  const endFull = () => {
    while (open.at(-1)?.left === 0) open.pop();
  };
  for (let at = 0; at < body.length;) {
    const head = view.getUint8(at++);
    if (head === BREAK) {
      open.pop();
      endFull();
      continue;
    }
    const [major, info] = [head >> 5, head & 0x1f];
    const bytes = info >= 24 && info < 28 ? 1 << (info - 24) : 0;
    const around = open.at(-1);
    if (around?.isMap === true && around.atKey && major !== TEXT)
      throw new Error("a key of a map is no text");
    if (at + bytes > body.length) return;
    let argument = bytes === 0 ? info : 0;
    for (let byte = 0; byte < bytes; byte++) argument = argument * 256 + view.getUint8(at++);
    // What it marks is the item.
    if (major === TAG) continue;
    if (around !== undefined) {
      around.left--;
      around.atKey = !around.atKey;
    }
    if (TEXTS_AND_COLLECTIONS.includes(major)) {
      const isEndless = info === 31;
      if (!isEndless && argument > body.length - at)
        throw new Error(`length ${argument} is more than what is left of the body`);
      if (isEndless) open.push({ isMap: major === MAP, left: Infinity, atKey: true });
      else if (major === LIST) open.push({ isMap: false, left: argument, atKey: false });
      else if (major === MAP) open.push({ isMap: true, left: 2 * argument, atKey: true });
      else {
        if (major === TEXT && !isUtf8(body.subarray(at, at + argument)))
          throw new Error("a text is not UTF-8");
        at += argument;
      }
    }
    endFull();
  }
}
