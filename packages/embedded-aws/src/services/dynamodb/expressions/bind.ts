import { type AttributeType, type AttributeValue, type Item, typeOf } from "../attributeValue";
import { compareValues, isOrdered, ORDERED } from "./compare";
import { clashOf } from "./paths";
import { ExpressionProblem } from "./problem";
import {
  type Action,
  type BoundOperand,
  type Call,
  type Condition,
  type ConditionSyntax,
  type Operand,
  type Path,
  pathText,
  type ProjectionSyntax,
  type Sum,
  type UpdateSyntax,
  type ValueNode,
  type ValuePlaceholder,
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

const NUMBERS: ReadonlySet<AttributeType> = new Set(["N"]);
const LISTS: ReadonlySet<AttributeType> = new Set(["L"]);
const TEXTS: ReadonlySet<AttributeType> = new Set(["S", "B"]);
const MEASURED: ReadonlySet<AttributeType> = new Set(["S", "B", "SS", "NS", "BS", "L", "M"]);
/** In the order in which AWS lists them. */
const TYPE_NAMES = ["B", "NULL", "SS", "BOOL", "L", "BS", "N", "NS", "S", "M"];

const OPERANDS: Readonly<Record<string, number>> = {
  attribute_exists: 1,
  attribute_not_exists: 1,
  attribute_type: 2,
  begins_with: 2,
  contains: 2,
  size: 1,
  if_not_exists: 2,
  list_append: 2,
};

function checkCall(name: string, operands: readonly BoundOperand[]): void {
  if (operands.length !== OPERANDS[name]) {
    throw new ExpressionProblem(
      `Incorrect number of operands for operator or function; operator or function: ${name}, number of operands: ${operands.length}`,
    );
  }
  const [first, second] = operands;
  switch (name) {
    case "attribute_exists":
    case "attribute_not_exists":
    case "if_not_exists":
      checkDistinct(name, operands);
      if (first?.kind === "path") break;
      throw new ExpressionProblem(
        `Operator or function requires a document path; operator or function: ${name}`,
      );
    case "size":
      checkTypes(name, operands, MEASURED);
      break;
    case "list_append":
      checkTypes(name, operands, LISTS);
      break;
    case "contains":
      checkDistinct(name, operands);
      break;
    case "begins_with":
      checkDistinct(name, operands);
      checkTypes(name, operands, TEXTS);
      break;
    case "attribute_type":
      checkDistinct(name, operands);
      if (second !== undefined) checkTypeName(name, second);
  }
}

function checkTypeName(name: string, operand: BoundOperand): void {
  const type = staticType(operand);
  if (operand.kind !== "value" || !("S" in operand.value)) {
    throw wrongType(name, type ?? "{NS,SS,L,BS,N,M,B,BOOL,NULL,S}");
  }
  if (TYPE_NAMES.includes(operand.value.S)) return;
  throw new ExpressionProblem(
    `Invalid attribute type name found; type: ${operand.value.S}, valid types: {${TYPE_NAMES.join(",")}}`,
  );
}

/** The type that an operand has whatever the item; undefined where that depends on the item. */
function staticType(operand: BoundOperand): AttributeType | undefined {
  if (operand.kind === "value") return typeOf(operand.value);
  return operand.kind === "call" && operand.name === "size" ? "N" : undefined;
}

function checkTypes(
  name: string,
  operands: readonly BoundOperand[],
  allowed: ReadonlySet<AttributeType>,
): void {
  for (const operand of operands) {
    const type = staticType(operand);
    if (type !== undefined && !allowed.has(type)) throw wrongType(name, type);
  }
}

function wrongType(name: string, type: string): ExpressionProblem {
  return new ExpressionProblem(
    `Incorrect operand type for operator or function; operator or function: ${name}, operand type: ${type}`,
  );
}

const LONG_TYPE_NAMES: Readonly<Record<AttributeType, string>> = {
  S: "STRING",
  N: "NUMBER",
  B: "BINARY",
  BOOL: "BOOLEAN",
  NULL: "NULL",
  L: "LIST",
  M: "MAP",
  SS: "STRING_SET",
  NS: "NUMBER_SET",
  BS: "BINARY_SET",
};

/** `ADD` takes numbers and sets, `DELETE` sets. */
function checkSetOperand(operator: "ADD" | "DELETE", value: AttributeValue): void {
  const type = typeOf(value);
  if (type === "SS" || type === "NS" || type === "BS" || (operator === "ADD" && type === "N")) return;
  throw new ExpressionProblem(
    `Incorrect operand type for operator or function; operator: ${operator}, operand type: ${LONG_TYPE_NAMES[type]}, typeSet: ALLOWED_FOR_${operator}_OPERAND`,
  );
}

function checkDistinct(operator: string, [first, ...rest]: readonly BoundOperand[]): void {
  if (first?.kind !== "path") return;
  const { path } = first;
  for (const operand of rest) {
    if (operand.kind !== "path" || operand.path.length !== path.length) continue;
    if (operand.path.some((part, level) => part !== path[level])) continue;
    throw new ExpressionProblem(
      `The first operand must be distinct from the remaining operands for this operator or function; operator: ${operator}, first operand: ${pathText(path)}`,
    );
  }
}

function checkBounds(low: AttributeValue, high: AttributeValue): void {
  if (!isOrdered(low) || !isOrdered(high)) return;
  const order = compareValues(low, high);
  if (order !== undefined && order <= 0) return;
  const rule =
    order === undefined
      ? "same data type for lower and upper bounds"
      : "upper bound to be greater than or equal to lower bound";
  throw new ExpressionProblem(
    `The BETWEEN operator requires ${rule}; lower bound operand: AttributeValue: ${valueText(low)}, upper bound operand: AttributeValue: ${valueText(high)}`,
  );
}

function valueText(value: AttributeValue): string {
  const [type = "", content = ""] = Object.entries(value)[0] ?? [];
  return `{${type}:${String(content)}}`;
}

function checkClash(paths: readonly Path[]): void {
  const clash = clashOf(paths);
  if (clash === undefined) return;
  throw new ExpressionProblem(
    `Two document paths ${clash.kind} with each other; must remove or rewrite one of these paths; path one: ${pathText(clash.one)}, path two: ${pathText(clash.two)}`,
  );
}
