import { AwsError } from "../../core/errors";
import { type AttributeType, type AttributeValue, typeOf } from "./attributeValue";
import { compareValues } from "./expressions/compare";
import type { BoundOperand, Comparator, Condition } from "./expressions/tree";
import { COMPARISON_OPERATORS, type ComparisonOperator, type KeyConditions } from "./requests";
import { validateValue } from "./validateValue";

/**
 * `Expected`, `QueryFilter`, `ScanFilter` and `KeyConditions`, which were there before expressions ("Legacy
 * conditional parameters", developer guide), become the trees that expressions are.
 */

export interface LegacyCondition {
  readonly ComparisonOperator?: string;
  readonly AttributeValueList?: readonly AttributeValue[];
  readonly Value?: AttributeValue;
  readonly Exists?: boolean;
}

export type LegacyConditions = Readonly<Record<string, LegacyCondition>>;

type Operator = "AND" | "OR" | undefined;

/** Throws DynamoDB's `ValidationException`, as do the other two. */
export function expectedCondition(expected: LegacyConditions, operator: Operator): Condition | undefined {
  return combined(
    Object.entries(expected).map(([name, condition]) => expectation(name, condition)),
    operator,
  );
}

export function filterCondition(
  member: string,
  filter: LegacyConditions,
  operator: Operator,
): Condition | undefined {
  checkConditions(member, filter);
  return combined(
    Object.entries(filter).map(([name, { ComparisonOperator, AttributeValueList = [] }]) =>
      conditionOf(name, ComparisonOperator as ComparisonOperator, AttributeValueList),
    ),
    operator,
  );
}

export function legacyKeyConditions(conditions: LegacyConditions): KeyConditions {
  checkConditions("KeyConditions", conditions);
  return new Map(
    Object.entries(conditions).map(([name, { ComparisonOperator, AttributeValueList = [] }]) => [
      name,
      { operator: ComparisonOperator as ComparisonOperator, values: AttributeValueList },
    ]),
  );
}

function combined(conditions: readonly Condition[], operator: Operator): Condition | undefined {
  const [first, ...rest] = conditions;
  if (first === undefined) {
    if (operator === undefined) return undefined;
    throw invalid("ConditionalOperator cannot be used without Filter or Expected");
  }
  if (operator !== undefined && rest.length === 0) {
    throw invalid("ConditionalOperator can only be used when Filter or Expected has two or more elements");
  }
  return rest.reduce<Condition>(
    (left, right) => ({ kind: operator === "OR" ? "or" : "and", left, right }),
    first,
  );
}

function expectation(name: string, condition: LegacyCondition): Condition {
  const { ComparisonOperator, AttributeValueList, Value, Exists } = condition;
  for (const value of [...(AttributeValueList ?? []), ...(Value === undefined ? [] : [Value])])
    checkValue(value);
  if (AttributeValueList !== undefined && Value !== undefined) {
    throw wrong(`Value and AttributeValueList cannot be used together for Attribute: ${name}`);
  }
  if (ComparisonOperator !== undefined) {
    const operator = knownOperator("expected", name, ComparisonOperator);
    if (Exists !== undefined) {
      throw wrong(`Exists and ComparisonOperator cannot be used together for Attribute: ${name}`);
    }
    const values = AttributeValueList ?? (Value === undefined ? undefined : [Value]);
    if (values === undefined && operator !== "NULL" && operator !== "NOT_NULL") {
      throw wrong(
        `Value or AttributeValueList must be used with ComparisonOperator: ${operator} for Attribute: ${name}`,
      );
    }
    checkOperands(operator, values ?? []);
    return conditionOf(name, operator, values ?? []);
  }
  if (AttributeValueList !== undefined) {
    throw wrong(`AttributeValueList can only be used with a ComparisonOperator for Attribute: ${name}`);
  }
  if (Exists === false) {
    if (Value !== undefined) throw wrong(`Value cannot be used when Exists is false for Attribute: ${name}`);
    return conditionOf(name, "NULL", []);
  }
  if (Value === undefined) {
    throw wrong(`Value must be provided when Exists is ${Exists ?? "null"} for Attribute: ${name}`);
  }
  return conditionOf(name, "EQ", [Value]);
}

function checkConditions(member: string, conditions: LegacyConditions): void {
  for (const [name, { ComparisonOperator, AttributeValueList = [] }] of Object.entries(conditions)) {
    const operator = knownOperator(member, name, ComparisonOperator);
    for (const value of AttributeValueList) checkValue(value);
    checkOperands(operator, AttributeValueList);
  }
}

function knownOperator(member: string, name: string, operator: string | undefined): ComparisonOperator {
  const known = COMPARISON_OPERATORS.find((each) => each === operator);
  if (known !== undefined) return known;
  const at = `${member.charAt(0).toLowerCase()}${member.slice(1)}.${name}.member.comparisonOperator`;
  throw invalid(
    operator === undefined
      ? `1 validation error detected: Value null at '${at}' failed to satisfy constraint: Member must not be null`
      : `1 validation error detected: Value '${operator}' at '${at}' failed to satisfy constraint: Member must satisfy enum value set: [${COMPARISON_OPERATORS.join(", ")}]`,
  );
}

function checkValue(value: AttributeValue): void {
  const reason = validateValue(value);
  if (reason !== undefined) throw invalid(reason);
}

const COMPARED: readonly AttributeType[] = ["S", "N", "B"];

/** The types that an operator takes; the others take any. */
const TYPES: Partial<Readonly<Record<ComparisonOperator, readonly AttributeType[]>>> = {
  LE: COMPARED,
  LT: COMPARED,
  GE: COMPARED,
  GT: COMPARED,
  BETWEEN: COMPARED,
  IN: COMPARED,
  CONTAINS: [...COMPARED, "BOOL", "NULL"],
  NOT_CONTAINS: [...COMPARED, "BOOL", "NULL"],
  BEGINS_WITH: ["S", "B"],
};

function checkOperands(operator: ComparisonOperator, values: readonly AttributeValue[]): void {
  const count = values.length;
  const fits =
    operator === "IN"
      ? count > 0
      : count === (operator === "BETWEEN" ? 2 : operator.endsWith("NULL") ? 0 : 1);
  if (!fits) throw wrong(`Invalid number of argument(s) for the ${operator} ComparisonOperator`);
  const [first, second] = values;
  if (first === undefined) return;
  if (values.some((value) => typeOf(value) !== typeOf(first))) {
    throw wrong("AttributeValues inside AttributeValueList must be of same type");
  }
  const type = typeOf(first);
  if (TYPES[operator]?.includes(type) === false) {
    throw wrong(`ComparisonOperator ${operator} is not valid for ${type} AttributeValue type`);
  }
  if (operator === "BETWEEN" && second !== undefined && (compareValues(first, second) ?? 0) > 0) {
    throw invalid(
      "The BETWEEN condition was provided a range where the lower bound is greater than the upper bound",
    );
  }
}

const COMPARATORS: Partial<Readonly<Record<ComparisonOperator, Comparator>>> = {
  EQ: "=",
  NE: "<>",
  LE: "<=",
  LT: "<",
  GE: ">=",
  GT: ">",
};

/** One that `checkOperands` has passed. */
export function conditionOf(
  name: string,
  operator: ComparisonOperator,
  values: readonly AttributeValue[],
): Condition {
  const operand: BoundOperand = { kind: "path", path: [name] };
  const operands = values.map((value): BoundOperand => ({ kind: "value", value }));
  const [first = operand, second = operand] = operands;
  const call = (name: string): Condition => ({ kind: "call", name, operands: [operand, ...operands] });
  const comparator = COMPARATORS[operator];
  if (comparator !== undefined) return { kind: "compare", operator: comparator, left: operand, right: first };
  switch (operator) {
    case "BETWEEN":
      return { kind: "between", operand, low: first, high: second };
    case "IN":
      return { kind: "in", operand, choices: operands };
    case "NULL":
      return call("attribute_not_exists");
    case "NOT_NULL":
      return call("attribute_exists");
    case "BEGINS_WITH":
      return call("begins_with");
    case "NOT_CONTAINS":
      return {
        kind: "and",
        left: { kind: "call", name: "attribute_exists", operands: [operand] },
        right: { kind: "not", inner: call("contains") },
      };
    default:
      return call("contains");
  }
}

function wrong(message: string): AwsError {
  return invalid(`One or more parameter values were invalid: ${message}`);
}

function invalid(message: string): AwsError {
  return new AwsError("ValidationException", message);
}
