import { AwsError } from "../../core/errors";
import { recordOf } from "../../core/record";
import type { Range } from "../../core/sortedMap";
import { type AttributeValue, itemSize, type Item } from "./attributeValue";
import { emptyIndexKeyRefusal, emptyKeyRefusal, keyRefusal } from "./checkKeys";
import { holds } from "./expressions/evaluateCondition";
import { project } from "./expressions/paths";
import type { Path } from "./expressions/tree";
import { nestedKeyRefusal, pathsOfCondition } from "./keyPaths";
import { checkKeyConditions, keyValues, rangeOf } from "./keyRange";
import { attributesOf, type IndexShape, type KeyShape } from "./keyShape";
import type { GetItemRequest, KeyConditions, Page, PageRequest, QueryRequest, ScanRequest } from "./requests";
import { conditionOf } from "./legacyConditions";
import { indexStorageKey, isIndexed, partitionPrefix, segmentRange, storageKey } from "./storageKey";
import type { Table } from "./table";

/** What is read of tables. All of it throws DynamoDB's `ValidationException`. */

export interface ItemRead {
  /** The whole item, before any projection; capacity is counted by it. */
  readonly stored: Item | undefined;
  readonly item: Item | undefined;
}

export function readItem(table: Table, { Key, projection }: GetItemRequest): ItemRead {
  refuse(keyRefusal(table.key, Key));
  if (projection !== undefined) refuse(nestedKeyRefusal(table, projection));
  const stored = table.items.get(storageKey(table.key, Key));
  const item = stored === undefined || projection === undefined ? stored : project(stored, projection);
  return { stored, item };
}

export interface PageRead {
  readonly page: Page;
  /** Bytes read from the table or index that was asked. */
  readonly scannedBytes: number;
  /** Sizes of items fetched one by one from the table, for attributes that a local index does not hold. */
  readonly fetchedSizes: readonly number[];
}

/** The table or the index that a page is read from. */
interface Source {
  readonly table: Table;
  readonly index: IndexShape | undefined;
  readonly key: KeyShape;
}

export function readQuery(table: Table, request: QueryRequest): PageRead {
  const source = sourceOf(table, request);
  const { keyConditions } = request;
  checkKeyConditions(source.key, keyConditions);
  checkEmptyKeys(source, keyConditions);
  checkFilter(source, request, true);
  checkPage(source, request);
  const range = rangeOf(source.key, keyConditions);
  const reverse = request.ScanIndexForward === false;
  if (request.ExclusiveStartKey === undefined) return readPage(source, request, { ...range, reverse });
  const start = startKeyOf(source, request.ExclusiveStartKey);
  checkStartWithin(source, keyConditions, request.ExclusiveStartKey);
  const { gte: _, ...after } = range;
  return readPage(
    source,
    request,
    reverse ? { ...range, lt: start, reverse } : { ...after, gt: start, reverse },
  );
}

export function readScan(table: Table, request: ScanRequest): PageRead {
  const source = sourceOf(table, request);
  checkFilter(source, request, false);
  checkPage(source, request);
  const { ExclusiveStartKey, Segment = 0, TotalSegments = 1 } = request;
  const range: Range = TotalSegments > 1 ? segmentRange(Segment, TotalSegments) : {};
  if (ExclusiveStartKey === undefined) return readPage(source, request, range);
  const start = startKeyOf(source, ExclusiveStartKey);
  if (start < (range.gte ?? "") || (range.lt !== undefined && start >= range.lt)) {
    throw invalid(
      `The provided starting key is invalid: Invalid ExclusiveStartKey. Please use ExclusiveStartKey with correct Segment. TotalSegments: ${TotalSegments} Segment: ${Segment}`,
    );
  }
  const { gte: _, ...after } = range;
  return readPage(source, request, { ...after, gt: start });
}

function sourceOf(table: Table, { IndexName, ConsistentRead }: PageRequest): Source {
  if (IndexName === undefined) return { table, index: undefined, key: table.key };
  const index = table.indexShapes.find(({ definition }) => definition.IndexName === IndexName);
  if (index === undefined) throw invalid(`The table does not have the specified index: ${IndexName}`);
  if (index.scope === "global" && ConsistentRead === true) {
    throw invalid("Consistent reads are not supported on global secondary indexes");
  }
  return { table, index, key: index.key };
}

/** A key condition cannot ask for what no key can be. */
function checkEmptyKeys({ table, index, key }: Source, conditions: KeyConditions): void {
  for (const { name } of attributesOf(key)) {
    for (const value of conditions.get(name)?.values ?? []) {
      refuse(
        index === undefined || table.key.hash.some((attribute) => attribute.name === name)
          ? emptyKeyRefusal(key, recordOf([[name, value]]))
          : emptyIndexKeyRefusal(index.definition.IndexName, name, value),
      );
    }
  }
}

function checkFilter(source: Source, { filter, projection = [] }: PageRequest, isQuery: boolean): void {
  const { table, index, key } = source;
  refuse(nestedKeyRefusal(table, projection));
  if (filter === undefined) return;
  const paths = pathsOfCondition(filter.condition);
  if (isQuery) {
    const asked = attributesOf(key).find(({ name }) =>
      paths.some((path) => path.length === 1 && path[0] === name),
    );
    if (asked !== undefined) {
      throw invalid(
        `${filter.member} can only contain non-primary key attributes: Primary key attribute: ${asked.name}`,
      );
    }
  }
  refuse(nestedKeyRefusal(table, paths));
  if (index?.scope !== "global") return;
  const missing = notProjected(index, paths);
  if (missing.length === 0) return;
  throw invalid(
    `One or more parameter values were invalid: Secondary index ${index.definition.IndexName} does not project one or more filter attributes: [${missing.join(", ")}]`,
  );
}

/** Only a local index fetches from the table what it does not hold. */
function checkPage({ index }: Source, { Select, projection = [] }: PageRequest): void {
  if (index?.scope !== "global") return;
  const { IndexName } = index.definition;
  if (Select === "ALL_ATTRIBUTES" && index.projected !== undefined) {
    throw invalid(
      `One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not supported for global secondary index ${IndexName} because its projection type is not ALL`,
    );
  }
  const missing = notProjected(index, projection);
  if (missing.length === 0) return;
  throw invalid(
    `One or more parameter values were invalid: Global secondary index ${IndexName} does not project [${missing.join(", ")}]`,
  );
}

function notProjected({ projected }: IndexShape, paths: readonly Path[]): readonly string[] {
  if (projected === undefined) return [];
  const names = new Set(paths.map(([name]) => String(name)));
  return [...names].filter((name) => !projected.has(name));
}

/** The storage key that a starting key stands for; it has the keys of the table and of the index. */
function startKeyOf({ table, index }: Source, start: Item): string {
  const names = new Set(
    [...attributesOf(table.key), ...(index === undefined ? [] : attributesOf(index.key))].map(
      ({ name }) => name,
    ),
  );
  const own = recordOf<AttributeValue>([]);
  for (const { name } of attributesOf(table.key)) {
    const value = start[name];
    if (value !== undefined) own[name] = value;
  }
  if (Object.keys(start).length !== names.size) throw invalid("The provided starting key is invalid");
  const refusal = keyRefusal(table.key, own);
  if (refusal !== undefined) throw invalid(`The provided starting key is invalid: ${refusal}`);
  if (index === undefined) return storageKey(table.key, start);
  if (!isIndexed(index.key, start)) throw invalid("The provided starting key is invalid");
  return indexStorageKey(index.key, table.key, start);
}

function checkStartWithin({ key }: Source, conditions: KeyConditions, start: Item): void {
  const inPartition =
    partitionPrefix(key.hash, start) === partitionPrefix(key.hash, keyValues(key.hash, conditions));
  const asked = key.range.flatMap(({ name }) => {
    const condition = conditions.get(name);
    return condition === undefined ? [] : [conditionOf(name, condition.operator, condition.values)];
  });
  if (asked.length === 0 && !inPartition) {
    throw invalid("The provided starting key is outside query boundaries based on provided conditions");
  }
  if (!asked.every((condition) => holds(condition, start))) {
    throw invalid("The provided starting key does not match the range key predicate");
  }
  if (!inPartition) throw invalid("The query can return at most one row and cannot be restarted");
}

/** A page ends at the item that brings it to so many bytes. */
const PAGE_BYTES = 1024 * 1024;

function readPage({ table, index, key }: Source, request: PageRequest, range: Range): PageRead {
  const { Limit = Infinity, Select, filter, projection } = request;
  const items = index === undefined ? table.items : table.indexes.get(index.definition.IndexName);
  const fetchedSizes: number[] = [];
  const whole = (item: Item): Item => {
    const fetched = table.items.get(storageKey(table.key, item)) ?? item;
    fetchedSizes.push(itemSize(fetched));
    return fetched;
  };
  const fetches = index !== undefined && needsWhole(index, request);
  const shown: Item[] = [];
  let count = 0;
  let scannedCount = 0;
  let scannedBytes = 0;
  let last: Item | undefined;
  for (const entry of items?.iterate(range) ?? []) {
    if (scannedCount >= Limit || scannedBytes >= PAGE_BYTES) break;
    scannedCount++;
    scannedBytes += itemSize(entry);
    last = entry;
    const item = fetches ? whole(entry) : entry;
    if (filter !== undefined && !holds(filter.condition, item)) continue;
    count++;
    if (Select !== "COUNT") shown.push(projection === undefined ? item : project(item, projection));
  }
  const ended = scannedCount < Limit && scannedBytes < PAGE_BYTES;
  return {
    page: {
      Count: count,
      ScannedCount: scannedCount,
      ...(Select !== "COUNT" && { Items: shown }),
      ...(!ended && last !== undefined && { LastEvaluatedKey: lastKeyOf(table, key, last) }),
    },
    scannedBytes,
    fetchedSizes,
  };
}

function needsWhole(index: IndexShape, { Select, projection = [], filter }: PageRequest): boolean {
  if (index.scope === "global" || index.projected === undefined) return false;
  if (Select === "ALL_ATTRIBUTES") return true;
  const filtered = filter === undefined ? [] : pathsOfCondition(filter.condition);
  return notProjected(index, [...projection, ...filtered]).length > 0;
}

function lastKeyOf(table: Table, key: KeyShape, item: Item): Item {
  const names = [...attributesOf(table.key), ...attributesOf(key)].map(({ name }) => name);
  return recordOf(
    names.flatMap((name) => {
      const value = item[name];
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}

function refuse(reason: string | undefined): void {
  if (reason !== undefined) throw invalid(reason);
}

function invalid(message: string): AwsError {
  return new AwsError("ValidationException", message);
}
