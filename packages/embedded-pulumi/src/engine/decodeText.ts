/** The text of a file, or why it is none. */
export type DecodedText = { readonly text: string } | { readonly problem: string };

/** Reads bytes as UTF-8. A byte-order mark of UTF-8 is taken off, as Pulumi does; every other encoding is refused. */
export function decodeText(bytes: Uint8Array): DecodedText {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff) || zeros(bytes)) {
    return { problem: "the file is UTF-16; expected UTF-8: save it again with that encoding" };
  }
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch {
    return { problem: "the file is not UTF-8 text; expected UTF-8: save it again with that encoding" };
  }
}

/** UTF-16 without a mark: every other byte of Latin text is 0, which UTF-8 text never holds so early. */
function zeros(bytes: Uint8Array): boolean {
  return bytes.length > 1 && (bytes[0] === 0 || bytes[1] === 0);
}
