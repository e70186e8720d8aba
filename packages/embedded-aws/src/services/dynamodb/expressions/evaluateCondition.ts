import { type AttributeValue, type Item, sameValue, typeOf } from "../attributeValue";
import { beginsWith, compareValues, contains, sizeOf } from "./compare";
import { valueAt } from "./paths";
import type { BoundOperand, Comparator, Condition } from "./tree";

/** Whether a condition holds for an item; for one that is not there, an item without attributes. */
export function holds(condition: Condition, item: Item): boolean {
  switch (condition.kind) {
    case "and":
      return holds(condition.left, item) && holds(condition.right, item);
    case "or":
      return holds(condition.left, item) || holds(condition.right, item);
    case "not":
      return !holds(condition.inner, item);
    case "compare":
      return compares(
        condition.operator,
        operandValue(condition.left, item),
        operandValue(condition.right, item),
      );
    case "between": {
      const value = operandValue(condition.operand, item);
      return (
        compares(">=", value, operandValue(condition.low, item)) &&
        compares("<=", value, operandValue(condition.high, item))
      );
    }
    case "in": {
      const value = operandValue(condition.operand, item);
      return condition.choices.some((choice) => compares("=", value, operandValue(choice, item)));
    }
    case "call":
      return answers(
        condition.name,
        condition.operands.map((operand) => operandValue(operand, item)),
      );
  }
}

/** What is not there equals nothing, and is neither below nor above anything. */
function compares(
  operator: Comparator,
  left: AttributeValue | undefined,
  right: AttributeValue | undefined,
): boolean {
  if (operator === "<>") return !compares("=", left, right);
  if (left === undefined || right === undefined) return false;
  if (operator === "=") return sameValue(left, right);
  const order = compareValues(left, right);
  if (order === undefined) return false;
  switch (operator) {
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
    case ">":
      return order > 0;
    case ">=":
      return order >= 0;
  }
}

function answers(name: string, [value, other]: readonly (AttributeValue | undefined)[]): boolean {
  if (name === "attribute_not_exists") return value === undefined;
  if (value === undefined) return false;
  if (name === "attribute_exists") return true;
  if (other === undefined) return false;
  switch (name) {
    case "attribute_type":
      return "S" in other && other.S === typeOf(value);
    case "begins_with":
      return beginsWith(value, other);
    case "contains":
      return contains(value, other);
    default:
      throw new Error(`a condition with the function ${name}`);
  }
}

function operandValue(operand: BoundOperand, item: Item): AttributeValue | undefined {
  switch (operand.kind) {
    case "value":
      return operand.value;
    case "path":
      return valueAt(item, operand.path);
    case "call": {
      // `size` is the only function that stands for a value in a condition.
      const [measured] = operand.operands;
      const value = measured === undefined ? undefined : operandValue(measured, item);
      const size = value === undefined ? undefined : sizeOf(value);
      return size === undefined ? undefined : { N: String(size) };
    }
  }
}
