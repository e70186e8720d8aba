import { AwsError } from "../../core/errors";
import type { Supported } from "../../wire/operation";
import type { Item } from "./attributeValue";
import type { CapacityReport, KeyedRequest, PutItemRequest } from "./requests";
import { parseDelete, parseGet, parsePut, parseUpdate } from "./parseRequest";
import { actionRules } from "./requestRules";

/** Actions in one transaction, writes and reads alike. */
const MAX_ACTIONS = 100;

export const transactWriteSupport = {
  supports: ["TransactItems", "ClientRequestToken", "ReturnConsumedCapacity", "ReturnItemCollectionMetrics"],
  rules: {
    ...actionRules,
    ClientRequestToken: { length: [1, 36] },
    ReturnConsumedCapacity: { oneOf: ["INDEXES", "TOTAL", "NONE"] },
    ReturnItemCollectionMetrics: { oneOf: ["SIZE", "NONE"], supported: ["NONE"] },
  },
} as const;

export const transactGetSupport = {
  supports: ["TransactItems", "ReturnConsumedCapacity"],
  rules: { ReturnConsumedCapacity: { oneOf: ["INDEXES", "TOTAL", "NONE"] } },
} as const;

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
  /** The actions as they were sent, with bytes for binaries, which a repetition under the same token must equal. */
  readonly sent: unknown;
  readonly capacityReport: CapacityReport | undefined;
}

type WriteInput = Supported<"dynamodb", "TransactWriteItems", "TransactItems">["TransactItems"][number];

function parseAction(input: WriteInput): TransactAction {
  const { ConditionCheck, Put, Update, Delete } = input;
  if (Object.values<unknown>(input).filter((action) => action !== undefined).length !== 1) {
    throw new AwsError(
      "ValidationException",
      "TransactItems can only contain one of Check, Put, Update or Delete",
    );
  }
  if (Put !== undefined) {
    const request = parsePut(Put);
    return { kind: "PutItem", tableName: request.TableName, key: request.Item, request };
  }
  const [kind, request] =
    Update !== undefined
      ? (["UpdateItem", parseUpdate(Update)] as const)
      : Delete !== undefined
        ? (["DeleteItem", parseDelete(Delete)] as const)
        : (["ConditionCheckItem", parseDelete(ConditionCheck ?? {})] as const);
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

export function parseTransactWrite(
  input: Supported<"dynamodb", "TransactWriteItems", (typeof transactWriteSupport.supports)[number]>,
): TransactWriteRequest {
  checkCount(input.TransactItems);
  return {
    actions: input.TransactItems.map(parseAction),
    token: input.ClientRequestToken,
    sent: input.TransactItems,
    capacityReport: input.ReturnConsumedCapacity,
  };
}

export function parseTransactGet(
  input: Supported<"dynamodb", "TransactGetItems", (typeof transactGetSupport.supports)[number]>,
) {
  checkCount(input.TransactItems);
  return {
    reads: input.TransactItems.map(({ Get }) => parseGet(Get)),
    capacityReport: input.ReturnConsumedCapacity,
  };
}
