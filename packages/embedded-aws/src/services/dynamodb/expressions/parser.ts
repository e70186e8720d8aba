import { type Keyword, type Token, tokensOf } from "./lexer";
import { ExpressionProblem } from "./problem";
import { isReserved } from "./reservedWords";
import type {
  ActionOf,
  Call,
  Comparator,
  ConditionOf,
  ConditionSyntax,
  Operand,
  Path,
  PathNode,
  ProjectionSyntax,
  Sum,
  UpdateSyntax,
  ValuePlaceholder,
} from "./tree";

/** "Quotas in Amazon DynamoDB", expression parameters. */
const MAX_BYTES = 4096;
const MAX_OPERATORS = 300;
const MAX_PATH_LEVELS = 32;
const MAX_IN_OPERANDS = 100;
const MAX_LIST_INDEX = 2 ** 31 - 1;
/** Every pair of parentheses but the innermost needs an operator or a function inside it; one without is redundant. */
const MAX_PARENTHESES = MAX_OPERATORS + 1;

const CONDITION_FUNCTIONS: ReadonlySet<string> = new Set([
  "attribute_exists",
  "attribute_not_exists",
  "attribute_type",
  "begins_with",
  "contains",
  "size",
]);
const UPDATE_FUNCTIONS: ReadonlySet<string> = new Set(["if_not_exists", "list_append"]);

const COMPARATORS: ReadonlySet<string> = new Set<Comparator>(["=", "<>", "<", "<=", ">", ">="]);

type Node = ConditionOf<ValuePlaceholder> | Operand<ValuePlaceholder>;

/** Throws `ExpressionProblem`, as do the other two. */
export function parseCondition(text: string): ConditionSyntax {
  return new Parser(text, "condition").whole((parser) => parser.condition());
}

export function parseUpdate(text: string): UpdateSyntax {
  return new Parser(text, "update").whole((parser) => parser.update());
}

export function parseProjection(text: string): ProjectionSyntax {
  return new Parser(text, "projection").whole((parser) => parser.projection());
}

/**
 * One grammar, by recursive descent, a token at a time and never back. What is wrong with the text beside its
 * syntax is only reported once all of it has been read: first redundant parentheses, then what stands leftmost.
 * The bounds are reported at once, so that they bound the parser's own depth as well.
 */
class Parser {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  readonly #language: "condition" | "update" | "projection";
  #at = 0;
  #operators = 0;
  #open = 0;
  /** The pair of parentheses that was closed last. */
  #closed: { readonly open: number; readonly close: number } | undefined;
  #redundantParentheses = false;
  #leftmost: { readonly start: number; readonly reason: string } | undefined;
  #repeatedSection: Keyword | undefined;

  constructor(text: string, language: "condition" | "update" | "projection") {
    const bytes = Buffer.byteLength(text);
    if (bytes > MAX_BYTES) {
      throw new ExpressionProblem(
        `Expression size has exceeded the maximum allowed size; expression size: ${bytes}`,
      );
    }
    if (text === "") throw new ExpressionProblem("The expression can not be empty;");
    this.#text = text;
    this.#tokens = tokensOf(text);
    this.#language = language;
  }

  whole<Tree>(read: (parser: Parser) => Tree): Tree {
    const tree = read(this);
    if (this.#token.kind !== "end") throw this.#syntaxError();
    if (this.#redundantParentheses) throw new ExpressionProblem("The expression has redundant parentheses;");
    if (this.#leftmost !== undefined) throw new ExpressionProblem(this.#leftmost.reason);
    if (this.#repeatedSection !== undefined) {
      throw new ExpressionProblem(
        `The "${this.#repeatedSection}" section can only be used once in an update expression;`,
      );
    }
    return tree;
  }

  condition(): ConditionSyntax {
    return this.#conditionOf(this.#or(false), 0);
  }

  update(): UpdateSyntax {
    const actions: ActionOf<ValuePlaceholder>[] = [];
    const seen = new Set<Keyword>();
    do {
      const { keyword } = this.#token;
      if (keyword !== "SET" && keyword !== "REMOVE" && keyword !== "ADD" && keyword !== "DELETE") {
        throw this.#syntaxError();
      }
      this.#at++;
      if (seen.has(keyword)) this.#repeatedSection ??= keyword;
      seen.add(keyword);
      do actions.push(this.#action(keyword));
      while (this.#accept(","));
    } while (this.#token.kind !== "end");
    return actions;
  }

  projection(): ProjectionSyntax {
    const paths: Path[] = [];
    do paths.push(this.#path().path);
    while (this.#accept(","));
    return paths;
  }

  #action(kind: "SET" | "REMOVE" | "ADD" | "DELETE"): ActionOf<ValuePlaceholder> {
    const { path } = this.#path();
    switch (kind) {
      case "SET":
        this.#expect("=");
        return { kind, path, value: this.#sum() };
      case "REMOVE":
        return { kind, path };
      default:
        return { kind, path, value: this.#placeholder() };
    }
  }

  #sum(): Operand<ValuePlaceholder> | Sum<ValuePlaceholder> {
    const start = this.#token.start;
    const left = this.#token.text === "(" ? this.#inParentheses(() => this.#sum()) : this.#operand();
    if (left.kind === "sum") return left;
    const { text } = this.#token;
    if (text !== "+" && text !== "-") return left;
    this.#at++;
    this.#countOperator();
    this.#refuseNested(left, start);
    const rightStart = this.#token.start;
    const right = this.#operand();
    this.#refuseNested(right, rightStart);
    return { kind: "sum", operator: text, left, right };
  }

  /** @param bare whether an operand alone will do: directly inside of parentheses. */
  #or(bare: boolean): Node {
    const start = this.#token.start;
    let left = this.#and(bare);
    while (this.#acceptKeyword("OR")) {
      this.#countOperator();
      const rightStart = this.#token.start;
      const right = this.#conditionOf(this.#and(false), rightStart);
      left = { kind: "or", left: this.#conditionOf(left, start), right };
    }
    return left;
  }

  #and(bare: boolean): Node {
    const start = this.#token.start;
    let left = this.#not(bare);
    while (this.#acceptKeyword("AND")) {
      this.#countOperator();
      const rightStart = this.#token.start;
      const right = this.#conditionOf(this.#not(false), rightStart);
      left = { kind: "and", left: this.#conditionOf(left, start), right };
    }
    return left;
  }

  #not(bare: boolean): Node {
    if (!this.#acceptKeyword("NOT")) return this.#comparison(bare);
    this.#countOperator();
    const start = this.#token.start;
    return { kind: "not", inner: this.#conditionOf(this.#not(false), start) };
  }

  #comparison(bare: boolean): Node {
    const start = this.#token.start;
    const left = this.#token.text === "(" ? this.#inParentheses(() => this.#or(true)) : this.#operand();
    if (!isOperand(left)) return left;
    const { text, keyword } = this.#token;
    if (COMPARATORS.has(text)) {
      this.#at++;
      this.#countOperator();
      const [operand, right] = [this.#compared(left, start), this.#nextCompared()];
      return { kind: "compare", operator: text as Comparator, left: operand, right };
    }
    if (keyword === "BETWEEN") {
      this.#at++;
      this.#countOperator();
      const operand = this.#compared(left, start);
      const low = this.#nextCompared();
      if (!this.#acceptKeyword("AND")) throw this.#syntaxError();
      return { kind: "between", operand, low, high: this.#nextCompared() };
    }
    if (keyword === "IN") {
      this.#at++;
      this.#countOperator();
      const operand = this.#compared(left, start);
      this.#expect("(");
      const choices: Operand<ValuePlaceholder>[] = [];
      do choices.push(this.#nextCompared());
      while (this.#accept(","));
      if (this.#token.text === ")" && choices.length > MAX_IN_OPERANDS) {
        throw new ExpressionProblem(
          `The IN operator is provided with too many operands; number of operands: ${choices.length}`,
        );
      }
      this.#expect(")");
      return { kind: "in", operand, choices };
    }
    if (left.kind === "call" || (bare && text === ")")) return left;
    throw this.#syntaxError();
  }

  /** A function alone is a condition, unless it is one that comes to a number. */
  #conditionOf(node: Node, start: number): ConditionSyntax {
    if (node.kind === "call") {
      if (node.name === "size") this.#misused(node.name, start);
      return node;
    }
    if (isOperand(node)) throw this.#syntaxError();
    return node;
  }

  #nextCompared(): Operand<ValuePlaceholder> {
    const { start } = this.#token;
    return this.#compared(this.#operand(), start);
  }

  #compared(operand: Operand<ValuePlaceholder>, start: number): Operand<ValuePlaceholder> {
    if (operand.kind === "call" && operand.name !== "size") this.#misused(operand.name, start);
    return operand;
  }

  /** `list_append` stands alone: neither in a function nor in a sum. */
  #refuseNested(operand: Operand<ValuePlaceholder>, start: number): void {
    if (operand.kind === "call" && operand.name === "list_append") this.#misused(operand.name, start);
  }

  #operand(): Operand<ValuePlaceholder> {
    const { kind, text, keyword } = this.#token;
    if (kind === "value") return this.#placeholder();
    if (text === "(") return this.#inParentheses(() => this.#operand());
    const calls = this.#tokens[this.#at + 1]?.text === "(";
    if (kind === "word" && keyword === undefined && calls) return this.#call();
    return this.#path();
  }

  #call(): Call<ValuePlaceholder> {
    const { text: name, start } = this.#take();
    this.#countOperator();
    if (!CONDITION_FUNCTIONS.has(name) && !UPDATE_FUNCTIONS.has(name)) {
      this.#report(start, `Invalid function name; function: ${name}`);
    } else if (!(this.#language === "update" ? UPDATE_FUNCTIONS : CONDITION_FUNCTIONS).has(name)) {
      const article = this.#language === "update" ? "an" : "a";
      this.#report(
        start,
        `The function is not allowed in ${article} ${this.#language} expression; function: ${name}`,
      );
    }
    this.#expect("(");
    const operands: Operand<ValuePlaceholder>[] = [];
    do {
      const inner = this.#token.start;
      const operand = this.#operand();
      if (this.#language === "update") this.#refuseNested(operand, inner);
      // Of what is no document path, `attribute_exists` complains itself.
      else this.#compared(operand, inner);
      operands.push(operand);
    } while (this.#accept(","));
    this.#expect(")");
    return { kind: "call", name, operands };
  }

  #inParentheses<Inner>(read: () => Inner): Inner {
    const open = this.#at;
    this.#expect("(");
    if (++this.#open > MAX_PARENTHESES) {
      throw new ExpressionProblem("The expression has redundant parentheses;");
    }
    const inner = read();
    if (this.#closed?.open === open + 1 && this.#closed.close === this.#at - 1) {
      this.#redundantParentheses = true;
    }
    this.#closed = { open, close: this.#at };
    this.#expect(")");
    this.#open--;
    return inner;
  }

  #placeholder(): ValuePlaceholder {
    if (this.#token.kind !== "value") throw this.#syntaxError();
    return { kind: "placeholder", name: this.#take().text };
  }

  #path(): PathNode {
    const path: (string | number)[] = [this.#name()];
    for (;;) {
      if (this.#accept(".")) path.push(this.#name());
      else if (this.#accept("[")) {
        if (this.#token.kind !== "index") throw this.#syntaxError();
        const { text, start } = this.#take();
        this.#expect("]");
        path.push(Number(text));
        if (Number(text) > MAX_LIST_INDEX) {
          this.#report(start, `List index is not within the allowable range; index: [${text}]`);
        }
      } else break;
    }
    if (path.length > MAX_PATH_LEVELS) {
      throw new ExpressionProblem(
        `The document path has too many nesting levels; nesting levels: ${path.length}`,
      );
    }
    return { kind: "path", path };
  }

  #name(): string {
    const { kind, text, start, keyword } = this.#token;
    if (keyword !== undefined || (kind !== "word" && kind !== "name")) throw this.#syntaxError();
    this.#at++;
    if (kind === "word" && isReserved(text)) {
      this.#report(start, `Attribute name is a reserved keyword; reserved keyword: ${text}`);
    }
    return text;
  }

  get #token(): Token {
    const token = this.#tokens[this.#at];
    if (token === undefined) throw new Error("read beyond the end of an expression");
    return token;
  }

  #take(): Token {
    const token = this.#token;
    this.#at++;
    return token;
  }

  #accept(symbol: string): boolean {
    if (this.#token.kind !== "symbol" || this.#token.text !== symbol) return false;
    this.#at++;
    return true;
  }

  #acceptKeyword(keyword: Keyword): boolean {
    if (this.#token.keyword !== keyword) return false;
    this.#at++;
    return true;
  }

  #expect(symbol: string): void {
    if (!this.#accept(symbol)) throw this.#syntaxError();
  }

  #countOperator(): void {
    // AWS counts no further.
    if (++this.#operators <= MAX_OPERATORS) return;
    throw new ExpressionProblem(
      `The expression contains too many operators; operator count: ${this.#operators}`,
    );
  }

  #misused(name: string, start: number): void {
    this.#report(
      start,
      `The function is not allowed to be used this way in an expression; function: ${name}`,
    );
  }

  #report(start: number, reason: string): void {
    if (this.#leftmost === undefined || start < this.#leftmost.start) this.#leftmost = { start, reason };
  }

  /** Shows the token with its neighbours, as they are written. */
  #syntaxError(): ExpressionProblem {
    const token = this.#token;
    const from = this.#tokens[this.#at - 1]?.start ?? (token.kind === "end" ? 0 : token.start);
    const to = this.#tokens[this.#at + 1]?.end ?? token.end;
    const near = this.#text.slice(from, to);
    return new ExpressionProblem(`Syntax error; token: "${token.text}", near: "${near}"`);
  }
}

function isOperand(node: Node): node is Operand<ValuePlaceholder> {
  return node.kind === "path" || node.kind === "placeholder" || node.kind === "call";
}
