import { notSupported } from "../../core/errors";

/**
 * A filter of log messages: every plain term or "quoted phrase" must occur, every one with a leading minus
 * must not, and of those with a leading question mark at least one. Case matters. Patterns for JSON, for
 * space-delimited fields and for regular expressions are not supported.
 */
export function parseFilterPattern(pattern: string): (message: string) => boolean {
  const trimmed = pattern.trim();
  if (/^[{[]/.test(trimmed) || /%.*%/.test(trimmed)) {
    throw notSupported(`The filter pattern ${trimmed} (JSON, fields or regular expression)`);
  }
  const required: string[] = [];
  const excluded: string[] = [];
  const alternatives: string[] = [];
  for (const [, sign = "", phrase, word] of trimmed.matchAll(/([-?]?)(?:"((?:[^"\\]|\\.)*)"|(\S+))/g)) {
    const term = phrase === undefined ? (word ?? "") : phrase.replace(/\\(.)/g, "$1");
    (sign === "-" ? excluded : sign === "?" ? alternatives : required).push(term);
  }
  if (alternatives.length > 0 && required.length + excluded.length > 0) {
    throw notSupported(`The filter pattern ${trimmed} (terms with "?" beside others)`);
  }
  return (message) =>
    required.every((term) => message.includes(term)) &&
    !excluded.some((term) => message.includes(term)) &&
    (alternatives.length === 0 || alternatives.some((term) => message.includes(term)));
}
