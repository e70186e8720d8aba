import type { Item } from "../attributeValue";
import {
  checkBounds,
  checkCall,
  checkClash,
  checkDistinct,
  checkSetOperand,
  checkTypes,
  NUMBERS,
} from "./checkOperands";
import { ORDERED } from "./compare";
import { ExpressionProblem } from "./problem";
import type {
  Action,
  BoundOperand,
  Call,
  Condition,
  ConditionSyntax,
  Operand,
  Path,
  ProjectionSyntax,
  Sum,
  UpdateSyntax,
  ValueNode,
  ValuePlaceholder,
} from "./tree";

/** Puts a request's names and values in the places of placeholders, and checks what can be checked without an item. */
export class Bindings {
  readonly #unusedNames: Set<string>;
  readonly #unusedValues: Set<string>;

  constructor(
    readonly names: Readonly<Record<string, string>> = {},
    readonly values: Item = {},
  ) {
    this.#unusedNames = new Set(Object.keys(names));
    this.#unusedValues = new Set(Object.keys(values));
  }

  get unusedNames(): readonly string[] {
    return [...this.#unusedNames];
  }

  get unusedValues(): readonly string[] {
    return [...this.#unusedValues];
  }

  /** Throws `ExpressionProblem`, as do the other two. */
  condition(syntax: ConditionSyntax): Condition {
    switch (syntax.kind) {
      case "and":
      case "or":
        return { kind: syntax.kind, left: this.condition(syntax.left), right: this.condition(syntax.right) };
      case "not":
        return { kind: "not", inner: this.condition(syntax.inner) };
      case "compare": {
        const { kind, operator } = syntax;
        const left = this.#operand(syntax.left);
        const right = this.#operand(syntax.right);
        checkDistinct(operator, [left, right]);
        if (operator !== "=" && operator !== "<>") checkTypes(operator, [left, right], ORDERED);
        return { kind, operator, left, right };
      }
      case "between": {
        const operand = this.#operand(syntax.operand);
        const low = this.#operand(syntax.low);
        const high = this.#operand(syntax.high);
        checkTypes("BETWEEN", [operand, low, high], ORDERED);
        checkDistinct("BETWEEN", [operand, low, high]);
        if (low.kind === "value" && high.kind === "value") checkBounds(low.value, high.value);
        return { kind: "between", operand, low, high };
      }
      case "in": {
        const operand = this.#operand(syntax.operand);
        const choices = syntax.choices.map((choice) => this.#operand(choice));
        checkDistinct("IN", [operand, ...choices]);
        return { kind: "in", operand, choices };
      }
      case "call":
        return this.#call(syntax);
    }
  }

  update(syntax: UpdateSyntax): readonly Action[] {
    const paths = syntax.map(({ path }) => this.path(path));
    checkClash(paths);
    return syntax.map((action, index): Action => {
      const path = paths[index] ?? [];
      switch (action.kind) {
        case "SET":
          return { kind: "SET", path, value: this.#sum(action.value) };
        case "REMOVE":
          return { kind: "REMOVE", path };
        default: {
          const value = this.#value(action.value);
          checkSetOperand(action.kind, value.value);
          return { kind: action.kind, path, value };
        }
      }
    });
  }

  projection(syntax: ProjectionSyntax): readonly Path[] {
    const paths = syntax.map((path) => this.path(path));
    checkClash(paths);
    return paths;
  }

  path(path: Path): Path {
    return path.some((part) => typeof part === "string" && part.startsWith("#"))
      ? path.map((part) => (typeof part === "string" && part.startsWith("#") ? this.#name(part) : part))
      : path;
  }

  #name(placeholder: string): string {
    if (!Object.hasOwn(this.names, placeholder)) {
      throw new ExpressionProblem(
        `An expression attribute name used in the document path is not defined; attribute name: ${placeholder}`,
      );
    }
    this.#unusedNames.delete(placeholder);
    return this.names[placeholder] ?? "";
  }

  #value({ name }: ValuePlaceholder): ValueNode {
    const value = Object.hasOwn(this.values, name) ? this.values[name] : undefined;
    if (value === undefined) {
      throw new ExpressionProblem(
        `An expression attribute value used in expression is not defined; attribute value: ${name}`,
      );
    }
    this.#unusedValues.delete(name);
    return { kind: "value", value };
  }

  #operand(operand: Operand<ValuePlaceholder>): BoundOperand {
    switch (operand.kind) {
      case "path":
        return { kind: "path", path: this.path(operand.path) };
      case "placeholder":
        return this.#value(operand);
      case "call":
        return this.#call(operand);
    }
  }

  #sum(value: Operand<ValuePlaceholder> | Sum<ValuePlaceholder>): BoundOperand | Sum<ValueNode> {
    if (value.kind !== "sum") return this.#operand(value);
    const { kind, operator } = value;
    const left = this.#operand(value.left);
    const right = this.#operand(value.right);
    checkTypes(operator, [left, right], NUMBERS);
    return { kind, operator, left, right };
  }

  #call({ kind, name, operands }: Call<ValuePlaceholder>): Call<ValueNode> {
    const bound = operands.map((operand) => this.#operand(operand));
    checkCall(name, bound);
    return { kind, name, operands: bound };
  }
}
