import { recordOf } from "../../core/record";
import { itemSize, sameItem, type Item } from "./attributeValue";
import type { CapacityReport } from "./requests";
import type { PageRead } from "./pages";
import type { Change } from "./change";
import type { Table } from "./table";

/** Bytes that one read unit and one write unit cover ("Read and write operations", DynamoDB developer guide). */
const READ_UNIT_BYTES = 4096;
const WRITE_UNIT_BYTES = 1024;

/** A transaction prepares each item, then commits it: everything costs twice. */
export const TRANSACTION_FACTOR = 2;

/** Units of one kind that one request took from one table and its indexes. */
export interface Usage {
  readonly table: number;
  readonly indexes: Readonly<Record<string, number>>;
}

export const NO_USAGE: Usage = { table: 0, indexes: recordOf([]) };

export function addUsage(a: Usage, b: Usage): Usage {
  const indexes = recordOf(Object.entries(a.indexes));
  for (const [name, units] of Object.entries(b.indexes)) indexes[name] = (indexes[name] ?? 0) + units;
  return { table: a.table + b.table, indexes };
}

export function scaleUsage(usage: Usage, factor: number): Usage {
  const indexes = recordOf(
    Object.entries(usage.indexes).map(([name, units]) => [name, units * factor] as const),
  );
  return { table: usage.table * factor, indexes };
}

function totalUnits(usage: Usage): number {
  return Object.values(usage.indexes).reduce((sum, units) => sum + units, usage.table);
}

function unitsFor(bytes: number, unitBytes: number): number {
  return Math.max(1, Math.ceil(bytes / unitBytes));
}

/** An eventually consistent read costs half; a read that finds nothing costs as much as the smallest item. */
function readUnits(bytes: number, consistent: boolean | undefined): number {
  return unitsFor(bytes, READ_UNIT_BYTES) * (consistent === true ? 1 : 0.5);
}

export function itemReadUsage(stored: Item | undefined, consistent: boolean | undefined): Usage {
  return {
    table: readUnits(stored === undefined ? 0 : itemSize(stored), consistent),
    indexes: NO_USAGE.indexes,
  };
}

/** A page is charged for the sum of what it scanned; items fetched beside it are charged one by one. */
export function pageUsage(
  { scannedBytes, fetchedSizes }: PageRead,
  indexName: string | undefined,
  consistent: boolean | undefined,
): Usage {
  const scanned = readUnits(scannedBytes, consistent);
  const fetched = fetchedSizes.reduce((sum, size) => sum + readUnits(size, consistent), 0);
  return indexName === undefined
    ? { table: scanned, indexes: NO_USAGE.indexes }
    : { table: fetched, indexes: recordOf([[indexName, scanned]]) };
}

/**
 * What writing `change` costs: the larger of the item before and after, in the table; in an index, one write
 * for a new, removed or altered entry, two for an entry whose key moves, none for one that stays as it is.
 */
export function writeUsage({ table, oldItem, newItem, indexEntries }: Change): Usage {
  const indexes = recordOf<number>([]);
  for (const entry of indexEntries) {
    const standing = table.indexes.get(entry.indexName)?.get(entry.key);
    if (sameItem(standing, entry.item)) continue;
    indexes[entry.indexName] = (indexes[entry.indexName] ?? 0) + largerWriteUnits(standing, entry.item);
  }
  return { table: largerWriteUnits(oldItem, newItem), indexes };
}

/** What a write costs that a condition refused: the larger of the item that stands and the one that was sent. */
export function refusedWriteUsage(standing: Item | undefined, sent: Item | undefined): Usage {
  return { table: largerWriteUnits(standing, sent), indexes: NO_USAGE.indexes };
}

function largerWriteUnits(a: Item | undefined, b: Item | undefined): number {
  const bytes = Math.max(a === undefined ? 0 : itemSize(a), b === undefined ? 0 : itemSize(b));
  return unitsFor(bytes, WRITE_UNIT_BYTES);
}

/**
 * The `ConsumedCapacity` member of an answer; nothing when the request did not ask for it.
 *
 * @param named the table as the request named it: a name or an ARN
 */
export function capacityReport(
  report: CapacityReport | undefined,
  table: Table,
  usage: Usage,
  named: string,
): object | undefined {
  if (report !== "TOTAL" && report !== "INDEXES") return undefined;
  const total = { TableName: named, CapacityUnits: totalUnits(usage) };
  return report === "TOTAL"
    ? total
    : { ...total, ...breakdown(table, usage, (units) => ({ CapacityUnits: units })) };
}

/** As `capacityReport`, in the form of transactions, which also says which kind of units it counts. */
export function transactionReport(
  report: CapacityReport | undefined,
  table: Table,
  usage: Usage,
  kind: "ReadCapacityUnits" | "WriteCapacityUnits",
  named: string,
): object | undefined {
  if (report !== "TOTAL" && report !== "INDEXES") return undefined;
  const figures = (units: number) => ({ CapacityUnits: units, [kind]: units });
  const total = { TableName: named, ...figures(totalUnits(usage)) };
  return report === "TOTAL" ? total : { ...total, ...breakdown(table, usage, figures) };
}

function breakdown(table: Table, usage: Usage, figures: (units: number) => object): object {
  const named = (definitions: readonly { readonly IndexName: string }[] | undefined) =>
    (definitions ?? []).flatMap(({ IndexName }) => {
      const units = usage.indexes[IndexName];
      return units === undefined ? [] : [[IndexName, figures(units)] as const];
    });
  const local = named(table.schema.LocalSecondaryIndexes);
  const global = named(table.schema.GlobalSecondaryIndexes);
  return {
    Table: figures(usage.table),
    ...(local.length > 0 && { LocalSecondaryIndexes: Object.fromEntries(local) }),
    ...(global.length > 0 && { GlobalSecondaryIndexes: Object.fromEntries(global) }),
  };
}

export interface ConsumedCapacity {
  readonly readUnits: number;
  readonly writeUnits: number;
}

/** What each table has consumed since the cloud started, whether or not a request asked to be told. */
export class CapacityLedger {
  readonly #consumed = new Map<string, ConsumedCapacity>();

  of(tableName: string): ConsumedCapacity {
    return this.#consumed.get(tableName) ?? { readUnits: 0, writeUnits: 0 };
  }

  read(tableName: string, usage: Usage): void {
    const before = this.of(tableName);
    this.#consumed.set(tableName, { ...before, readUnits: before.readUnits + totalUnits(usage) });
  }

  written(tableName: string, usage: Usage): void {
    const before = this.of(tableName);
    this.#consumed.set(tableName, { ...before, writeUnits: before.writeUnits + totalUnits(usage) });
  }
}
