import { inspect } from "node:util";

const CHARACTERS_SHOWN = 200;

/**
 * A value as errors show it, in JSON: so much of it that a person knows it again, however much there is. The embedded
 * engine has the same for its own, and is not there where this program is deployed; a test holds the two together.
 */
export function shown(value: unknown): string {
  const text = jsonOf(value);
  return text.length <= CHARACTERS_SHOWN ? text : `${text.slice(0, CHARACTERS_SHOWN).toWellFormed()}…`;
}

function jsonOf(value: unknown): string {
  // What is longer is cut anyway, and a long text need not be written out for it.
  if (typeof value === "string") return JSON.stringify(value.slice(0, CHARACTERS_SHOWN + 1));
  try {
    return value === undefined ? "nothing" : JSON.stringify(value);
  } catch {
    // Nested deeper than the stack is.
    return inspect(value, { depth: 2, breakLength: Infinity });
  }
}
