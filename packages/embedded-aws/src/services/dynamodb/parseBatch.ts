import type { Item } from "./attributeValue";
import { checkItem, checkValues, copied, invalid, projectionOf, type RawRequest } from "./parseRequest";
import type { BatchGetItemRequest, BatchWriteItemRequest, TableReads, TableWrite } from "./requests";
import { recordOf } from "../../core/record";
import { sortable } from "./storageKey";
import { checkTableName } from "./tableName";

const MAX_BATCH_KEYS = 100;
const MAX_BATCH_WRITES = 25;

interface RawReads extends Omit<Partial<RawRequest>, "Key"> {
  readonly Keys: readonly Item[];
  readonly ConsistentRead?: boolean;
}

/** Both throw DynamoDB's `ValidationException`. */
export function parseBatchGet(raw: object): BatchGetItemRequest {
  const request = copied(raw) as { readonly RequestItems: Readonly<Record<string, RawReads>> };
  const tables = Object.entries(request.RequestItems);
  checkTables(tables.map(([name]) => name));
  let count = 0;
  const RequestItems = recordOf(
    tables.map(([name, reads]): [string, TableReads] => {
      checkCount(`requestItems.${name}.member.keys`, reads.Keys, MAX_BATCH_KEYS);
      const { Keys, ...sent } = reads;
      const parsed = { ...sent, ...projectionOf(reads), Keys, sent };
      checkKeys(Keys);
      count += Keys.length;
      return [name, parsed];
    }),
  );
  if (count > MAX_BATCH_KEYS) throw invalid("Too many items requested for the BatchGetItem call");
  return { ...request, RequestItems };
}

export function parseBatchWrite(raw: object): BatchWriteItemRequest {
  const request = copied(raw) as BatchWriteItemRequest;
  const tables = Object.entries(request.RequestItems);
  checkTables(tables.map(([name]) => name));
  for (const [name, writes] of tables) {
    checkCount(`requestItems.${name}`, writes, MAX_BATCH_WRITES);
    for (const write of writes) checkWrite(write);
  }
  return request;
}

function checkWrite({ PutRequest, DeleteRequest }: TableWrite): void {
  if ((PutRequest === undefined) === (DeleteRequest === undefined)) {
    throw invalid(
      "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes",
    );
  }
  if (PutRequest !== undefined) checkItem(PutRequest.Item);
  if (DeleteRequest !== undefined) checkValues(DeleteRequest.Key);
}

function checkKeys(keys: readonly Item[]): void {
  const seen = new Set<string>();
  for (const key of keys) {
    checkValues(key);
    const text = JSON.stringify(
      Object.entries(key)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, value]) => [
          name,
          "S" in value || "N" in value || "B" in value ? sortable(value) : value,
        ]),
    );
    if (seen.has(text)) throw invalid("Provided list of item keys contains duplicates");
    seen.add(text);
  }
}

function checkTables(names: readonly string[]): void {
  if (names.length === 0) {
    throw invalid(
      "1 validation error detected: Value '{}' at 'requestItems' failed to satisfy constraint: Member must have length greater than or equal to 1",
    );
  }
  for (const name of names) checkTableName(name, "requestItems");
}

function checkCount(at: string, list: readonly unknown[], most: number): void {
  if (list.length >= 1 && list.length <= most) return;
  const bound = list.length === 0 ? "greater than or equal to 1" : `less than or equal to ${most}`;
  throw invalid(
    `1 validation error detected: Value of ${list.length} members at '${at}' failed to satisfy constraint: Member must have length ${bound}`,
  );
}
