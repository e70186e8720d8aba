import { AwsError } from "../../core/errors";
import { recordOf } from "../../core/record";
import { parsingOperationsOf } from "../../wire/operation";
import { checkKeysOf, tableAccess } from "./access";
import { itemSize, type Item } from "./attributeValue";
import { asBytes } from "./bytes";
import { addUsage, capacityReport, itemReadUsage, NO_USAGE, type Usage, writeUsage } from "./capacity";
import type { Database } from "./database";
import { keyRefusal } from "./checkKeys";
import { readItem } from "./pages";
import { parseBatchGet, parseBatchWrite } from "./parseBatch";
import { batchRules } from "./requestRules";
import type { CapacityReport, TableWrite } from "./requests";
import type { Change } from "./change";
import { evaluateWrite } from "./store";

/** What one `BatchGetItem` returns at most, and how many writes one `BatchWriteItem` takes. */
const MAX_BATCH_GET_BYTES = 16 * 1024 * 1024;
const MAX_BATCH_WRITES = 25;

type Bytes = ReturnType<typeof asBytes>;

const THROTTLES = new Set(["ProvisionedThroughputExceededException", "ThrottlingException"]);

/** Whether an item of a batch is throttled, and so left for the client to send again. Other faults fail the whole batch. */
function throttled(
  database: Database,
  operationName: "BatchGetItem" | "BatchWriteItem",
  tableName: string,
  key: Item | undefined,
): AwsError | undefined {
  const kind = operationName === "BatchGetItem" ? "read" : "write";
  const fault = database.refusal(operationName, tableName, kind, key);
  if (fault !== undefined && !THROTTLES.has(fault.code)) throw fault;
  return fault;
}

/** A batch of which every item is throttled fails as a whole. */
function refuseWhenAllThrottled(processed: number, throttle: AwsError | undefined): void {
  if (processed === 0 && throttle !== undefined) throw throttle;
}

/** `ConsumedCapacity` of a batch: a list, with one entry for each table. */
function consumedByTable(
  database: Database,
  report: CapacityReport | undefined,
  usages: ReadonlyMap<string, Usage>,
): object {
  if (report !== "TOTAL" && report !== "INDEXES") return {};
  return {
    ConsumedCapacity: [...usages].map(([name, usage]) =>
      capacityReport(report, database.table(name), usage, name),
    ),
  };
}

function batchGetItem(database: Database) {
  return parsingOperationsOf("dynamodb", database.context)(
    "BatchGetItem",
    { supports: ["RequestItems", "ReturnConsumedCapacity"], rules: batchRules },
    parseBatchGet,
    (input) =>
      Object.entries(input.RequestItems).map(([name, { Keys }]) =>
        tableAccess(database, "BatchGetItem", name, Keys),
      ),
    (input, { caller }) => {
      checkKeysOf(database, Object.keys(input.RequestItems), caller);
      const responses = recordOf<Bytes[]>([]);
      const unprocessed = recordOf<{ readonly Keys: Bytes[] }>([]);
      const usages = new Map<string, Usage>();
      let bytes = 0;
      let processed = 0;
      let throttle: AwsError | undefined;
      for (const [name, { Keys, sent, ...read }] of Object.entries(input.RequestItems)) {
        const table = database.table(name);
        const found: Item[] = [];
        const left: Item[] = [];
        let usage = NO_USAGE;
        for (const Key of Keys) {
          const { item, stored } = readItem(table, { TableName: name, Key, ...read });
          const size = stored === undefined ? 0 : itemSize(stored);
          const fault = throttled(database, "BatchGetItem", name, Key);
          throttle ??= fault;
          if (fault !== undefined || bytes + size > MAX_BATCH_GET_BYTES) {
            left.push(Key);
            continue;
          }
          bytes += size;
          processed++;
          const cost = itemReadUsage(stored, read.ConsistentRead);
          usage = addUsage(usage, cost);
          database.spend(table, "read", cost, Key);
          if (item !== undefined) found.push(item);
        }
        responses[name] = found.map(asBytes);
        usages.set(name, usage);
        if (left.length > 0) unprocessed[name] = { ...sent, Keys: left.map(asBytes) };
      }
      refuseWhenAllThrottled(processed, throttle);
      for (const [name, usage] of usages) database.controls.capacity.read(database.nameOf(name), usage);
      return {
        Responses: responses,
        UnprocessedKeys: unprocessed,
        ...consumedByTable(database, input.ReturnConsumedCapacity, usages),
      };
    },
  );
}

function writesOf(requests: readonly TableWrite[]): readonly Item[] {
  return requests.map(({ PutRequest, DeleteRequest }) => PutRequest?.Item ?? DeleteRequest?.Key ?? {});
}

function batchWriteItem(database: Database) {
  return parsingOperationsOf("dynamodb", database.context)(
    "BatchWriteItem",
    {
      supports: ["RequestItems", "ReturnConsumedCapacity", "ReturnItemCollectionMetrics"],
      rules: batchRules,
    },
    parseBatchWrite,
    (input) =>
      Object.entries(input.RequestItems).map(([name, requests]) =>
        tableAccess(database, "BatchWriteItem", name, writesOf(requests)),
      ),
    (input, { caller }) => {
      checkKeysOf(database, Object.keys(input.RequestItems), caller);
      const count = Object.values(input.RequestItems).reduce((sum, requests) => sum + requests.length, 0);
      if (count > MAX_BATCH_WRITES)
        throw new AwsError("ValidationException", "Too many items requested for the BatchWriteItem call");
      const unprocessed = recordOf<ReturnType<typeof withBytes>[]>([]);
      const usages = new Map<string, Usage>();
      const changes: Change[] = [];
      let throttle: AwsError | undefined;
      for (const [name, requests] of Object.entries(input.RequestItems)) {
        usages.set(name, NO_USAGE);
        const seen = new Set<string>();
        for (const request of requests) {
          const change = evaluateBatchWrite(database, name, request);
          if (seen.has(change.key))
            throw new AwsError("ValidationException", "Provided list of item keys contains duplicates");
          seen.add(change.key);
          const [key] = writesOf([request]);
          const fault = throttled(database, "BatchWriteItem", name, key);
          throttle ??= fault;
          if (fault === undefined) {
            changes.push(change);
            const cost = writeUsage(change);
            usages.set(name, addUsage(usages.get(name) ?? NO_USAGE, cost));
            database.spend(change.table, "write", cost, key);
          } else (unprocessed[name] ??= []).push(withBytes(request));
        }
      }
      refuseWhenAllThrottled(changes.length, throttle);
      for (const [name, usage] of usages) database.controls.capacity.written(database.nameOf(name), usage);
      database.apply(changes);
      return {
        UnprocessedItems: unprocessed,
        ...consumedByTable(database, input.ReturnConsumedCapacity, usages),
      };
    },
  );
}

function withBytes({ PutRequest, DeleteRequest }: TableWrite) {
  return {
    ...(PutRequest !== undefined && { PutRequest: { Item: asBytes(PutRequest.Item) } }),
    ...(DeleteRequest !== undefined && { DeleteRequest: { Key: asBytes(DeleteRequest.Key) } }),
  };
}

function evaluateBatchWrite(
  database: Database,
  tableName: string,
  { PutRequest, DeleteRequest }: TableWrite,
): Change {
  const table = database.table(tableName);
  if (PutRequest !== undefined) {
    const refusal = keyRefusal(table.key, table.keysOf(PutRequest.Item));
    if (refusal !== undefined) throw new AwsError("ValidationException", refusal);
  }
  const evaluation =
    PutRequest !== undefined
      ? evaluateWrite("PutItem", table, { TableName: tableName, Item: PutRequest.Item })
      : evaluateWrite("DeleteItem", table, { TableName: tableName, Key: DeleteRequest?.Key ?? {} });
  if (evaluation.outcome !== "accepted") throw evaluation.error;
  return evaluation.change;
}

/** The operations on many items that are not transactions: each write stands alone, and may be left unprocessed. */
export function batchOperations(database: Database) {
  return { ...batchGetItem(database), ...batchWriteItem(database) };
}
