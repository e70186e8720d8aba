import { AwsError } from "../../core/errors";
import type { Item } from "./attributeValue";
import { type CancellationReason, errorReason } from "./cancellation";
import { addUsage, NO_USAGE, transactionReport, type Usage } from "./capacity";
import type { Database } from "./database";
import type { CapacityReport } from "./requests";
import { emptyKeyRefusal, keyRefusal } from "./checkKeys";
import { storageKey } from "./storageKey";

/** What writing and reading transactions have in common. */

/** All items of one transaction together. */
const MAX_TRANSACTION_BYTES = 4 * 1024 * 1024;

export function refuseOversize(bytes: number): void {
  if (bytes <= MAX_TRANSACTION_BYTES) return;
  throw new AwsError(
    "ValidationException",
    `Transaction payload size cannot exceed 4MB. Payload Size: ${bytes}`,
  );
}

export function refuseRepeatedItems(
  database: Database,
  items: readonly { readonly tableName: string; readonly key: Item }[],
): void {
  const seen = new Set<string>();
  for (const { tableName, key } of items) {
    const table = database.table(tableName);
    const empty = emptyKeyRefusal(table.key, key);
    if (empty !== undefined) throw new AwsError("ValidationException", empty);
    // A malformed key is a reason to cancel the transaction; evaluating the action finds it.
    const own = table.keysOf(key);
    if (keyRefusal(table.key, own) !== undefined) continue;
    const id = `${table.name}/${storageKey(table.key, own)}`;
    if (seen.has(id)) {
      throw new AwsError(
        "ValidationException",
        "Transaction request cannot include multiple operations on one item",
      );
    }
    seen.add(id);
  }
}

/** The reason that a fault is for the transaction; a fault that is none fails the request. */
export function faultReason(
  database: Database,
  operationName: "TransactWriteItems" | "TransactGetItems",
  tableName: string,
  key: Item,
): CancellationReason | undefined {
  const kind = operationName === "TransactGetItems" ? "read" : "write";
  const fault = database.refusal(operationName, tableName, kind, key);
  if (fault === undefined) return undefined;
  const reason = errorReason(fault);
  if (reason === undefined) throw fault;
  return reason;
}

export function usageByTable(
  entries: readonly (readonly [tableName: string, usage: Usage])[],
): ReadonlyMap<string, Usage> {
  const usages = new Map<string, Usage>();
  for (const [tableName, usage] of entries) {
    usages.set(tableName, addUsage(usages.get(tableName) ?? NO_USAGE, usage));
  }
  return usages;
}

/** `ConsumedCapacity` of a transaction, where it was asked for: a list, with one entry for each table. */
export function consumedByTransaction(
  database: Database,
  report: CapacityReport | undefined,
  usages: ReadonlyMap<string, Usage>,
  kind: "ReadCapacityUnits" | "WriteCapacityUnits",
): object {
  if (report !== "TOTAL" && report !== "INDEXES") return {};
  return {
    ConsumedCapacity: [...usages].map(([name, usage]) =>
      transactionReport(report, database.table(name), usage, kind, name),
    ),
  };
}
