import { AwsError } from "../core/errors";
import { parseJson } from "../core/parseJson";
import { isObject } from "../core/record";
import { textOf } from "../core/utf8";
import { wrongType } from "./problem";
import { parseTimestamp, timestampText } from "./timestamps";
import { TreeCodec } from "./tree";

/** Numbers that JSON has no way to write. */
const odd: ReadonlyMap<unknown, number> = new Map([
  ["NaN", NaN],
  ["Infinity", Infinity],
  ["-Infinity", -Infinity],
]);

/** Values of shapes in JSON: bytes in base64, times in seconds unless the model says otherwise. */
export const json = new TreeCodec({
  skipsUndefined: true,
  decodeBlob: decodeBase64,
  encodeBlob: (value) => Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64"),
  decodeTimestamp: parseTimestamp,
  encodeTimestamp: (value, format = "epoch-seconds") =>
    format === "epoch-seconds" ? value.getTime() / 1000 : timestampText(value, format),
  encodeNumber: (value) => (Number.isFinite(value) ? value : String(value)),
  decodeNumber(value) {
    if (typeof value === "number") return value;
    const number = odd.get(value);
    if (number === undefined) throw wrongType("a number", value);
    return number;
  },
});

export function decodeBase64(value: unknown): Uint8Array {
  if (typeof value === "string" && value.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(value)) {
    return Buffer.from(value, "base64");
  }
  throw wrongType("bytes in base64", value);
}

/** The members of a JSON body; an empty body has none. @throws AwsError */
export function parseJsonObject(body: Buffer): Record<string, unknown> {
  if (body.length === 0) return {};
  let value: unknown;
  try {
    value = parseJson(textOf(body));
  } catch (error) {
    throw new AwsError("SerializationException", `The body is not JSON: ${String(error)}`);
  }
  if (isObject(value)) return value;
  throw new AwsError("SerializationException", "The body is JSON, but not an object");
}
