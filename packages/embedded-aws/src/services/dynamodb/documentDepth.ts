import { AwsError } from "../../core/errors";
import type { AttributeValue } from "./attributeValue";

/** Levels of an attribute, the innermost value included: "Quotas in Amazon DynamoDB", nested attribute depth. */
const MAX_LEVELS = 32;

const REFUSAL = "Nesting Levels have exceeded supported limits";

/** Throws when an attribute of an item lies deeper than DynamoDB keeps it. */
export function checkItemDepth(item: unknown): void {
  if (!membersOf(item).every((value) => fits(value, MAX_LEVELS))) {
    throw new AwsError(
      "ValidationException",
      `${REFUSAL}: Attributes in the item have nested levels beyond supported limit`,
    );
  }
}

/** The same for every value of a request, wherever its operation takes values. */
export function checkRequestDepth(request: object): void {
  const { Item, Key, ExclusiveStartKey, ExpressionAttributeValues, RequestItems, ...rest } =
    request as Readonly<Record<string, unknown>>;
  checkItemDepth(Item);
  for (const read of membersOf(RequestItems)) {
    checkValues(membersOf(member(read, "Keys")).flatMap(membersOf));
    for (const write of Array.isArray(read) ? (read as unknown[]) : []) {
      checkItemDepth(member(member(write, "PutRequest"), "Item"));
      checkItemDepth(member(member(write, "DeleteRequest"), "Key"));
    }
  }
  checkValues([Key, ExclusiveStartKey, ExpressionAttributeValues].flatMap(membersOf));
  for (const name of ["Expected", "AttributeUpdates", "KeyConditions", "QueryFilter", "ScanFilter"]) {
    for (const condition of membersOf(rest[name])) {
      checkValues([member(condition, "Value"), ...membersOf(member(condition, "AttributeValueList"))]);
    }
  }
}

function checkValues(values: readonly unknown[]): void {
  if (!values.every((value) => fits(value, MAX_LEVELS))) throw new AwsError("ValidationException", REFUSAL);
}

/** Whether a value has at most so many levels. Looks no deeper, whatever lies there. */
function fits(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return true;
  if (levels === 0) return false;
  const { L, M } = value as Partial<Record<"L" | "M", AttributeValue>>;
  // Most values are neither.
  return (L === undefined || haveFitting(L, levels - 1)) && (M === undefined || haveFitting(M, levels - 1));
}

function haveFitting(container: unknown, levels: number): boolean {
  return membersOf(container).every((inner) => fits(inner, levels));
}

function membersOf(value: unknown): readonly unknown[] {
  return typeof value === "object" && value !== null ? Object.values(value) : [];
}

function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}
