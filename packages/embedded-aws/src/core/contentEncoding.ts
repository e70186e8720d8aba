import { promisify } from "node:util";
import * as zlib from "node:zlib";
import { bodyTooLarge } from "./bodyLimit";
import { AwsError } from "./errors";

type Decoder = (body: Buffer, limit: number) => Promise<Buffer>;

const inflate = promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.inflate);
const inflateRaw = promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.inflateRaw);
const gunzip = promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.gunzip);
const brotliDecompress = promisify<Buffer, zlib.BrotliOptions, Buffer>(zlib.brotliDecompress);

const gzipDecoder: Decoder = (body, limit) => gunzip(body, { maxOutputLength: limit });
const plain: Decoder = (body) => Promise.resolve(body);

/** By the name that `Content-Encoding` gives them (RFC 9110, "Content Codings"). */
const decoders: ReadonlyMap<string, Decoder> = new Map<string, Decoder>([
  ["gzip", gzipDecoder],
  ["x-gzip", gzipDecoder],
  // Some clients leave the zlib header out, whose first byte names the method 8.
  [
    "deflate",
    (body, limit) => (((body[0] ?? 0) & 0x0f) === 8 ? inflate : inflateRaw)(body, { maxOutputLength: limit }),
  ],
  ["br", (body, limit) => brotliDecompress(body, { maxOutputLength: limit })],
  ["identity", plain],
  // What clients of AWS's JSON protocols once wrote; it means nothing.
  ["amz-1.0", plain],
]);

/** More codings than this, one over the other, are no client's. */
const MAX_CODINGS = 4;

/**
 * The body without its content codings, of which the last named was applied last. Rejects with
 * RequestEntityTooLarge as soon as it exceeds `limit` bytes, however small it was when sent; with
 * SerializationException when it is not what the header says; with UnsupportedMediaType for any other coding.
 */
export async function decodeBody(
  body: Buffer,
  contentEncoding: string | undefined,
  limit: number,
): Promise<Buffer> {
  if (contentEncoding === undefined) return body;
  const names = contentEncoding
    .split(",", MAX_CODINGS + 1)
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== "");
  const chosen = names.map((name) => ({ name, decode: decoders.get(name) }));
  const unknown = chosen.find(({ decode }) => decode === undefined);
  if (unknown !== undefined || chosen.length > MAX_CODINGS) {
    throw new AwsError(
      "UnsupportedMediaType",
      `Content-Encoding: got "${contentEncoding.slice(0, 100)}"; expected at most ${MAX_CODINGS} of gzip, deflate, br and identity`,
      415,
    );
  }
  let decoded = body;
  for (const { name, decode } of chosen.reverse()) {
    try {
      decoded = (await decode?.(decoded, limit)) ?? decoded;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") throw bodyTooLarge(limit);
      throw new AwsError(
        "SerializationException",
        `The body is not ${name}, as its Content-Encoding says: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }
  return decoded;
}
