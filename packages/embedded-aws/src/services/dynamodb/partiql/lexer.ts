/** The words of PartiQL statements. */
export interface Token {
  /** `word`: a name or a keyword without quotes; `name`: in double quotes; `string`: in single quotes. */
  readonly kind: "word" | "name" | "string" | "number" | "parameter" | "symbol" | "unknown" | "end";
  /** As written, but a name or a string as it is meant, without its quotes. */
  readonly text: string;
  /** Of a word: in capitals. */
  readonly upper: string;
  /** Offsets in the statement, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
}

/** Spaces or one comment. Pieces are taken one at a time: a pattern that repeats them could split a comment in many ways. */
const BLANK = /[ \t\r\n]+|--[^\r\n]*|\/\*(?:[^*]|\*(?!\/))*\*\//uy;

const TOKEN =
  /([A-Za-z_$][A-Za-z0-9_$]*)|"((?:[^"]|"")*)"|'((?:[^']|'')*)'|((?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)|(\?)|(<<|>>|<>|!=|<=|>=|\|\||[=<>()[\]{}.,:+*;-])|([^])/uy;

const KINDS = ["word", "name", "string", "number", "parameter", "symbol", "unknown"] as const;

/** All tokens of a text, and one more that stands for its end. Takes time in proportion to the text. */
export function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  for (;;) {
    at = afterBlanks(text, at);
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (match === null) break;
    tokens.push(tokenOf(match, at, TOKEN.lastIndex));
    at = TOKEN.lastIndex;
  }
  tokens.push({ kind: "end", text: "", upper: "", start: text.length, end: text.length });
  return tokens;
}

function afterBlanks(text: string, start: number): number {
  let at = start;
  for (;;) {
    BLANK.lastIndex = at;
    if (BLANK.exec(text) === null) return at;
    at = BLANK.lastIndex;
  }
}

function tokenOf(match: RegExpExecArray, start: number, end: number): Token {
  for (const [index, kind] of KINDS.entries()) {
    const found = match[index + 1];
    if (found === undefined) continue;
    const text =
      kind === "name" ? found.replaceAll('""', '"') : kind === "string" ? found.replaceAll("''", "'") : found;
    return { kind, text, upper: kind === "word" ? found.toUpperCase() : "", start, end };
  }
  throw new Error("a token of no kind");
}
