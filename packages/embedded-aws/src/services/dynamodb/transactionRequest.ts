import * as v from "valibot";
import { AwsError } from "../../core/errors";
import { record } from "../../core/record";
import type { Item } from "./attributeValue";
import type { CapacityReport, KeyedRequest, PutItemRequest } from "./requests";
import { parseRequest } from "./parseRequest";

/** Actions in one transaction, writes and reads alike. */
const MAX_ACTIONS = 100;

const capacityReport = v.optional(v.picklist(["INDEXES", "TOTAL", "NONE"]));
const names = v.optional(record(v.string(), v.string()));
const conditionMembers = {
  TableName: v.string(),
  ConditionExpression: v.optional(v.string()),
  ExpressionAttributeNames: names,
  ExpressionAttributeValues: v.optional(record(v.string(), v.unknown())),
  ReturnValuesOnConditionCheckFailure: v.optional(v.picklist(["ALL_OLD", "NONE"])),
};
const key = record(v.string(), v.unknown());

const writeSchema = v.strictObject({
  TransactItems: v.array(
    v.strictObject({
      ConditionCheck: v.optional(
        v.strictObject({ ...conditionMembers, Key: key, ConditionExpression: v.string() }),
      ),
      Put: v.optional(v.strictObject({ ...conditionMembers, Item: key })),
      Update: v.optional(v.strictObject({ ...conditionMembers, Key: key, UpdateExpression: v.string() })),
      Delete: v.optional(v.strictObject({ ...conditionMembers, Key: key })),
    }),
  ),
  ClientRequestToken: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(36))),
  ReturnConsumedCapacity: capacityReport,
  ReturnItemCollectionMetrics: v.optional(v.picklist(["NONE"])),
});

const getSchema = v.strictObject({
  TransactItems: v.array(
    v.strictObject({
      Get: v.strictObject({
        TableName: v.string(),
        Key: key,
        ProjectionExpression: v.optional(v.string()),
        ExpressionAttributeNames: names,
      }),
    }),
  ),
  ReturnConsumedCapacity: capacityReport,
});

/** One action of a writing transaction; `key` holds at least the key attributes of the item that it is about. */
export type TransactAction =
  | {
      readonly kind: "PutItem";
      readonly tableName: string;
      readonly key: Item;
      readonly request: PutItemRequest;
    }
  | {
      readonly kind: "UpdateItem" | "DeleteItem" | "ConditionCheckItem";
      readonly tableName: string;
      readonly key: Item;
      readonly request: KeyedRequest;
    };

export interface TransactWriteRequest {
  readonly actions: readonly TransactAction[];
  readonly token: string | undefined;
  /** The actions as they were sent, which a repetition under the same token must equal. */
  readonly sent: unknown;
  readonly capacityReport: CapacityReport | undefined;
}

type WriteInput = v.InferOutput<typeof writeSchema>["TransactItems"][number];

function parseAction(input: WriteInput): TransactAction {
  const { ConditionCheck, Put, Update, Delete } = input;
  if (Object.values(input).filter((action) => action !== undefined).length !== 1) {
    throw new AwsError(
      "ValidationException",
      "TransactItems can only contain one of Check, Put, Update or Delete",
    );
  }
  if (Put !== undefined) {
    const request = parseRequest("PutItem", Put);
    return { kind: "PutItem", tableName: request.TableName, key: request.Item, request };
  }
  const [kind, request] =
    Update !== undefined
      ? (["UpdateItem", parseRequest("UpdateItem", Update)] as const)
      : Delete !== undefined
        ? (["DeleteItem", parseRequest("DeleteItem", Delete)] as const)
        : (["ConditionCheckItem", parseRequest("DeleteItem", ConditionCheck)] as const);
  return { kind, tableName: request.TableName, key: request.Key, request };
}

function checkCount(actions: readonly unknown[]): void {
  if (actions.length >= 1 && actions.length <= MAX_ACTIONS) return;
  const limit = actions.length === 0 ? "greater than or equal to 1" : `less than or equal to ${MAX_ACTIONS}`;
  throw new AwsError(
    "ValidationException",
    `1 validation error detected: Value at 'transactItems' failed to satisfy constraint: Member must have length ${limit}`,
  );
}

export const transactWriteSchema = v.pipe(
  writeSchema,
  v.transform((input): TransactWriteRequest => {
    checkCount(input.TransactItems);
    return {
      actions: input.TransactItems.map(parseAction),
      token: input.ClientRequestToken,
      sent: input.TransactItems,
      capacityReport: input.ReturnConsumedCapacity,
    };
  }),
);

export const transactGetSchema = v.pipe(
  getSchema,
  v.transform((input) => {
    checkCount(input.TransactItems);
    return {
      reads: input.TransactItems.map(({ Get }) => parseRequest("GetItem", Get)),
      capacityReport: input.ReturnConsumedCapacity,
    };
  }),
);
