/** Stands for any text in a pattern. */
export const anyText = Symbol("*");
/** Stands for any one character in a pattern. */
export const anyCharacter = Symbol("?");

/** A character, or one of the two wildcards. */
export type GlobToken = string | typeof anyText | typeof anyCharacter;

/**
 * Whether the whole text, in characters, matches the pattern. Each part between two `*` is looked for once, from
 * where the one before ended; in time that is linear in both lengths, save for parts with `?`, which take their
 * product at worst.
 */
export function matchesGlob(pattern: readonly GlobToken[], text: readonly string[]): boolean {
  const parts: (string | typeof anyCharacter)[][] = [[]];
  for (const token of pattern) {
    if (token === anyText) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  const [first = [], ...rest] = parts;
  const last = rest.pop();
  if (last === undefined) return first.length === text.length && standsAt(first, text, 0);
  let from = first.length;
  const end = text.length - last.length;
  if (from > end || !standsAt(first, text, 0) || !standsAt(last, text, end)) return false;
  for (const part of rest) {
    const found = indexOf(part, text, from, end);
    if (found < 0) return false;
    from = found + part.length;
  }
  return true;
}

type Part = readonly (string | typeof anyCharacter)[];

function standsAt(part: Part, text: readonly string[], at: number): boolean {
  if (at + part.length > text.length) return false;
  for (let i = 0; i < part.length; i++) {
    if (part[i] !== anyCharacter && part[i] !== text[at + i]) return false;
  }
  return true;
}

/** Where `part` first stands in `text` between two positions, or -1. */
function indexOf(part: Part, text: readonly string[], from: number, to: number): number {
  if (part.includes(anyCharacter)) {
    for (let at = from; at + part.length <= to; at++) if (standsAt(part, text, at)) return at;
    return -1;
  }
  // Knuth, Morris and Pratt: what has been compared is not compared again.
  const fallback = fallbacksOf(part);
  let matched = 0;
  for (let at = from; at < to; at++) {
    if (part.length === 0) break;
    while (matched > 0 && part[matched] !== text[at]) matched = fallback[matched - 1] ?? 0;
    if (part[matched] === text[at]) matched++;
    if (matched === part.length) return at + 1 - matched;
  }
  return part.length === 0 ? from : -1;
}

/** For each prefix of `part`, the length of the longest shorter prefix that it ends with. */
function fallbacksOf(part: Part): readonly number[] {
  const fallbacks = [0];
  let length = 0;
  for (let at = 1; at < part.length; at++) {
    while (length > 0 && part[length] !== part[at]) length = fallbacks[length - 1] ?? 0;
    if (part[length] === part[at]) length++;
    fallbacks.push(length);
  }
  return fallbacks;
}
