/** An expression of metric math, as a tree. Source: "Metric math syntax and functions", CloudWatch user guide. */
export type MathNode =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "text"; readonly value: string }
  /** REPEAT and LINEAR, of FILL. */
  | { readonly kind: "word"; readonly name: string }
  | { readonly kind: "reference"; readonly id: string }
  | { readonly kind: "list"; readonly items: readonly MathNode[] }
  | { readonly kind: "negation"; readonly of: MathNode }
  | {
      readonly kind: "operation";
      readonly operator: Operator;
      readonly left: MathNode;
      readonly right: MathNode;
    }
  | { readonly kind: "call"; readonly name: string; readonly given: readonly MathNode[] };

export type Operator = "+" | "-" | "*" | "/" | "^" | "==" | "!=" | "<" | "<=" | ">" | ">=" | "AND" | "OR";

export class MathError extends Error {}

/** By how strongly they bind, weakest first. */
const LEVELS: readonly (readonly string[])[] = [
  ["OR", "||"],
  ["AND", "&&"],
  ["==", "!=", "<", "<=", ">", ">="],
  ["+", "-"],
  ["*", "/"],
];
const SPELLINGS: Readonly<Record<string, Operator>> = { "||": "OR", "&&": "AND" };

/** Parentheses, lists and calls within each other; no expression that somebody reads comes near. */
const DEEPEST = 50;

const TOKEN =
  /\s*(?:(\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)|([A-Za-z_][A-Za-z0-9_]*)|"([^"]*)"|'([^']*)'|(==|!=|<=|>=|&&|\|\||[-+*/^<>()[\],]))/y;

interface Token {
  readonly kind: "number" | "name" | "text" | "mark";
  readonly text: string;
  readonly at: number;
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < end) {
    const at = TOKEN.lastIndex;
    const [, number, name, double, single, mark] = TOKEN.exec(text) ?? [];
    if (number !== undefined) tokens.push({ kind: "number", text: number, at });
    else if (name !== undefined) tokens.push({ kind: "name", text: name, at });
    else if (mark !== undefined) tokens.push({ kind: "mark", text: mark, at });
    else if (double !== undefined || single !== undefined)
      tokens.push({ kind: "text", text: double ?? single ?? "", at });
    else throw new MathError(`Syntax error at character ${at + 1}: cannot read "${text.slice(at).trim()}"`);
  }
  return tokens;
}

/** Takes time in proportion to the text's length. @throws MathError */
export function parseMath(text: string): MathNode {
  const tokens = tokensOf(text);
  let next = 0;
  let depth = 0;

  const fail = (expected: string) => {
    const got = tokens[next];
    const place = got === undefined ? "at the end" : `at character ${got.at + 1}`;
    const what = got === undefined ? "nothing" : `"${got.text}"`;
    return new MathError(`Syntax error ${place}: got ${what}; expected ${expected}`);
  };
  const isNext = (texts: readonly string[]) => {
    const token = tokens[next];
    return token !== undefined && token.kind !== "text" && texts.includes(token.text);
  };
  const expect = (text: string) => {
    if (!isNext([text])) throw fail(`"${text}"`);
    next++;
  };
  const within = <T>(read: () => T): T => {
    if (++depth > DEEPEST) throw new MathError(`nested more than ${DEEPEST} deep`);
    const result = read();
    depth--;
    return result;
  };

  /** Up to `close`, which is read too. */
  const listUpTo = (close: string): MathNode[] => {
    const items: MathNode[] = [];
    if (!isNext([close])) {
      do items.push(within(() => operations(0)));
      while (isNext([","]) && ++next > 0);
    }
    expect(close);
    return items;
  };

  const operations = (level: number): MathNode => {
    const operators = LEVELS[level];
    if (operators === undefined) return unary();
    let left = operations(level + 1);
    while (isNext(operators)) {
      const text = tokens[next++]?.text ?? "";
      const operator = SPELLINGS[text] ?? (text as Operator);
      left = { kind: "operation", operator, left, right: operations(level + 1) };
    }
    return left;
  };
  const unary = (): MathNode => {
    // A row of signs is a loop, not a recursion.
    let negative = false;
    for (; isNext(["-", "+"]); next++) if (tokens[next]?.text === "-") negative = !negative;
    const of = power();
    return negative ? { kind: "negation", of } : of;
  };
  const power = (): MathNode => {
    const left = primary();
    if (!isNext(["^"])) return left;
    next++;
    return { kind: "operation", operator: "^", left, right: within(unary) };
  };
  const primary = (): MathNode => {
    const token = tokens[next];
    if (token === undefined) throw fail("a metric, a number or a function");
    next++;
    if (token.kind === "number") return { kind: "number", value: Number(token.text) };
    if (token.kind === "text") return { kind: "text", value: token.text };
    if (token.kind === "name") {
      if (isNext(["("])) {
        next++;
        return { kind: "call", name: token.text, given: listUpTo(")") };
      }
      if (/^[a-z]/.test(token.text)) return { kind: "reference", id: token.text };
      if (token.text === "REPEAT" || token.text === "LINEAR") return { kind: "word", name: token.text };
    } else if (token.text === "(") {
      const inner = within(() => operations(0));
      expect(")");
      return inner;
    } else if (token.text === "[") {
      return { kind: "list", items: listUpTo("]") };
    }
    next--;
    throw fail("a metric, a number or a function");
  };

  const root = operations(0);
  if (next < tokens.length) throw fail("an operator or the end");
  return root;
}
