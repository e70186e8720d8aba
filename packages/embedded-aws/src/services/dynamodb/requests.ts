import type { AttributeValue, Item } from "./attributeValue";
import type { TableSchema, Throughput } from "./tableSchema";

/** Requests of the operations on items, as they are once `parseRequest.ts` has parsed them. */

export type CapacityReport = "INDEXES" | "TOTAL" | "NONE";

interface TableRequest {
  readonly TableName: string;
  readonly ReturnConsumedCapacity?: CapacityReport;
}

export interface WriteRequest extends TableRequest {
  readonly Item?: Item;
  readonly Key?: Item;
  readonly ReturnItemCollectionMetrics?: "SIZE" | "NONE";
  readonly ReturnValuesOnConditionCheckFailure?: "ALL_OLD" | "NONE";
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
}

export interface QueryRequest extends TableRequest {
  readonly IndexName?: string;
  readonly ConsistentRead?: boolean;
  readonly KeyConditions?: Readonly<
    Record<string, { readonly AttributeValueList?: readonly AttributeValue[] }>
  >;
}

/** One page of a query or scan. */
export interface Page {
  readonly Items?: readonly Item[];
  readonly Count: number;
  readonly ScannedCount: number;
  readonly LastEvaluatedKey?: Item;
}

export interface TableReads extends Omit<GetItemRequest, "Key" | "TableName"> {
  readonly Keys: readonly Item[];
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

export interface Requests {
  BatchGetItem: BatchGetItemRequest;
  BatchWriteItem: BatchWriteItemRequest;
  CreateTable: CreateTableRequest;
  DeleteItem: KeyedRequest;
  GetItem: GetItemRequest;
  PutItem: PutItemRequest;
  Query: QueryRequest;
  Scan: QueryRequest;
  UpdateItem: KeyedRequest;
}
