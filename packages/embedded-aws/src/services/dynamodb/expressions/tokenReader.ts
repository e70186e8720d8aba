import { type Keyword, type Token, tokensOf } from "./lexer";
import { ExpressionProblem } from "./problem";

/** "Quotas in Amazon DynamoDB", expression parameters. */
const MAX_BYTES = 4096;
const MAX_OPERATORS = 300;
/** Every pair of parentheses but the innermost needs an operator or a function inside it; one without is redundant. */
const MAX_PARENTHESES = MAX_OPERATORS + 1;

/**
 * An expression's tokens, one at a time and never back, with what is wrong beside the syntax. That is only reported
 * once all of the text has been read: first redundant parentheses, then what stands leftmost. The bounds are reported
 * at once, so that they bound the depth of whoever reads as well.
 */
export class TokenReader {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #at = 0;
  #operators = 0;
  #open = 0;
  /** The pair of parentheses that was closed last. */
  #closed: { readonly open: number; readonly close: number } | undefined;
  #redundantParentheses = false;
  #leftmost: { readonly start: number; readonly reason: string } | undefined;

  constructor(text: string) {
    const bytes = Buffer.byteLength(text);
    if (bytes > MAX_BYTES) {
      throw new ExpressionProblem(
        `Expression size has exceeded the maximum allowed size; expression size: ${bytes}`,
      );
    }
    if (text === "") throw new ExpressionProblem("The expression can not be empty;");
    this.#text = text;
    this.#tokens = tokensOf(text);
  }

  /** Throws what there is to complain about, once the text is read; a syntax error, if it is not. */
  end(): void {
    if (this.token.kind !== "end") throw this.syntaxError();
    if (this.#redundantParentheses) throw new ExpressionProblem("The expression has redundant parentheses;");
    if (this.#leftmost !== undefined) throw new ExpressionProblem(this.#leftmost.reason);
  }

  get token(): Token {
    const token = this.#tokens[this.#at];
    if (token === undefined) throw new Error("read beyond the end of an expression");
    return token;
  }

  /** The one after the present one. */
  get next(): Token | undefined {
    return this.#tokens[this.#at + 1];
  }

  take(): Token {
    const token = this.token;
    this.#at++;
    return token;
  }

  accept(symbol: string): boolean {
    if (this.token.kind !== "symbol" || this.token.text !== symbol) return false;
    this.#at++;
    return true;
  }

  acceptKeyword(keyword: Keyword): boolean {
    if (this.token.keyword !== keyword) return false;
    this.#at++;
    return true;
  }

  expect(symbol: string): void {
    if (!this.accept(symbol)) throw this.syntaxError();
  }

  inParentheses<Inner>(read: () => Inner): Inner {
    const open = this.#at;
    this.expect("(");
    if (++this.#open > MAX_PARENTHESES) {
      throw new ExpressionProblem("The expression has redundant parentheses;");
    }
    const inner = read();
    if (this.#closed?.open === open + 1 && this.#closed.close === this.#at - 1) {
      this.#redundantParentheses = true;
    }
    this.#closed = { open, close: this.#at };
    this.expect(")");
    this.#open--;
    return inner;
  }

  countOperator(): void {
    // AWS counts no further.
    if (++this.#operators <= MAX_OPERATORS) return;
    throw new ExpressionProblem(
      `The expression contains too many operators; operator count: ${this.#operators}`,
    );
  }

  misused(name: string, start: number): void {
    this.report(start, `The function is not allowed to be used this way in an expression; function: ${name}`);
  }

  report(start: number, reason: string): void {
    if (this.#leftmost === undefined || start < this.#leftmost.start) this.#leftmost = { start, reason };
  }

  /** Shows the token with its neighbours, as they are written. */
  syntaxError(): ExpressionProblem {
    const token = this.token;
    const from = this.#tokens[this.#at - 1]?.start ?? (token.kind === "end" ? 0 : token.start);
    const to = this.#tokens[this.#at + 1]?.end ?? token.end;
    const near = this.#text.slice(from, to);
    return new ExpressionProblem(`Syntax error; token: "${token.text}", near: "${near}"`);
  }
}
