import { AwsError, notSupported } from "../../core/errors";
import { MAX_ITEM_BYTES } from "./attributeValue";
import { checkTypes, checkValidations, type Shape, shapeOf } from "./dynalite";
import { asAwsError } from "./dynaliteErrors";
import { checkRequestDepth } from "./documentDepth";
import { checkExpression } from "./expressionLimits";
import type { Requests } from "./requests";

const onConditionCheckFailure = {
  ReturnValuesOnConditionCheckFailure: { type: "String", enum: ["ALL_OLD", "NONE"] },
};

function withTypes(shape: Shape, more: Readonly<Record<string, unknown>>): Shape {
  return { ...shape, types: { ...shape.types, ...more } };
}

const shapes: Readonly<Record<keyof Requests, Shape>> = {
  BatchGetItem: shapeOf("batchGetItem"),
  BatchWriteItem: shapeOf("batchWriteItem"),
  CreateTable: shapeOf("createTable"),
  DeleteItem: withTypes(shapeOf("deleteItem"), onConditionCheckFailure),
  GetItem: shapeOf("getItem"),
  PutItem: withTypes(shapeOf("putItem"), onConditionCheckFailure),
  Query: shapeOf("query"),
  // dynalite heeds it, and does not know that it may be sent.
  Scan: withTypes(shapeOf("scan"), { ConsistentRead: "Boolean" }),
  UpdateItem: withTypes(shapeOf("updateItem"), onConditionCheckFailure),
};

/**
 * The request in its checked form, expressions parsed; throws DynamoDB's `ValidationException` or
 * `SerializationException`, or names the member that is not supported.
 */
export function parseRequest<Name extends keyof Requests>(operation: Name, raw: unknown): Requests[Name] {
  if (typeof raw !== "object" || raw === null)
    throw new AwsError("SerializationException", "The request is not a JSON object");
  const shape = shapes[operation];
  checkRequestDepth(raw);
  checkExpressions(raw);
  refuseUnknownMembers(operation, raw, shape.types);
  try {
    const typed = checkTypes({ ...raw }, shape.types);
    checkValidations(typed, shape.types, shape.custom, { options: { maxItemSize: MAX_ITEM_BYTES } });
    return typed as Requests[Name];
  } catch (error) {
    throw asAwsError(error);
  }
}

const EXPRESSIONS = [
  "ConditionExpression",
  "FilterExpression",
  "KeyConditionExpression",
  "ProjectionExpression",
  "UpdateExpression",
] as const;

/** A request's own expressions, and those of each table that a batch reads. */
function checkExpressions(request: object): void {
  const members = request as Readonly<Record<string, unknown>>;
  for (const name of EXPRESSIONS) {
    const expression = members[name];
    if (typeof expression === "string") checkExpression(name, expression);
  }
  const { RequestItems } = members;
  if (typeof RequestItems !== "object" || RequestItems === null) return;
  for (const reads of Object.values(RequestItems)) {
    const projection = (reads as { readonly ProjectionExpression?: unknown } | null)?.ProjectionExpression;
    if (typeof projection === "string") checkExpression("ProjectionExpression", projection);
  }
}

/** dynalite drops members that it does not know; a member that does nothing here must not look as if it did. */
function refuseUnknownMembers(path: string, value: unknown, types: unknown): void {
  if (typeof value !== "object" || value === null || typeof types !== "object" || types === null) return;
  for (const [name, member] of Object.entries(value)) {
    if (member === undefined || member === null) continue;
    const type: unknown = Object.hasOwn(types, name) ? (types as Record<string, unknown>)[name] : undefined;
    if (type === undefined) throw notSupported(`${path}.${name}`);
    refuseUnknownChildren(`${path}.${name}`, member, type);
  }
}

function refuseUnknownChildren(path: string, value: unknown, type: unknown): void {
  if (typeof type !== "object" || type === null) return;
  const { type: kind, children } = type as { type?: unknown; children?: unknown };
  if (typeof kind !== "string" || typeof value !== "object" || value === null) return;
  if (kind === "List" || kind.startsWith("Map<") || kind.startsWith("Parameterized")) {
    for (const [key, child] of Object.entries(value))
      refuseUnknownChildren(`${path}.${key}`, child, children);
  } else if (!kind.startsWith("AttrStruct")) {
    refuseUnknownMembers(path, value, children);
  }
}
