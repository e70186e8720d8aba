import { ExpressionProblem } from "../expressions/problem";
import { type Token, tokensOf } from "./lexer";

/** As of expressions: "Quotas in Amazon DynamoDB", expression parameters. */
const MAX_OPERATORS = 300;
/** Parentheses within each other; AWS says of none how many are too many. */
const MAX_PARENTHESES = 300;

/**
 * A statement's tokens, one at a time and never back. The bounds are reported at once, so that they bound the depth of
 * whoever reads as well.
 */
export class StatementReader {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #at = 0;
  #operators = 0;
  #open = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokensOf(text);
    if (this.#tokens.some(({ kind }) => kind === "unknown")) throw this.malformed("");
  }

  get token(): Token {
    const token = this.#tokens[this.#at];
    if (token === undefined) throw new Error("read beyond the end of a statement");
    return token;
  }

  /** The one after the present one. */
  get next(): Token | undefined {
    return this.#tokens[this.#at + 1];
  }

  take(): Token {
    const token = this.token;
    if (token.kind !== "end") this.#at++;
    return token;
  }

  at(symbol: string): boolean {
    return this.token.kind === "symbol" && this.token.text === symbol;
  }

  accept(symbol: string): boolean {
    if (!this.at(symbol)) return false;
    this.#at++;
    return true;
  }

  /** @param word in capitals. */
  acceptWord(word: string): boolean {
    if (this.token.upper !== word) return false;
    this.#at++;
    return true;
  }

  expect(symbol: string): void {
    if (!this.accept(symbol)) throw this.malformed(`Expected '${symbol}'`);
  }

  expectWord(word: string): void {
    if (!this.acceptWord(word)) throw this.malformed(`Expected ${word}`);
  }

  inParentheses<Inner>(read: () => Inner): Inner {
    this.expect("(");
    if (++this.#open > MAX_PARENTHESES) throw this.malformed("Too many nested parentheses");
    const inner = read();
    this.expect(")");
    this.#open--;
    return inner;
  }

  countOperator(): void {
    if (++this.#operators <= MAX_OPERATORS) return;
    throw new ExpressionProblem(
      `The expression contains too many operators; operator count: ${this.#operators}`,
    );
  }

  malformed(detail: string): ExpressionProblem {
    return new ExpressionProblem(`Statement wasn't well formed, can't be processed: ${detail}`);
  }

  /** `message`, and where a token stands: line, column and length, from 1. */
  problemAt({ start, end }: Token, message: string): ExpressionProblem {
    const before = this.#text.slice(0, start).split("\n");
    const column = (before.at(-1)?.length ?? 0) + 1;
    return new ExpressionProblem(`${message} at ${before.length}:${column}:${end - start}`);
  }
}
