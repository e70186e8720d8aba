import { isUtf8 } from "node:buffer";

/** Bytes that are no UTF-8. A `SyntaxError`, as for any other text that is not taken. */
class EncodingError extends SyntaxError {
  override readonly name = "EncodingError";
}

/**
 * The text of a stranger's bytes, a byte-order mark included. What is no UTF-8 is refused: put in its place, U+FFFD would
 * be stored and handed on as if it had been sent.
 *
 * @throws EncodingError
 */
export function textOf(bytes: Uint8Array): string {
  if (!isUtf8(bytes)) throw new EncodingError("The bytes are not UTF-8; expected text in that encoding");
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
}
