/**
 * The words of expressions. Attribute names are written as words or as placeholders (`#name`), values only as
 * placeholders (`:value`).
 */
export interface Token {
  readonly kind: "word" | "name" | "value" | "index" | "symbol" | "unknown" | "end";
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** Of a word in capitals that the grammar keeps for itself, in any case of letters. */
  readonly keyword?: Keyword;
}

export type Keyword = "AND" | "OR" | "NOT" | "IN" | "BETWEEN" | "SET" | "REMOVE" | "ADD" | "DELETE";

const KEYWORDS: ReadonlySet<string> = new Set<Keyword>([
  "AND",
  "OR",
  "NOT",
  "IN",
  "BETWEEN",
  "SET",
  "REMOVE",
  "ADD",
  "DELETE",
]);

/** Spaces, then one of the kinds in this order; what is none of them is unknown, a character at a time. */
const TOKEN =
  /[ \t\r\n]*(?:([A-Za-z][A-Za-z0-9_]*)|(#[A-Za-z0-9_]+)|(:[A-Za-z0-9_]+)|(0|[1-9][0-9]*)|(<>|<=|>=|[=<>()[\].,+-])|([^ \t\r\n]))/uy;

const KINDS = ["word", "name", "value", "index", "symbol", "unknown"] as const;

/** All tokens of a text, and one more that stands for its end. Takes time in proportion to the text. */
export function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(text); match !== null; match = TOKEN.exec(text)) {
    const end = TOKEN.lastIndex;
    for (const [index, kind] of KINDS.entries()) {
      const found = match[index + 1];
      if (found === undefined) continue;
      const upper = kind === "word" ? found.toUpperCase() : "";
      const token: Token = { kind, text: found, start: end - found.length, end };
      tokens.push(KEYWORDS.has(upper) ? { ...token, keyword: upper as Keyword } : token);
      break;
    }
  }
  tokens.push({ kind: "end", text: "<EOF>", start: text.length, end: text.length });
  return tokens;
}
