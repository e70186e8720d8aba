import type { Keyword } from "./lexer";
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
import { TokenReader } from "./tokenReader";

/** "Quotas in Amazon DynamoDB", expression parameters. */
const MAX_PATH_LEVELS = 32;
const MAX_IN_OPERANDS = 100;
const MAX_LIST_INDEX = 2 ** 31 - 1;

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

/** One grammar, by recursive descent. */
class Parser {
  readonly #reader: TokenReader;
  readonly #language: "condition" | "update" | "projection";
  #repeatedSection: Keyword | undefined;

  constructor(text: string, language: "condition" | "update" | "projection") {
    this.#reader = new TokenReader(text);
    this.#language = language;
  }

  whole<Tree>(read: (parser: Parser) => Tree): Tree {
    const tree = read(this);
    this.#reader.end();
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
      const { keyword } = this.#reader.token;
      if (keyword !== "SET" && keyword !== "REMOVE" && keyword !== "ADD" && keyword !== "DELETE") {
        throw this.#reader.syntaxError();
      }
      this.#reader.take();
      if (seen.has(keyword)) this.#repeatedSection ??= keyword;
      seen.add(keyword);
      do actions.push(this.#action(keyword));
      while (this.#reader.accept(","));
    } while (this.#reader.token.kind !== "end");
    return actions;
  }

  projection(): ProjectionSyntax {
    const paths: Path[] = [];
    do paths.push(this.#path().path);
    while (this.#reader.accept(","));
    return paths;
  }

  #action(kind: "SET" | "REMOVE" | "ADD" | "DELETE"): ActionOf<ValuePlaceholder> {
    const { path } = this.#path();
    switch (kind) {
      case "SET":
        this.#reader.expect("=");
        return { kind, path, value: this.#sum() };
      case "REMOVE":
        return { kind, path };
      default:
        return { kind, path, value: this.#placeholder() };
    }
  }

  #sum(): Operand<ValuePlaceholder> | Sum<ValuePlaceholder> {
    const start = this.#reader.token.start;
    const left =
      this.#reader.token.text === "(" ? this.#reader.inParentheses(() => this.#sum()) : this.#operand();
    if (left.kind === "sum") return left;
    const { text } = this.#reader.token;
    if (text !== "+" && text !== "-") return left;
    this.#reader.take();
    this.#reader.countOperator();
    this.#refuseNested(left, start);
    const rightStart = this.#reader.token.start;
    const right = this.#operand();
    this.#refuseNested(right, rightStart);
    return { kind: "sum", operator: text, left, right };
  }

  /** @param bare whether an operand alone will do: directly inside of parentheses. */
  #or(bare: boolean): Node {
    const start = this.#reader.token.start;
    let left = this.#and(bare);
    while (this.#reader.acceptKeyword("OR")) {
      this.#reader.countOperator();
      const rightStart = this.#reader.token.start;
      const right = this.#conditionOf(this.#and(false), rightStart);
      left = { kind: "or", left: this.#conditionOf(left, start), right };
    }
    return left;
  }

  #and(bare: boolean): Node {
    const start = this.#reader.token.start;
    let left = this.#not(bare);
    while (this.#reader.acceptKeyword("AND")) {
      this.#reader.countOperator();
      const rightStart = this.#reader.token.start;
      const right = this.#conditionOf(this.#not(false), rightStart);
      left = { kind: "and", left: this.#conditionOf(left, start), right };
    }
    return left;
  }

  #not(bare: boolean): Node {
    if (!this.#reader.acceptKeyword("NOT")) return this.#comparison(bare);
    this.#reader.countOperator();
    const start = this.#reader.token.start;
    return { kind: "not", inner: this.#conditionOf(this.#not(false), start) };
  }

  #comparison(bare: boolean): Node {
    const start = this.#reader.token.start;
    const left =
      this.#reader.token.text === "(" ? this.#reader.inParentheses(() => this.#or(true)) : this.#operand();
    if (!isOperand(left)) return left;
    const { text, keyword } = this.#reader.token;
    if (COMPARATORS.has(text)) {
      this.#reader.take();
      this.#reader.countOperator();
      const [operand, right] = [this.#compared(left, start), this.#nextCompared()];
      return { kind: "compare", operator: text as Comparator, left: operand, right };
    }
    if (keyword === "BETWEEN") {
      this.#reader.take();
      this.#reader.countOperator();
      const operand = this.#compared(left, start);
      const low = this.#nextCompared();
      if (!this.#reader.acceptKeyword("AND")) throw this.#reader.syntaxError();
      return { kind: "between", operand, low, high: this.#nextCompared() };
    }
    if (keyword === "IN") {
      this.#reader.take();
      this.#reader.countOperator();
      const operand = this.#compared(left, start);
      this.#reader.expect("(");
      const choices: Operand<ValuePlaceholder>[] = [];
      do choices.push(this.#nextCompared());
      while (this.#reader.accept(","));
      if (this.#reader.token.text === ")" && choices.length > MAX_IN_OPERANDS) {
        throw new ExpressionProblem(
          `The IN operator is provided with too many operands; number of operands: ${choices.length}`,
        );
      }
      this.#reader.expect(")");
      return { kind: "in", operand, choices };
    }
    if (left.kind === "call" || (bare && text === ")")) return left;
    throw this.#reader.syntaxError();
  }

  /** A function alone is a condition, unless it is one that comes to a number. */
  #conditionOf(node: Node, start: number): ConditionSyntax {
    if (node.kind === "call") {
      if (node.name === "size") this.#reader.misused(node.name, start);
      return node;
    }
    if (isOperand(node)) throw this.#reader.syntaxError();
    return node;
  }

  #nextCompared(): Operand<ValuePlaceholder> {
    const { start } = this.#reader.token;
    return this.#compared(this.#operand(), start);
  }

  #compared(operand: Operand<ValuePlaceholder>, start: number): Operand<ValuePlaceholder> {
    if (operand.kind === "call" && operand.name !== "size") this.#reader.misused(operand.name, start);
    return operand;
  }

  /** `list_append` stands alone: neither in a function nor in a sum. */
  #refuseNested(operand: Operand<ValuePlaceholder>, start: number): void {
    if (operand.kind === "call" && operand.name === "list_append") this.#reader.misused(operand.name, start);
  }

  #operand(): Operand<ValuePlaceholder> {
    const { kind, text, keyword } = this.#reader.token;
    if (kind === "value") return this.#placeholder();
    if (text === "(") return this.#reader.inParentheses(() => this.#operand());
    const calls = this.#reader.next?.text === "(";
    if (kind === "word" && keyword === undefined && calls) return this.#call();
    return this.#path();
  }

  #call(): Call<ValuePlaceholder> {
    const { text: name, start } = this.#reader.take();
    this.#reader.countOperator();
    if (!CONDITION_FUNCTIONS.has(name) && !UPDATE_FUNCTIONS.has(name)) {
      this.#reader.report(start, `Invalid function name; function: ${name}`);
    } else if (!(this.#language === "update" ? UPDATE_FUNCTIONS : CONDITION_FUNCTIONS).has(name)) {
      const article = this.#language === "update" ? "an" : "a";
      this.#reader.report(
        start,
        `The function is not allowed in ${article} ${this.#language} expression; function: ${name}`,
      );
    }
    this.#reader.expect("(");
    const operands: Operand<ValuePlaceholder>[] = [];
    do {
      const inner = this.#reader.token.start;
      const operand = this.#operand();
      if (this.#language === "update") this.#refuseNested(operand, inner);
      // Of what is no document path, `attribute_exists` complains itself.
      else this.#compared(operand, inner);
      operands.push(operand);
    } while (this.#reader.accept(","));
    this.#reader.expect(")");
    return { kind: "call", name, operands };
  }

  #placeholder(): ValuePlaceholder {
    if (this.#reader.token.kind !== "value") throw this.#reader.syntaxError();
    return { kind: "placeholder", name: this.#reader.take().text };
  }

  #path(): PathNode {
    const path: (string | number)[] = [this.#name()];
    for (;;) {
      if (this.#reader.accept(".")) path.push(this.#name());
      else if (this.#reader.accept("[")) {
        if (this.#reader.token.kind !== "index") throw this.#reader.syntaxError();
        const { text, start } = this.#reader.take();
        this.#reader.expect("]");
        path.push(Number(text));
        if (Number(text) > MAX_LIST_INDEX) {
          this.#reader.report(start, `List index is not within the allowable range; index: [${text}]`);
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
    const { kind, text, start, keyword } = this.#reader.token;
    if (keyword !== undefined || (kind !== "word" && kind !== "name")) throw this.#reader.syntaxError();
    this.#reader.take();
    if (kind === "word" && isReserved(text)) {
      this.#reader.report(start, `Attribute name is a reserved keyword; reserved keyword: ${text}`);
    }
    return text;
  }
}

function isOperand(node: Node): node is Operand<ValuePlaceholder> {
  return node.kind === "path" || node.kind === "placeholder" || node.kind === "call";
}
