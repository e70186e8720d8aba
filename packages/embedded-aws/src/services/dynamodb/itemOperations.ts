import { AwsError, notSupported } from "../../core/errors";
import type { Call } from "../../core/service";
import { parsingOperationsOf } from "../../wire/operation";
import { checkKeysOf, tableAccess } from "./access";
import type { Item } from "./attributeValue";
import { asBytes } from "./bytes";
import { capacityReport, itemReadUsage, pageUsage, refusedWriteUsage, writeUsage } from "./capacity";
import type { Database } from "./database";
import { type PageRead, readItem, readQuery, readScan } from "./pages";
import { parseQuery, parseScan } from "./parsePage";
import { parseDelete, parseGet, parsePut, parseUpdate } from "./parseRequest";
import type { CapacityReport, GetItemRequest, PageRequest, QueryRequest, WriteRequest } from "./requests";
import { pageRules, readRules, writeRules } from "./requestRules";
import { evaluateWrite, type WriteOperation } from "./store";
import type { Table } from "./table";
import type { UnitKind } from "./throughput";

const condition = [
  "ConditionExpression",
  "ExpressionAttributeNames",
  "ExpressionAttributeValues",
  "ReturnValuesOnConditionCheckFailure",
  "Expected",
  "ConditionalOperator",
] as const;
const report = ["ReturnConsumedCapacity"] as const;
const writeReport = [...report, "ReturnItemCollectionMetrics", "ReturnValues"] as const;
const read = [
  "TableName",
  "AttributesToGet",
  "ConsistentRead",
  "ProjectionExpression",
  "ExpressionAttributeNames",
  ...report,
] as const;
const page = [
  ...read,
  "IndexName",
  "Limit",
  "Select",
  "ConditionalOperator",
  "ExclusiveStartKey",
  "FilterExpression",
  "ExpressionAttributeValues",
] as const;

/** What is done of each operation's input. */
const supports = {
  PutItem: ["TableName", "Item", ...condition, ...writeReport],
  UpdateItem: ["TableName", "Key", "UpdateExpression", "AttributeUpdates", ...condition, ...writeReport],
  DeleteItem: ["TableName", "Key", ...condition, ...writeReport],
  GetItem: ["Key", ...read],
  Query: [...page, "KeyConditions", "KeyConditionExpression", "QueryFilter", "ScanIndexForward"],
  Scan: [...page, "ScanFilter", "TotalSegments", "Segment"],
} as const;

/** `ConsumedCapacity`, where it was asked for. */
function consumed(
  report: CapacityReport | undefined,
  table: Table,
  usage: Parameters<typeof capacityReport>[2],
  named: string,
): object {
  const capacity = capacityReport(report, table, usage, named);
  return capacity === undefined ? {} : { ConsumedCapacity: capacity };
}

/** Throws the fault that stands in the way of a request, if any. */
function passFaults(
  database: Database,
  operationName: string,
  tableName: string,
  kind: UnitKind,
  key?: Item,
): void {
  const fault = database.refusal(operationName, tableName, kind, key);
  if (fault !== undefined) throw fault;
}

function writeAccess(database: Database, name: WriteOperation) {
  return (input: WriteRequest) => [
    tableAccess(database, name, input.TableName, [input.Item ?? input.Key ?? {}]),
  ];
}

function write(database: Database, name: WriteOperation) {
  return (input: WriteRequest, { caller }: Call) => {
    const key = input.Item ?? input.Key;
    checkKeysOf(database, [input.TableName], caller);
    passFaults(database, name, input.TableName, "write", key);
    const table = database.table(input.TableName);
    if (input.ReturnItemCollectionMetrics === "SIZE" && table.schema.LocalSecondaryIndexes !== undefined) {
      throw notSupported(`${name} with ReturnItemCollectionMetrics on a table with local secondary indexes`);
    }
    const evaluation = evaluateWrite(name, table, input);
    switch (evaluation.outcome) {
      case "invalid":
        throw evaluation.error;
      case "condition-failed": {
        const usage = refusedWriteUsage(evaluation.oldItem, input.Item);
        database.controls.capacity.written(table.name, usage);
        database.spend(table, "write", usage, key);
        const shown =
          input.ReturnValuesOnConditionCheckFailure === "ALL_OLD" ? evaluation.oldItem : undefined;
        const { code, message, status } = evaluation.error;
        throw new AwsError(code, message, status, shown === undefined ? {} : { Item: asBytes(shown) });
      }
      case "accepted": {
        const usage = writeUsage(evaluation.change);
        database.controls.capacity.written(table.name, usage);
        database.spend(table, "write", usage, key);
        database.apply([evaluation.change]);
        return {
          ...(evaluation.attributes !== undefined && { Attributes: asBytes(evaluation.attributes) }),
          ...consumed(input.ReturnConsumedCapacity, table, usage, input.TableName),
        };
      }
    }
  };
}

function get(database: Database) {
  return (input: GetItemRequest, { caller }: Call) => {
    checkKeysOf(database, [input.TableName], caller);
    passFaults(database, "GetItem", input.TableName, "read", input.Key);
    const table = database.table(input.TableName);
    const { item, stored } = readItem(table, input);
    const usage = itemReadUsage(stored, input.ConsistentRead);
    database.controls.capacity.read(table.name, usage);
    database.spend(table, "read", usage, input.Key);
    return {
      ...(item !== undefined && { Item: asBytes(item) }),
      ...consumed(input.ReturnConsumedCapacity, table, usage, input.TableName),
    };
  };
}

function pageAccess(database: Database, name: "Query") {
  return (input: PageRequest) => {
    const key = partitionOf(database, input);
    return [tableAccess(database, name, input.TableName, key === undefined ? [] : [key], input.IndexName)];
  };
}

/** Only a query of the table itself is bound to one partition key of the table. */
function partitionOf(database: Database, input: PageRequest | QueryRequest): Item | undefined {
  if (input.IndexName !== undefined || !("keyConditions" in input)) return undefined;
  const partitionKey = database.find(input.TableName)?.key.hash[0]?.name ?? "";
  const value = input.keyConditions.get(partitionKey)?.values[0];
  return value === undefined ? undefined : { [partitionKey]: value };
}

function readMany<Request extends PageRequest>(
  database: Database,
  name: "Query" | "Scan",
  read: (table: Table, request: Request) => PageRead,
) {
  return (input: Request, { caller }: Call) => {
    const key = partitionOf(database, input);
    checkKeysOf(database, [input.TableName], caller);
    passFaults(database, name, input.TableName, "read", key);
    const table = database.table(input.TableName);
    const result = read(table, input);
    const usage = pageUsage(result, input.IndexName, input.ConsistentRead);
    database.controls.capacity.read(table.name, usage);
    database.spend(table, "read", usage, key);
    const { Items, LastEvaluatedKey, Count, ScannedCount } = result.page;
    return {
      Count,
      ScannedCount,
      ...(Items !== undefined && { Items: Items.map(asBytes) }),
      ...(LastEvaluatedKey !== undefined && { LastEvaluatedKey: asBytes(LastEvaluatedKey) }),
      ...consumed(input.ReturnConsumedCapacity, table, usage, input.TableName),
    };
  };
}

/** The operations on single items, queries and scans. */
export function itemOperations(database: Database) {
  const operation = parsingOperationsOf("dynamodb", database.context);
  return {
    ...operation(
      "PutItem",
      { supports: supports.PutItem, rules: writeRules },
      parsePut,
      writeAccess(database, "PutItem"),
      write(database, "PutItem"),
    ),
    ...operation(
      "UpdateItem",
      { supports: supports.UpdateItem, rules: writeRules },
      parseUpdate,
      writeAccess(database, "UpdateItem"),
      write(database, "UpdateItem"),
    ),
    ...operation(
      "DeleteItem",
      { supports: supports.DeleteItem, rules: writeRules },
      parseDelete,
      writeAccess(database, "DeleteItem"),
      write(database, "DeleteItem"),
    ),
    ...operation(
      "GetItem",
      { supports: supports.GetItem, rules: readRules },
      parseGet,
      (input) => [tableAccess(database, "GetItem", input.TableName, [input.Key])],
      get(database),
    ),
    ...operation(
      "Query",
      { supports: supports.Query, rules: pageRules },
      parseQuery,
      pageAccess(database, "Query"),
      readMany(database, "Query", readQuery),
    ),
    ...operation(
      "Scan",
      { supports: supports.Scan, rules: pageRules },
      parseScan,
      (input) => [tableAccess(database, "Scan", input.TableName, [], input.IndexName)],
      readMany(database, "Scan", readScan),
    ),
  };
}
