/**
 * How deep arrays and objects of a stranger's JSON may lie in one another; what AWS's own JSON reader takes
 * (Jackson's `StreamReadConstraints`). Everything that walks such a value may then recurse.
 */
const MAX_JSON_DEPTH = 1000;

/** JSON that nests deeper than its reader allows. A `SyntaxError`, as for any other text that is not taken. */
export class JsonDepthError extends SyntaxError {
  override readonly name = "JsonDepthError";
}

/** The value of a stranger's JSON text. Throws a `SyntaxError`, before building anything, beyond `maxDepth`. */
export function parseJson(text: string, maxDepth = MAX_JSON_DEPTH): unknown {
  if (nestsDeeperThan(text, maxDepth)) {
    throw new JsonDepthError(
      `The JSON nests more than ${maxDepth} levels of arrays and objects; expected at most that many`,
    );
  }
  return JSON.parse(text);
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
// "[" and "{", "]" and "}" differ in one bit that no other character of JSON's structure has.
const BRACKET_BIT = 0x20;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/** Whether arrays and objects of a JSON text lie in more than `limit` others; one pass, no allocation. */
export function nestsDeeperThan(text: string, limit: number): boolean {
  // A text with too few brackets needs no look at its strings. To look for them alone takes a fraction of the time.
  if (text.length <= limit || !hasMoreThan(limit, text)) return false;
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (quoted) {
      if (code === BACKSLASH) at++;
      else if (code === QUOTE) quoted = false;
    } else if (code === QUOTE) {
      quoted = true;
    } else if ((code | BRACKET_BIT) === OPEN) {
      if (++depth > limit) return true;
    } else if ((code | BRACKET_BIT) === CLOSE) {
      depth--;
    }
  }
  return false;
}

/** Whether a text has more than `limit` brackets that open something, be it within strings. */
function hasMoreThan(limit: number, text: string): boolean {
  let found = 0;
  for (const bracket of ["{", "["])
    for (let at = text.indexOf(bracket); at >= 0; at = text.indexOf(bracket, at + 1))
      if (++found > limit) return true;
  return false;
}

/** Whether a text is JSON of any kind. */
export function isJson(text: string): boolean {
  try {
    parseJson(text);
    return true;
  } catch {
    return false;
  }
}

/** For texts that this process has written itself: nothing in them is a stranger's to shape. */
export function parseOwnJson(text: string): unknown {
  return JSON.parse(text);
}
