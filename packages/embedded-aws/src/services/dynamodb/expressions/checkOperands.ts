import { type AttributeType, type AttributeValue, typeOf } from "../attributeValue";
import { compareValues, isOrdered } from "./compare";
import { clashOf } from "./paths";
import { ExpressionProblem } from "./problem";
import { type BoundOperand, type Path, pathText } from "./tree";

export const NUMBERS: ReadonlySet<AttributeType> = new Set(["N"]);
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

/** All checks throw `ExpressionProblem`. */
export function checkCall(name: string, operands: readonly BoundOperand[]): void {
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

export function checkTypes(
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
export function checkSetOperand(operator: "ADD" | "DELETE", value: AttributeValue): void {
  const type = typeOf(value);
  if (type === "SS" || type === "NS" || type === "BS" || (operator === "ADD" && type === "N")) return;
  throw new ExpressionProblem(
    `Incorrect operand type for operator or function; operator: ${operator}, operand type: ${LONG_TYPE_NAMES[type]}, typeSet: ALLOWED_FOR_${operator}_OPERAND`,
  );
}

export function checkDistinct(operator: string, [first, ...rest]: readonly BoundOperand[]): void {
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

export function checkBounds(low: AttributeValue, high: AttributeValue): void {
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

export function checkClash(paths: readonly Path[]): void {
  const clash = clashOf(paths);
  if (clash === undefined) return;
  throw new ExpressionProblem(
    `Two document paths ${clash.kind} with each other; must remove or rewrite one of these paths; path one: ${pathText(clash.one)}, path two: ${pathText(clash.two)}`,
  );
}
