import fc from "fast-check";

const SURROGATES = { first: 0xd800, count: 0x800 };
const LAST_CODE_POINT = 0x10ffff;

/**
 * Any character, as a unit of strings. It makes what fast-check's own unit `binary` makes, and shrinks as that does, by
 * reckoning: that one lists all 1.1 million of them first, which takes most of a second and stays in memory, where each
 * collection of garbage walks through it.
 */
export const anyCharacter = fc
  .nat({ max: LAST_CODE_POINT - SURROGATES.count })
  .map((place) => String.fromCodePoint(place < SURROGATES.first ? place : place + SURROGATES.count), placeOf);

/** Throws for what is not one character, as fast-check expects it. */
function placeOf(text: unknown): number {
  const code = typeof text === "string" ? text.codePointAt(0) : undefined;
  if (code === undefined || text !== String.fromCodePoint(code) || isSurrogate(code))
    throw new RangeError("expected one character");
  return code < SURROGATES.first ? code : code - SURROGATES.count;
}

function isSurrogate(code: number): boolean {
  return code >= SURROGATES.first && code < SURROGATES.first + SURROGATES.count;
}
