import type { BoundOperand, Condition } from "../expressions/tree";
import type { KeyAttribute } from "../keyShape";
import type { ComparisonOperator, KeyCondition } from "../requests";

const OPERATORS: ReadonlyMap<string, ComparisonOperator> = new Map([
  ["=", "EQ"],
  ["<", "LT"],
  ["<=", "LE"],
  [">", "GT"],
  [">=", "GE"],
] as const);

/** What a condition asks of a key attribute, where a query can ask that: `sk > 5`, `begins_with(sk, 'a')`. */
export function rangeConditionOf(
  condition: Condition,
  { name, type }: KeyAttribute,
): KeyCondition | undefined {
  const asked = askedOf(condition);
  if (asked === undefined) return undefined;
  const [path, ...values] = asked.operands;
  if (path?.kind !== "path" || path.path.length !== 1 || path.path[0] !== name) return undefined;
  const given = values.flatMap((operand) =>
    operand.kind === "value" && type in operand.value ? [operand.value] : [],
  );
  if (given.length !== values.length) return undefined;
  return { operator: asked.operator, values: given };
}

function askedOf(
  condition: Condition,
): { readonly operator: ComparisonOperator; readonly operands: readonly BoundOperand[] } | undefined {
  switch (condition.kind) {
    case "compare": {
      const operator = OPERATORS.get(condition.operator);
      return operator && { operator, operands: [condition.left, condition.right] };
    }
    case "between":
      return { operator: "BETWEEN", operands: [condition.operand, condition.low, condition.high] };
    case "call":
      return condition.name === "begins_with"
        ? { operator: "BEGINS_WITH", operands: condition.operands }
        : undefined;
    default:
      return undefined;
  }
}
