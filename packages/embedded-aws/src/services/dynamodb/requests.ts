import type { AttributeValue, Item } from "./attributeValue";
import type { Action, Condition, Path } from "./expressions/tree";
import type { TableSchema, Throughput } from "./tableSchema";

/**
 * Requests of the operations on items, once they are parsed. Members in capitals are as they were sent, a table's
 * name among them, which may be its ARN; expressions and the parameters that were before them have become trees.
 */

export type CapacityReport = "INDEXES" | "TOTAL" | "NONE";

interface TableRequest {
  readonly TableName: string;
  readonly ReturnConsumedCapacity?: CapacityReport;
}

export interface WriteRequest extends TableRequest {
  readonly Item?: Item;
  readonly Key?: Item;
  readonly condition?: Condition;
  readonly update?: Update;
  readonly ReturnValues?: ReturnValues;
  readonly ReturnItemCollectionMetrics?: "SIZE" | "NONE";
  readonly ReturnValuesOnConditionCheckFailure?: "ALL_OLD" | "NONE";
}

export type ReturnValues = "NONE" | "ALL_OLD" | "UPDATED_OLD" | "ALL_NEW" | "UPDATED_NEW";

export interface Update {
  readonly actions: readonly Action[];
  /** Where it comes from decides on some messages. */
  readonly source: "UpdateExpression" | "AttributeUpdates";
}

export interface KeyedRequest extends WriteRequest {
  readonly Key: Item;
}

export interface PutItemRequest extends WriteRequest {
  readonly Item: Item;
}

export interface GetItemRequest extends TableRequest {
  readonly Key: Item;
  readonly ConsistentRead?: boolean;
  readonly projection?: readonly Path[];
}

export type Select = "ALL_ATTRIBUTES" | "ALL_PROJECTED_ATTRIBUTES" | "SPECIFIC_ATTRIBUTES" | "COUNT";

export interface PageRequest extends TableRequest {
  readonly IndexName?: string;
  readonly ConsistentRead?: boolean;
  readonly Limit?: number;
  readonly Select?: Select;
  readonly ExclusiveStartKey?: Item;
  readonly projection?: readonly Path[];
  readonly filter?: Filter;
}

export interface Filter {
  /** As messages call it. */
  readonly member: "Filter Expression" | "QueryFilter" | "ScanFilter";
  readonly condition: Condition;
}

export interface QueryRequest extends PageRequest {
  readonly ScanIndexForward?: boolean;
  readonly keyConditions: KeyConditions;
}

export interface ScanRequest extends PageRequest {
  readonly Segment?: number;
  readonly TotalSegments?: number;
}

/** What a query asks of each key attribute. */
export type KeyConditions = ReadonlyMap<string, KeyCondition>;

export interface KeyCondition {
  readonly operator: ComparisonOperator;
  readonly values: readonly AttributeValue[];
}

export const COMPARISON_OPERATORS = [
  "IN",
  "NULL",
  "BETWEEN",
  "LT",
  "NOT_CONTAINS",
  "EQ",
  "GT",
  "NOT_NULL",
  "NE",
  "LE",
  "BEGINS_WITH",
  "GE",
  "CONTAINS",
] as const;

export type ComparisonOperator = (typeof COMPARISON_OPERATORS)[number];

/** One page of a query or scan. */
export interface Page {
  readonly Items?: readonly Item[];
  readonly Count: number;
  readonly ScannedCount: number;
  readonly LastEvaluatedKey?: Item;
}

export interface TableReads {
  readonly Keys: readonly Item[];
  readonly ConsistentRead?: boolean;
  readonly projection?: readonly Path[];
  /** What was sent beside the keys, which a client sends again with those that were left. */
  readonly sent: object;
}

export interface BatchGetItemRequest {
  readonly RequestItems: Readonly<Record<string, TableReads>>;
  readonly ReturnConsumedCapacity?: CapacityReport;
}

export interface TableWrite {
  readonly PutRequest?: { readonly Item: Item };
  readonly DeleteRequest?: { readonly Key: Item };
}

export interface BatchWriteItemRequest {
  readonly RequestItems: Readonly<Record<string, readonly TableWrite[]>>;
  readonly ReturnConsumedCapacity?: CapacityReport;
}

export interface CreateTableRequest extends TableSchema {
  readonly BillingMode?: "PROVISIONED" | "PAY_PER_REQUEST";
  readonly ProvisionedThroughput?: Throughput;
}
