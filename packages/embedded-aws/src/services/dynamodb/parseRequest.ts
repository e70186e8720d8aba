import { MAX_ITEM_BYTES } from "./attributeValue";
import { withBase64 } from "../../core/base64";
import { AwsError } from "../../core/errors";
import { checkValidations, validateAttributeValue, type Shape, shapeOf } from "./dynalite";
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
 * The request in its checked form, expressions parsed; throws DynamoDB's `ValidationException`. The wire has seen
 * to it that every member is one that dynalite heeds, and of its type.
 */
export function parseRequest<Name extends keyof Requests>(operation: Name, raw: object): Requests[Name] {
  const shape = shapes[operation];
  const request = withBase64(raw) as object;
  checkRequestDepth(request);
  checkExpressions(request);
  checkConditionValues(request);
  try {
    checkValidations(request, shape.types, shape.custom, { options: { maxItemSize: MAX_ITEM_BYTES } });
    return request as Requests[Name];
  } catch (error) {
    throw asAwsError(error);
  }
}

/** Conditions as they were before expressions. */
const CONDITIONS = ["Expected", "KeyConditions", "QueryFilter", "ScanFilter"] as const;

/** dynalite compares the values of a condition before it has looked whether they are values. */
function checkConditionValues(request: object): void {
  const members = request as Readonly<Record<string, Readonly<Record<string, Condition>> | undefined>>;
  for (const name of CONDITIONS) {
    for (const { AttributeValueList = [], Value } of Object.values(members[name] ?? {})) {
      for (const value of Value === undefined ? AttributeValueList : [...AttributeValueList, Value]) {
        const problem = validateAttributeValue(value);
        if (problem !== undefined) throw new AwsError("ValidationException", problem);
      }
    }
  }
}

interface Condition {
  readonly AttributeValueList?: readonly object[];
  readonly Value?: object;
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
