import * as v from "valibot";
import { AwsError, notSupported } from "../../core/errors";
import { type Operation, operation } from "../../core/service";
import { tableAccess } from "./access";
import { capacityReport, itemReadUsage, pageUsage, refusedWriteUsage, writeUsage } from "./capacity";
import type { Database } from "./database";
import { parseRequest } from "./parseRequest";
import type { CapacityReport, Requests } from "./requests";
import { evaluateWrite, readItem, readPage, type WriteOperation } from "./store";
import type { Table } from "./table";

/** A request in the form that `parseRequest` gives it. */
export function requestSchema<Name extends keyof Requests>(name: Name) {
  return v.pipe(
    v.unknown(),
    v.transform((raw) => parseRequest(name, raw)),
  );
}

/** `ConsumedCapacity`, where it was asked for. */
function consumed(
  report: CapacityReport | undefined,
  table: Table,
  usage: Parameters<typeof capacityReport>[2],
): object {
  const capacity = capacityReport(report, table, usage);
  return capacity === undefined ? {} : { ConsumedCapacity: capacity };
}

/** Throws the fault that stands in the way of a request, if any. */
export function passFaults(database: Database, operationName: string, tableName: string): void {
  const fault = database.faults?.(operationName, tableName);
  if (fault !== undefined) throw fault;
}

function writeItem(database: Database, name: WriteOperation): Operation {
  return operation(
    database.context,
    requestSchema(name),
    (input) => {
      const key = "Item" in input ? input.Item : input.Key;
      return [tableAccess(database, name, input.TableName, [key])];
    },
    (input) => {
      passFaults(database, name, input.TableName);
      const table = database.table(input.TableName);
      if (input.ReturnItemCollectionMetrics === "SIZE" && table.schema.LocalSecondaryIndexes !== undefined) {
        throw notSupported(
          `${name} with ReturnItemCollectionMetrics on a table with local secondary indexes`,
        );
      }
      const evaluation = evaluateWrite(name, table, input);
      switch (evaluation.outcome) {
        case "invalid":
          throw evaluation.error;
        case "condition-failed": {
          database.capacity.written(table.name, refusedWriteUsage(evaluation.oldItem, input.Item));
          const shown =
            input.ReturnValuesOnConditionCheckFailure === "ALL_OLD" ? evaluation.oldItem : undefined;
          const { code, message, status } = evaluation.error;
          throw new AwsError(code, message, status, shown === undefined ? {} : { Item: shown });
        }
        case "accepted": {
          const usage = writeUsage(evaluation.change);
          database.capacity.written(table.name, usage);
          database.apply([evaluation.change]);
          return {
            ...(evaluation.attributes !== undefined && { Attributes: evaluation.attributes }),
            ...consumed(input.ReturnConsumedCapacity, table, usage),
          };
        }
      }
    },
  );
}

function getItem(database: Database): Operation {
  return operation(
    database.context,
    requestSchema("GetItem"),
    (input) => [tableAccess(database, "GetItem", input.TableName, [input.Key])],
    (input) => {
      passFaults(database, "GetItem", input.TableName);
      const table = database.table(input.TableName);
      const { item, stored } = readItem(table, input);
      const usage = itemReadUsage(stored, input.ConsistentRead);
      database.capacity.read(table.name, usage);
      return {
        ...(item !== undefined && { Item: item }),
        ...consumed(input.ReturnConsumedCapacity, table, usage),
      };
    },
  );
}

function readManyItems(database: Database, name: "Query" | "Scan"): Operation {
  return operation(
    database.context,
    requestSchema(name),
    (input) => {
      // Only a query of the table itself is bound to one partition key of the table.
      const partitionKey = database.tables.get(input.TableName)?.schema.KeySchema[0]?.AttributeName ?? "";
      const value =
        input.IndexName === undefined
          ? input.KeyConditions?.[partitionKey]?.AttributeValueList?.[0]
          : undefined;
      const keys = value === undefined ? [] : [{ [partitionKey]: value }];
      return [tableAccess(database, name, input.TableName, keys, input.IndexName)];
    },
    async (input) => {
      passFaults(database, name, input.TableName);
      const table = database.table(input.TableName);
      const read = await readPage(name, table, input);
      const usage = pageUsage(read, input.IndexName, input.ConsistentRead);
      database.capacity.read(table.name, usage);
      return { ...read.page, ...consumed(input.ReturnConsumedCapacity, table, usage) };
    },
  );
}

/** The operations on single items, queries and scans. */
export function itemOperations(database: Database): Readonly<Record<string, Operation>> {
  return {
    PutItem: writeItem(database, "PutItem"),
    UpdateItem: writeItem(database, "UpdateItem"),
    DeleteItem: writeItem(database, "DeleteItem"),
    GetItem: getItem(database),
    Query: readManyItems(database, "Query"),
    Scan: readManyItems(database, "Scan"),
  };
}
