import { ExpressionProblem } from "../expressions/problem";
import type { Comparator, ConditionSyntax, Operand, ValuePlaceholder } from "../expressions/tree";
import { CONDITION_FUNCTIONS, type Operands } from "./operands";

const COMPARATORS: ReadonlyMap<string, Comparator> = new Map([
  ["=", "="],
  ["<>", "<>"],
  ["!=", "<>"],
  ["<", "<"],
  ["<=", "<="],
  [">", ">"],
  [">=", ">="],
]);

/** "PartiQL for DynamoDB": `IN` takes up to 100 values. */
const MAX_CHOICES = 100;

/** Types that `IS` knows, by the name of DynamoDB's own. */
const TYPES: ReadonlyMap<string, string> = new Map([
  ["NULL", "NULL"],
  ["BOOLEAN", "BOOL"],
  ["BOOL", "BOOL"],
  ["BLOB", "B"],
  ["STRING", "S"],
  ["NUMERIC", "N"],
  ["STRUCT", "M"],
  ["TUPLE", "M"],
  ["LIST", "L"],
]);

type Node = ConditionSyntax | Operand<ValuePlaceholder>;

/** What follows `WHERE`, by recursive descent. Throws `ExpressionProblem`. */
export class ConditionParser {
  constructor(private readonly operands: Operands) {}

  condition(): ConditionSyntax {
    return conditionOf(this.#or());
  }

  #or(): Node {
    let left = this.#and();
    while (this.#accept("OR"))
      left = { kind: "or", left: conditionOf(left), right: conditionOf(this.#and()) };
    return left;
  }

  #and(): Node {
    let left = this.#not();
    while (this.#accept("AND"))
      left = { kind: "and", left: conditionOf(left), right: conditionOf(this.#not()) };
    return left;
  }

  #not(): Node {
    if (!this.#accept("NOT")) return this.#comparison();
    return { kind: "not", inner: conditionOf(this.#not()) };
  }

  #accept(word: string): boolean {
    const { reader } = this.operands;
    if (!reader.acceptWord(word)) return false;
    reader.countOperator();
    return true;
  }

  #comparison(): Node {
    const { reader } = this.operands;
    const left = reader.at("(") ? reader.inParentheses(() => this.#or()) : this.#operand();
    const tested = this.#accept("IS") ? this.#type(left) : left;
    const comparator = reader.token.kind === "symbol" ? COMPARATORS.get(reader.token.text) : undefined;
    if (comparator !== undefined) return this.#compared(tested, comparator);
    if (!isValue(tested)) return tested;
    const negated =
      reader.next?.upper === "IN" || reader.next?.upper === "BETWEEN" ? this.#accept("NOT") : false;
    const asked = this.#accept("BETWEEN")
      ? this.#between(tested)
      : this.#accept("IN")
        ? this.#in(tested)
        : undefined;
    if (asked !== undefined) return negated ? { kind: "not", inner: asked } : asked;
    if (reader.acceptWord("LIKE"))
      throw new ExpressionProblem("Unsupported operator in Condition Expression. Operator: like");
    return tested;
  }

  #compared(left: Node, operator: Comparator): ConditionSyntax {
    const { reader } = this.operands;
    reader.take();
    reader.countOperator();
    if (isValue(left)) return { kind: "compare", operator, left, right: this.#value() };
    // A condition is compared with a truth value alone.
    const { upper } = reader.take();
    if ((operator !== "=" && operator !== "<>") || (upper !== "TRUE" && upper !== "FALSE"))
      throw reader.malformed("Expected = TRUE or = FALSE after a condition");
    const condition = conditionOf(left);
    return (operator === "=") === (upper === "TRUE") ? condition : { kind: "not", inner: condition };
  }

  #between(operand: Operand<ValuePlaceholder>): ConditionSyntax {
    const low = this.#value();
    this.operands.reader.expectWord("AND");
    return { kind: "between", operand, low, high: this.#value() };
  }

  #in(operand: Operand<ValuePlaceholder>): ConditionSyntax {
    const { reader } = this.operands;
    const close = reader.accept("[") ? "]" : ")";
    if (close === ")") reader.expect("(");
    const choices: Operand<ValuePlaceholder>[] = [];
    do choices.push(this.#value());
    while (reader.accept(","));
    reader.expect(close);
    if (choices.length > MAX_CHOICES) {
      throw new ExpressionProblem(
        `The IN operator is provided with too many operands; number of operands: ${choices.length}`,
      );
    }
    return { kind: "in", operand, choices };
  }

  #type(operand: Node): ConditionSyntax {
    const { reader, gathered } = this.operands;
    if (!isValue(operand)) throw reader.malformed("Expected an operand before IS");
    const negated = reader.acceptWord("NOT");
    const token = reader.take();
    const test = this.#test(operand, token.upper, gathered.literal.bind(gathered));
    if (test === undefined) {
      throw reader.problemAt(
        token,
        `Unsupported data type for IS operator: ${token.upper}. Supported data types are [MISSING, NULL, BOOLEAN, BLOB, STRING, NUMERIC, STRUCT, TUPLE, LIST]`,
      );
    }
    return negated ? { kind: "not", inner: test } : test;
  }

  #test(
    operand: Operand<ValuePlaceholder>,
    upper: string,
    literal: (value: { readonly S: string }) => ValuePlaceholder,
  ): ConditionSyntax | undefined {
    if (upper === "MISSING") return { kind: "call", name: "attribute_not_exists", operands: [operand] };
    const type = TYPES.get(upper);
    if (type === undefined) return undefined;
    return { kind: "call", name: "attribute_type", operands: [operand, literal({ S: type })] };
  }

  #operand(): Operand<ValuePlaceholder> {
    const { reader } = this.operands;
    const operand = this.operands.operand(CONDITION_FUNCTIONS);
    if (!["+", "-", "*", "||"].some((operator) => reader.at(operator))) return operand;
    throw new ExpressionProblem(
      `Unsupported operator in Condition Expression. Operator: ${reader.token.text}`,
    );
  }

  /** An operand that stands for a value. */
  #value(): Operand<ValuePlaceholder> {
    const { reader } = this.operands;
    if (reader.token.upper === "MISSING")
      throw new ExpressionProblem("MISSING must be compared using IS operator");
    const operand = this.#operand();
    if (!isValue(operand)) throw reader.malformed("A condition stands where a value should");
    return operand;
  }
}

/** Whether a node stands for a value; of the functions only `size` does. */
function isValue(node: Node): node is Operand<ValuePlaceholder> {
  if (node.kind === "call") return node.name === "size";
  return node.kind === "path" || node.kind === "placeholder";
}

function conditionOf(node: Node): ConditionSyntax {
  if (!isValue(node)) return node;
  throw new ExpressionProblem("WHERE clause must contain an expression that resolves to a boolean");
}
