import { ExpressionProblem } from "../expressions/problem";
import type { Call, Operand, Path, PathNode, ValuePlaceholder } from "../expressions/tree";
import type { Gathered } from "./gathered";
import { isKeyword } from "./keywords";
import { atLiteral, readLiteral } from "./literals";
import type { StatementReader } from "./statementReader";

/** "Quotas in Amazon DynamoDB", expression parameters. */
const MAX_PATH_LEVELS = 32;
const MAX_LIST_INDEX = 2 ** 31 - 1;

/** Functions of conditions and updates; their names are written in any case of letters. */
export const CONDITION_FUNCTIONS: ReadonlySet<string> = new Set([
  "attribute_exists",
  "attribute_not_exists",
  "attribute_type",
  "begins_with",
  "contains",
  "size",
]);
export const UPDATE_FUNCTIONS: ReadonlySet<string> = new Set(["if_not_exists", "list_append"]);

/** What conditions and assignments are made of. All throws `ExpressionProblem`. */
export class Operands {
  constructor(
    readonly reader: StatementReader,
    readonly gathered: Gathered,
  ) {}

  /** @param functions those that may be called here */
  operand(functions: ReadonlySet<string>): Operand<ValuePlaceholder> {
    const { reader } = this;
    if (this.atValue()) return this.value();
    if (reader.at("(")) return reader.inParentheses(() => this.operand(functions));
    if (reader.token.kind === "word" && reader.next?.text === "(" && reader.next.kind === "symbol")
      return this.#call(functions);
    return this.path();
  }

  atValue(): boolean {
    return this.reader.token.kind === "parameter" || atLiteral(this.reader);
  }

  /** A parameter, or a value as it is written. */
  value(): ValuePlaceholder {
    if (this.reader.token.kind !== "parameter") return this.gathered.literal(readLiteral(this.reader));
    this.reader.take();
    return this.gathered.parameter();
  }

  path(): PathNode {
    const { reader } = this;
    const path: (string | number)[] = [this.#name("Unexpected token")];
    for (;;) {
      if (reader.accept(".")) path.push(this.#name("Invalid path dot component"));
      else if (reader.accept("[")) {
        path.push(this.#step());
        reader.expect("]");
      } else break;
    }
    if (path.length > MAX_PATH_LEVELS) {
      throw new ExpressionProblem(
        `The document path has too many nesting levels; nesting levels: ${path.length}`,
      );
    }
    return { kind: "path", path };
  }

  #call(functions: ReadonlySet<string>): Call<ValuePlaceholder> {
    const { reader } = this;
    const token = reader.take();
    const name = token.text.toLowerCase();
    if (!functions.has(name)) {
      if (!CONDITION_FUNCTIONS.has(name) && !UPDATE_FUNCTIONS.has(name))
        throw reader.problemAt(token, `Unrecognized function: ${name}`);
      const language = functions === UPDATE_FUNCTIONS ? "an update" : "a condition";
      throw new ExpressionProblem(`The function is not allowed in ${language} expression; function: ${name}`);
    }
    reader.countOperator();
    const operands = reader.inParentheses(() => {
      const read: Operand<ValuePlaceholder>[] = [];
      if (reader.at(")")) return read;
      do read.push(this.operand(functions));
      while (reader.accept(","));
      return read;
    });
    return { kind: "call", name, operands };
  }

  #name(otherwise: string): string {
    const { kind, text } = this.reader.token;
    if (kind !== "name" && (kind !== "word" || isKeyword(text))) throw this.reader.malformed(otherwise);
    this.reader.take();
    if (text === "") throw new ExpressionProblem("Path component cannot be an empty string");
    return this.gathered.name(text);
  }

  /** In brackets: a position in a list, or the name of a member in single quotes. */
  #step(): string | number {
    const { kind, text } = this.reader.take();
    if (kind === "string" && text !== "") return this.gathered.name(text);
    if (kind !== "number" || !/^[0-9]+$/.test(text))
      throw this.reader.malformed("Expected a position or a name in brackets");
    if (Number(text) > MAX_LIST_INDEX) {
      throw new ExpressionProblem(`List index is not within the allowable range; index: [${text}]`);
    }
    return Number(text);
  }
}

/** Whether two paths are the same. */
export function samePath(a: Path, b: Path): boolean {
  return a.length === b.length && a.every((part, level) => part === b[level]);
}
