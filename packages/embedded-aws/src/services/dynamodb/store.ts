import { Readable } from "node:stream";
import { AwsError } from "../../core/errors";
import { recordOf } from "../../core/record";
import { type AttributeValue, itemSize, type Item, MAX_ITEM_BYTES } from "./attributeValue";
import { asAwsError } from "./dynaliteErrors";
import { checkItemDepth } from "./documentDepth";
import { actions, db, validateAttributeValue } from "./dynalite";
import type * as Wire from "./requests";
import type { Range, SortedMap } from "../../core/sortedMap";
import type { Table } from "./table";

/**
 * dynalite behind a typed door: it works out what reads and writes come to. Its own database is left out. A write runs against a view that reads a table and only notes what would
 * change, so that a caller may commit several writes at once, or none. Everything about a write happens
 * within one turn of the event loop: no other request can come between its condition and its change.
 */

const options = { maxItemSize: MAX_ITEM_BYTES };

/** One index entry that a write puts or takes away. */
interface IndexEntry {
  readonly indexName: string;
  readonly key: string;
  readonly item: Item | undefined;
}

/** What one write would do to one item. */
export interface Change {
  readonly table: Table;
  readonly key: string;
  readonly oldItem: Item | undefined;
  readonly newItem: Item | undefined;
  readonly indexEntries: readonly IndexEntry[];
}

export type Evaluation =
  | { readonly outcome: "accepted"; readonly change: Change; readonly attributes: Item | undefined }
  /** The condition did not hold; `oldItem` is what stands there. */
  | { readonly outcome: "condition-failed"; readonly error: AwsError; readonly oldItem: Item | undefined }
  | { readonly outcome: "invalid"; readonly error: AwsError };

const writeActions = {
  PutItem: actions.putItem,
  UpdateItem: actions.updateItem,
  DeleteItem: actions.deleteItem,
};

export type WriteOperation = keyof typeof writeActions;

/** Works out what a write would do, without doing it. */
export function evaluateWrite(
  operation: WriteOperation,
  table: Table,
  request: Wire.WriteRequest,
): Evaluation {
  let key = "";
  let oldItem: Item | undefined;
  let newItem: Item | undefined;
  const indexEntries: IndexEntry[] = [];
  const view = {
    options,
    getTable: (_name: string, done: Done) => done(null, table.schema),
    getItemDb: () => ({
      lock: (_key: string, locked: (release: (done: Done) => Done) => void) => locked((done) => done),
      get: (itemKey: string, done: Done) => {
        key = itemKey;
        oldItem = table.items.get(itemKey);
        done(null, oldItem);
      },
      put: (_key: string, item: Item, done: Done) => {
        newItem = item;
        done(null);
      },
      del: (_key: string, done: Done) => done(null),
    }),
    getIndexDb: (_kind: string, _table: string, indexName: string) => ({
      put: (indexKey: string, item: Readonly<Record<string, AttributeValue | undefined>>, done: Done) => {
        indexEntries.push({ indexName, key: indexKey, item: withoutAbsent(item) });
        done(null);
      },
      del: (indexKey: string, done: Done) => {
        indexEntries.push({ indexName, key: indexKey, item: undefined });
        done(null);
      },
    }),
  };
  try {
    const { ReturnConsumedCapacity: _, ...input } = request;
    // An update builds a new item on the very object that holds the key.
    if (input.Key !== undefined) Object.assign(input, { Key: recordOf(Object.entries(input.Key)) });
    const output = answered((done) => writeActions[operation](view, input, done)) as { Attributes?: Item };
    if (newItem !== undefined) checkResult(operation, newItem);
    return {
      outcome: "accepted",
      change: { table, key, oldItem, newItem, indexEntries },
      attributes: nonEmpty(output.Attributes),
    };
  } catch (error) {
    const refusal = asAwsError(error);
    return refusal.code === "ConditionalCheckFailedException"
      ? { outcome: "condition-failed", error: refusal, oldItem }
      : { outcome: "invalid", error: refusal };
  }
}

/** An update that touched nothing that was there has no attributes to show. */
function nonEmpty(attributes: Item | undefined): Item | undefined {
  return attributes === undefined || Object.keys(attributes).length === 0 ? undefined : attributes;
}

/** A projection may name attributes that an item does not have. */
function withoutAbsent(item: Readonly<Record<string, AttributeValue | undefined>>): Item {
  return recordOf(
    Object.entries(item).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])),
  );
}

/** dynalite measures strings in UTF-16 units and lets arithmetic leave the range of numbers. */
function checkResult(operation: WriteOperation, item: Item): void {
  if (itemSize(item) > MAX_ITEM_BYTES) {
    throw invalid(
      operation === "UpdateItem"
        ? "Item size to update has exceeded the maximum allowed size"
        : "Item size has exceeded the maximum allowed size",
    );
  }
  if (operation !== "UpdateItem") return;
  checkItemDepth(item);
  for (const value of Object.values(item)) {
    const reason = validateAttributeValue(value);
    if (reason !== undefined) throw invalid(reason);
  }
}

/** Evaluates a transaction's `ConditionCheck`, which changes nothing. */
export function evaluateCheck(table: Table, request: Wire.KeyedRequest): Evaluation {
  const malformed = db.validateKey(request.Key, table.schema);
  if (malformed) return { outcome: "invalid", error: asAwsError(malformed) };
  const key = db.createKey(request.Key, table.schema);
  const item = table.items.get(key);
  const failed = db.checkConditional(request, item);
  if (failed) return { outcome: "condition-failed", error: asAwsError(failed), oldItem: item };
  return {
    outcome: "accepted",
    change: { table, key, oldItem: item, newItem: item, indexEntries: [] },
    attributes: undefined,
  };
}

/** Makes a change real. */
export function commit(change: Change): void {
  const { table, key, oldItem, newItem } = change;
  if (newItem === undefined) table.items.delete(key);
  else table.items.set(key, newItem);
  table.sizeBytes +=
    (newItem === undefined ? 0 : itemSize(newItem)) - (oldItem === undefined ? 0 : itemSize(oldItem));
  for (const entry of change.indexEntries) {
    const index = table.indexes.get(entry.indexName);
    if (entry.item === undefined) index?.delete(entry.key);
    else index?.set(entry.key, entry.item);
  }
}

export interface ItemRead {
  /** The whole item, before any projection; capacity is counted by it. */
  readonly stored: Item | undefined;
  readonly item: Item | undefined;
}

export function readItem(table: Table, request: Wire.GetItemRequest): ItemRead {
  let stored: Item | undefined;
  const view = {
    options,
    getTable: (_name: string, done: Done) => done(null, table.schema),
    getItemDb: () => ({
      get: (key: string, done: Done) => {
        stored = table.items.get(key);
        done(null, stored);
      },
    }),
  };
  try {
    const { ReturnConsumedCapacity: _, ...input } = request;
    const { Item: item } = answered((done) => actions.getItem(view, input, done)) as { Item?: Item };
    return { stored, item };
  } catch (error) {
    throw asAwsError(error);
  }
}

export interface PageRead {
  readonly page: Wire.Page;
  /** Bytes read from the table or index that was asked. */
  readonly scannedBytes: number;
  /** Sizes of items fetched one by one from the table, for attributes that a local index does not hold. */
  readonly fetchedSizes: readonly number[];
}

/** dynalite ends a page at the item that brings it to so many bytes, by its own measure. */
const PAGE_BYTES = 1024 * 1024;

/** The items that dynalite will read for one page, and the one that tells it that there are more. */
function onePage(items: SortedMap<Item>, range: Range, rangeKey: string | undefined): Item[] {
  const read: Item[] = [];
  let bytes = 0;
  for (const item of items.iterate(range)) {
    read.push(item);
    if (bytes >= PAGE_BYTES) break;
    bytes += db.itemSize(item, true, true, rangeKey);
  }
  return read;
}

/** One page of a query or scan, of the items as they are when it is called. */
export async function readPage(
  operation: "Query" | "Scan",
  table: Table,
  request: Wire.QueryRequest,
): Promise<PageRead> {
  let scanned: Item[] = [];
  const fetchedSizes: number[] = [];
  const values = (items: SortedMap<Item> | undefined) => ({
    createValueStream: (range: Range) => {
      scanned = items === undefined ? [] : onePage(items, range, table.schema.KeySchema[1]?.AttributeName);
      return Readable.from(scanned);
    },
    get: (key: string, done: Done) => {
      const item = table.items.get(key);
      if (item !== undefined) fetchedSizes.push(itemSize(item));
      done(null, item);
    },
  });
  const view = {
    options,
    getTable: (_name: string, done: Done) => done(null, table.schema),
    getItemDb: () => values(table.items),
    getIndexDb: (_kind: string, _table: string, indexName: string) => values(table.indexes.get(indexName)),
  };
  const { ReturnConsumedCapacity: _, ...input } = request;
  const page = await new Promise<Wire.Page>((resolve, reject) => {
    (operation === "Query" ? actions.query : actions.scan)(view, input, (error, output) => {
      if (error) reject(asAwsError(error));
      else resolve(output as Wire.Page);
    });
  });
  const scannedBytes = scanned.slice(0, page.ScannedCount).reduce((bytes, item) => bytes + itemSize(item), 0);
  return { page, scannedBytes, fetchedSizes };
}

/** The storage key of an item, or nothing when its key attributes do not match the table's key schema. */
export function storageKey(table: Table, item: Item): string | undefined {
  return db.validateKey(table.keysOf(item), table.schema) ? undefined : db.createKey(item, table.schema);
}

type Done = (error: unknown, output?: unknown) => void;

/** The output of an action that answers before it returns, as every action does on a view. */
function answered(run: (done: Done) => void): unknown {
  let answer: { readonly error: unknown; readonly output: unknown } | undefined;
  run((error, output) => {
    answer = { error, output };
  });
  if (answer === undefined) throw new Error("dynalite did not answer at once");
  if (answer.error) throw answer.error as Error;
  return answer.output;
}

function invalid(message: string): AwsError {
  return new AwsError("ValidationException", message);
}
