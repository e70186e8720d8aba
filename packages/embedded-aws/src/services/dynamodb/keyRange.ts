import { AwsError } from "../../core/errors";
import { bareRecord } from "../../core/record";
import type { Range } from "../../core/sortedMap";
import type { AttributeValue, Item } from "./attributeValue";
import { attributesOf, type KeyAttribute, type KeyShape } from "./keyShape";
import type { ComparisonOperator, KeyCondition, KeyConditions } from "./requests";
import { END, partitionPrefix, sortable } from "./storageKey";

/** Operators that no key condition can have. */
const NOT_INDEXABLE: ReadonlySet<ComparisonOperator> = new Set([
  "NULL",
  "NOT_NULL",
  "NE",
  "CONTAINS",
  "NOT_CONTAINS",
  "IN",
]);

/**
 * Throws DynamoDB's `ValidationException` unless the conditions ask one partition for one range: every hash
 * attribute must equal a value, and of the range attributes, from the left, all but the last that is asked for.
 */
export function checkKeyConditions(shape: KeyShape, conditions: KeyConditions): void {
  const most = shape.hash.length + shape.range.length;
  if (conditions.size < 1 || (most <= 2 && conditions.size > 2)) {
    throw invalid("Conditions can be of length 1 or 2 only");
  }
  if (conditions.size > most) throw invalid("Query key condition not supported");
  for (const attribute of attributesOf(shape)) {
    const condition = conditions.get(attribute.name);
    if (condition !== undefined) checkOperand(attribute, condition);
  }
  checkHash(shape, conditions);
  checkRange(shape, conditions);
}

function checkHash({ hash }: KeyShape, conditions: KeyConditions): void {
  const open = hash.filter(({ name }) => conditions.get(name)?.operator !== "EQ");
  const [first] = open;
  if (first === undefined) return;
  if (hash.length > 1) {
    throw invalid(
      `HASH key attributes ${open.map(({ name }) => name).join(", ")} must have equality conditions specified in the query`,
    );
  }
  throw conditions.has(first.name) ? invalid("Query key condition not supported") : missed(first);
}

function checkRange({ hash, range }: KeyShape, conditions: KeyConditions): void {
  const asked = range.filter(({ name }) => conditions.has(name));
  if (hash.length + asked.length < conditions.size) {
    throw missed(range.find(({ name }) => !conditions.has(name)) ?? { name: "" });
  }
  const last = asked.at(-1);
  if (last === undefined) return;
  const before = range.slice(0, range.indexOf(last));
  const open = before.filter(({ name }) => conditions.get(name)?.operator !== "EQ");
  if (open.length === 0) return;
  throw invalid(
    `RANGE key attributes ${open.map(({ name }) => name).join(", ")} must have equality conditions specified in the query because a condition is present on key attribute ${last.name}`,
  );
}

function checkOperand({ type }: KeyAttribute, { operator, values }: KeyCondition): void {
  if (NOT_INDEXABLE.has(operator)) {
    throw invalid("Attempted conditional constraint is not an indexable operation");
  }
  if (values.some((value) => !(type in value)) || (operator === "BEGINS_WITH" && type === "N")) {
    throw invalid(
      "One or more parameter values were invalid: Condition parameter type does not match schema type",
    );
  }
}

/** The storage keys that a query's conditions, which are checked, ask for. */
export function rangeOf({ hash, range }: KeyShape, conditions: KeyConditions): Range {
  let prefix = partitionPrefix(hash, keyValues(hash, conditions));
  for (const { name } of range) {
    const condition = conditions.get(name);
    if (condition === undefined) break;
    const [first, second] = condition.values.map((value) => prefix + sortable(value));
    if (first === undefined) break;
    switch (condition.operator) {
      case "EQ":
        prefix = `${first}/`;
        continue;
      case "LT":
        return { gte: prefix, lt: `${first}/` };
      case "LE":
        return { gte: prefix, lt: `${first}/${END}` };
      case "GT":
        return { gte: `${first}/${END}`, lt: prefix + END };
      case "GE":
        return { gte: `${first}/`, lt: prefix + END };
      case "BEGINS_WITH":
        return { gte: first, lt: first + END };
      case "BETWEEN":
        return { gte: `${first}/`, lt: `${second ?? first}/${END}` };
      default:
        throw new Error(`a key condition with ${condition.operator}`);
    }
  }
  return { gte: prefix, lt: prefix + END };
}

/** The values that the attributes must equal. */
export function keyValues(attributes: readonly KeyAttribute[], conditions: KeyConditions): Item {
  const values = bareRecord<AttributeValue>();
  for (const { name } of attributes) {
    const [value] = conditions.get(name)?.values ?? [];
    if (value !== undefined) values[name] = value;
  }
  return values;
}

function missed({ name }: { readonly name: string }): AwsError {
  return invalid(`Query condition missed key schema element: ${name}`);
}

function invalid(message: string): AwsError {
  return new AwsError("ValidationException", message);
}
