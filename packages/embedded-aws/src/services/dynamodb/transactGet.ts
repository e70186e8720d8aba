import { AwsError } from "../../core/errors";
import { parsingOperationsOf } from "../../wire/operation";
import { checkKeysOf, tableAccess } from "./access";
import { type Item, itemSize } from "./attributeValue";
import { asBytes } from "./bytes";
import { cancellation, type CancellationReason, errorReason, NO_REASON } from "./cancellation";
import { itemReadUsage, scaleUsage, TRANSACTION_FACTOR } from "./capacity";
import type { Database } from "./database";
import { readItem } from "./pages";
import type { GetItemRequest } from "./requests";
import {
  consumedByTransaction,
  faultReason,
  refuseOversize,
  refuseRepeatedItems,
  usageByTable,
} from "./transaction";
import { parseTransactGet, transactGetSupport } from "./transactionRequest";

interface Result {
  readonly tableName: string;
  readonly key: Item;
  readonly reason: CancellationReason;
  readonly stored: Item | undefined;
  readonly item: Item | undefined;
}

function read(database: Database, request: GetItemRequest): Result {
  const tableName = request.TableName;
  const key = request.Key;
  const refused = (reason: CancellationReason) => ({
    tableName,
    key,
    reason,
    stored: undefined,
    item: undefined,
  });
  const fault = faultReason(database, "TransactGetItems", tableName, key);
  if (fault !== undefined) return refused(fault);
  try {
    return { tableName, key, reason: NO_REASON, ...readItem(database.table(tableName), request) };
  } catch (error) {
    const reason = error instanceof AwsError ? errorReason(error) : undefined;
    if (reason === undefined) throw error;
    return refused(reason);
  }
}

/** Reads items of any tables as they stand at one moment. */
export function transactGetItems(database: Database) {
  return parsingOperationsOf("dynamodb", database.context)(
    "TransactGetItems",
    transactGetSupport,
    parseTransactGet,
    ({ reads }) => reads.map(({ TableName, Key }) => tableAccess(database, "GetItem", TableName, [Key])),
    ({ reads, capacityReport }, { caller }) => {
      const names = reads.map(({ TableName }) => TableName);
      checkKeysOf(database, names, caller);
      refuseRepeatedItems(
        database,
        reads.map(({ TableName, Key }) => ({ tableName: TableName, key: Key })),
      );
      const results = reads.map((request) => read(database, request));
      const refusal = cancellation(results.map(({ reason }) => reason));
      if (refusal !== undefined) throw refusal;
      refuseOversize(
        results.reduce((bytes, { stored }) => bytes + (stored === undefined ? 0 : itemSize(stored)), 0),
      );

      const costs = results.map(({ tableName, key, stored }) => ({
        tableName,
        key,
        usage: scaleUsage(itemReadUsage(stored, true), TRANSACTION_FACTOR),
      }));
      for (const { tableName, key, usage } of costs)
        database.spend(database.table(tableName), "read", usage, key);
      const usages = usageByTable(costs.map(({ tableName, usage }) => [tableName, usage]));
      for (const [name, usage] of usages) database.controls.capacity.read(database.nameOf(name), usage);
      return {
        Responses: results.map(({ item }) => (item === undefined ? {} : { Item: asBytes(item) })),
        ...consumedByTransaction(database, capacityReport, usages, "ReadCapacityUnits"),
      };
    },
  );
}
