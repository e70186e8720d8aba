import { AwsError } from "../../../core/errors";
import type { ComparisonOperator, KeyCondition, KeyConditions } from "../requests";
import type { BoundOperand, Comparator, Condition } from "./tree";

/**
 * What a key condition asks of each attribute: conditions of one attribute and values each, and AND between them.
 * Throws DynamoDB's `ValidationException`, in words that do not begin as those of other expressions do.
 */
export function queriedKeys(condition: Condition): KeyConditions {
  const conditions = new Map<string, KeyCondition>();
  collect(condition, conditions);
  return conditions;
}

const OPERATORS: Readonly<Record<Exclude<Comparator, "<>">, ComparisonOperator>> = {
  "=": "EQ",
  "<": "LT",
  "<=": "LE",
  ">": "GT",
  ">=": "GE",
};

/** With the operands the other way around. */
const MIRRORED: Readonly<Record<Exclude<Comparator, "<>">, ComparisonOperator>> = {
  "=": "EQ",
  "<": "GT",
  "<=": "GE",
  ">": "LT",
  ">=": "LE",
};

function collect(condition: Condition, conditions: Map<string, KeyCondition>): void {
  switch (condition.kind) {
    case "and":
      collect(condition.left, conditions);
      collect(condition.right, conditions);
      return;
    case "or":
    case "not":
    case "in":
      throw invalid(`Invalid operator used in KeyConditionExpression: ${condition.kind.toUpperCase()}`);
    case "compare": {
      const { operator, left, right } = condition;
      if (operator === "<>") throw invalid("Invalid operator used in KeyConditionExpression: <>");
      const table = left.kind === "path" ? OPERATORS : MIRRORED;
      add(conditions, table[operator], [left, right]);
      return;
    }
    case "between": {
      const { operand, low, high } = condition;
      checkFirst("BETWEEN", operand);
      add(conditions, "BETWEEN", [operand, low, high]);
      return;
    }
    case "call": {
      const { name, operands } = condition;
      if (name !== "begins_with") throw invalid(`Invalid operator used in KeyConditionExpression: ${name}`);
      const [first] = operands;
      if (first !== undefined) checkFirst(name, first);
      add(conditions, "BEGINS_WITH", operands);
    }
  }
}

function checkFirst(operator: string, operand: BoundOperand): void {
  if (operand.kind === "path") return;
  if (operand.kind === "call") throw nested();
  throw invalid(
    `Invalid condition in KeyConditionExpression: ${operator} operator must have the key attribute as its first operand`,
  );
}

function add(
  conditions: Map<string, KeyCondition>,
  operator: ComparisonOperator,
  operands: readonly BoundOperand[],
): void {
  let name: string | undefined;
  const values = operands.flatMap((operand) => {
    if (operand.kind === "call") throw nested();
    if (operand.kind === "value") return [operand.value];
    if (name !== undefined) {
      throw invalid(
        "Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition",
      );
    }
    if (operand.path.length > 1) {
      throw invalid("KeyConditionExpressions cannot have conditions on nested attributes");
    }
    name = String(operand.path[0]);
    return [];
  });
  if (name === undefined) {
    throw invalid("Invalid condition in KeyConditionExpression: No key attribute specified");
  }
  if (conditions.has(name)) throw invalid("KeyConditionExpressions must only contain one condition per key");
  conditions.set(name, { operator, values });
}

function nested(): AwsError {
  return invalid("KeyConditionExpressions cannot contain nested operations");
}

function invalid(message: string): AwsError {
  return new AwsError("ValidationException", message);
}
