import { checkTypes, checkValidations } from "dynalite/validations";
import batchGetItemShape from "dynalite/validations/batchGetItem";
import batchWriteItemShape from "dynalite/validations/batchWriteItem";
import createTableShape from "dynalite/validations/createTable";
import deleteItemShape from "dynalite/validations/deleteItem";
import getItemShape from "dynalite/validations/getItem";
import putItemShape from "dynalite/validations/putItem";
import queryShape from "dynalite/validations/query";
import scanShape from "dynalite/validations/scan";
import updateItemShape from "dynalite/validations/updateItem";
import { AwsError, notSupported } from "../core/errors";
import { MAX_ITEM_BYTES } from "./attributeValue";
import { asAwsError } from "./dynaliteErrors";
import type { Requests } from "./requests";

const onConditionCheckFailure = {
  ReturnValuesOnConditionCheckFailure: { type: "String", enum: ["ALL_OLD", "NONE"] },
};

interface Shape {
  readonly types: Readonly<Record<string, unknown>>;
  readonly custom?: unknown;
}

const shapes: Readonly<Record<keyof Requests, Shape>> = {
  BatchGetItem: batchGetItemShape,
  BatchWriteItem: batchWriteItemShape,
  CreateTable: createTableShape,
  DeleteItem: { ...deleteItemShape, types: { ...deleteItemShape.types, ...onConditionCheckFailure } },
  GetItem: getItemShape,
  PutItem: { ...putItemShape, types: { ...putItemShape.types, ...onConditionCheckFailure } },
  Query: queryShape,
  // dynalite heeds it, and does not know that it may be sent.
  Scan: { ...scanShape, types: { ...scanShape.types, ConsistentRead: "Boolean" } },
  UpdateItem: { ...updateItemShape, types: { ...updateItemShape.types, ...onConditionCheckFailure } },
};

/**
 * The request in its checked form, expressions parsed; throws DynamoDB's `ValidationException` or
 * `SerializationException`, or names the member that is not supported.
 */
export function parseRequest<Name extends keyof Requests>(operation: Name, raw: unknown): Requests[Name] {
  if (typeof raw !== "object" || raw === null)
    throw new AwsError("SerializationException", "The request is not a JSON object");
  const shape = shapes[operation];
  refuseUnknownMembers(operation, raw, shape.types);
  try {
    const typed = checkTypes({ ...raw }, shape.types);
    checkValidations(typed, shape.types, shape.custom, { options: { maxItemSize: MAX_ITEM_BYTES } });
    return typed as Requests[Name];
  } catch (error) {
    throw asAwsError(error);
  }
}

/** dynalite drops members that it does not know; a member that does nothing here must not look as if it did. */
function refuseUnknownMembers(path: string, value: unknown, types: unknown): void {
  if (typeof value !== "object" || value === null || typeof types !== "object" || types === null) return;
  for (const [name, member] of Object.entries(value)) {
    if (member === undefined || member === null) continue;
    const type: unknown = (types as Record<string, unknown>)[name];
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
