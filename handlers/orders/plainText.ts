/**
 * What a line of text cannot hold: control characters and line separators, which break it, and embeddings, overrides and
 * isolates of the bidirectional algorithm, which show it, and what follows it, in another order than it is read.
 * Unicode 17, general categories Cc, Zl, Zp; UAX #9, section 2. The marks of right-to-left names are none of them.
 */
const UNPLAIN = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u;
const BIDIRECTIONAL = /[\u202a-\u202e\u2066-\u2069]/;

/** What makes a text no plain line, for a person; undefined when nothing does. Holds nothing else of the text. */
export function unplainness(text: string): string | undefined {
  if (!text.isWellFormed()) return "that is not well-formed Unicode (half of a surrogate pair)";
  const [character] = UNPLAIN.exec(text) ?? [];
  if (character === undefined) return undefined;
  const code = `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
  return `with the ${BIDIRECTIONAL.test(character) ? "bidirectional-override" : "control"} character ${code}`;
}

/** A text as it can be shown on one line: what is no part of one is replaced by U+FFFD. */
export function plainLine(text: string): string {
  return text.toWellFormed().replace(new RegExp(UNPLAIN, "gu"), "\ufffd");
}

/** Length in characters as people and Unicode count them: code points, not UTF-16 units. */
export function lengthOf(text: string): number {
  let length = 0;
  for (const _character of text) length++;
  return length;
}
