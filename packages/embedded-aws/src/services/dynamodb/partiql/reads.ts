import type { Item } from "../attributeValue";
import { itemReadUsage, pageUsage, type Usage } from "../capacity";
import { keyRefusal } from "../checkKeys";
import type { Database } from "../database";
import { holds } from "../expressions/evaluateCondition";
import type { Condition } from "../expressions/tree";
import { attributesOf, type KeyShape } from "../keyShape";
import { type PageRead, readItem, readQuery, readScan } from "../pages";
import { invalid } from "../parseRequest";
import type { KeyCondition, KeyConditions } from "../requests";
import type { Table } from "../table";
import type { selected } from "./columns";
import { allOf, conjuncts, keyed } from "./keyed";
import { rangeConditionOf } from "./rangeCondition";
import type { Statement } from "./tree";

export type SelectStatement = Extract<Statement, { kind: "select" }>;

/** How a `SELECT` is read, by what its `WHERE` says of the key. */
export type PreparedRead = {
  readonly table: Table;
  readonly columns: SelectStatement["columns"];
  /** What is asked besides. */
  readonly rest: Condition | undefined;
} & (
  | { readonly kind: "item"; readonly key: Item }
  /** `key`: that of the partition. */
  | {
      readonly kind: "query";
      readonly key: Item;
      readonly indexName: string | undefined;
      readonly conditions: KeyConditions;
      readonly descending: boolean;
    }
  | { readonly kind: "scan"; readonly key: undefined; readonly indexName: string | undefined }
);

/**
 * A `SELECT` as `GetItem`, `Query` or `Scan` has it. `OR` and `IN` over keys are read by a scan here; DynamoDB makes
 * queries of them, with the same items.
 *
 * @throws AwsError what DynamoDB says of it before it touches the table
 */
export function preparedRead(database: Database, statement: SelectStatement): PreparedRead {
  const { tableName, indexName } = statement.table;
  const table = database.table(tableName);
  const { columns, where } = statement;
  const shape = shapeOf(table, indexName);
  const { key, rest } = keyed(where, shape);
  const ordered = orderOf(statement, shape, key);
  const whole = attributesOf(shape).every(({ name }) => key[name] !== undefined);
  if (indexName === undefined && whole) {
    checkTypes(shape, key);
    const refusal = keyRefusal(shape, key);
    if (refusal !== undefined) throw invalid(refusal);
    return { kind: "item", table, columns, key, rest };
  }
  if (shape.hash.some(({ name }) => key[name] === undefined))
    return { kind: "scan", table, columns, key: undefined, indexName, rest: where };
  checkTypes(shape, key);
  const { conditions, left } = conditionsOf(shape, key, where);
  return { kind: "query", table, columns, key, indexName, conditions, rest: left, descending: ordered };
}

function shapeOf(table: Table, indexName: string | undefined): KeyShape {
  if (indexName === undefined) return table.key;
  const index = table.indexShapes.find(({ definition }) => definition.IndexName === indexName);
  if (index === undefined) throw invalid(`The table does not have the specified index: ${indexName}`);
  return index.key;
}

/** Whether the items are asked for from the end. */
function orderOf({ order, where }: SelectStatement, shape: KeyShape, key: Item): boolean {
  if (order.length === 0) return false;
  if (where === undefined)
    throw invalid("Must have WHERE clause in the statement when using ORDER BY clause.");
  if (shape.hash.some(({ name }) => key[name] === undefined)) {
    throw invalid(
      "Must have at least one non-optional hash key condition in WHERE clause when using ORDER BY clause.",
    );
  }
  const names = new Set(attributesOf(shape).map(({ name }) => name));
  const other = order.find(({ name }) => !names.has(name));
  if (other !== undefined)
    throw invalid(`Variable reference ${other.name} in ORDER BY clause must be part of the primary key`);
  const sorted = order.find(({ name }) => shape.range.some((attribute) => attribute.name === name));
  return sorted?.descending ?? false;
}

function checkTypes(shape: KeyShape, key: Item): void {
  for (const { name, type } of attributesOf(shape)) {
    const value = key[name];
    if (value !== undefined && !(type in value))
      throw invalid(`Key attribute's data type should match its data type in table's schema: Key ${name}`);
  }
}

/** Key conditions of a query, as many as there can be, and what is left of the condition to filter by. */
function conditionsOf(
  shape: KeyShape,
  key: Item,
  where: Condition | undefined,
): { readonly conditions: KeyConditions; readonly left: Condition | undefined } {
  const conditions = new Map<string, KeyCondition>();
  for (const { name } of shape.hash) {
    const value = key[name];
    if (value !== undefined) conditions.set(name, { operator: "EQ", values: [value] });
  }
  let open = keyed(where, { hash: shape.hash, range: [] }).rest;
  for (const attribute of shape.range) {
    const rest = open === undefined ? [] : conjuncts(open);
    const found = rest.flatMap((condition) => {
      const asked = rangeConditionOf(condition, attribute);
      return asked === undefined ? [] : [{ condition, asked }];
    });
    const first = found.find(({ asked }) => asked.operator === "EQ") ?? found[0];
    if (first === undefined) break;
    conditions.set(attribute.name, first.asked);
    open = allOf(rest.filter((condition) => condition !== first.condition));
    if (first.asked.operator !== "EQ") break;
  }
  return { conditions, left: open };
}

export interface Read {
  readonly items: readonly Item[];
  readonly usage: Usage;
  /** Where the next page begins, if there is one. */
  readonly lastKey: Item | undefined;
}

export interface ReadSettings {
  /** How columns are shown: each by its last name, or, as batches have it, where they lie in the item. */
  readonly shown: typeof selected;
  readonly consistent: boolean | undefined;
  readonly limit: number | undefined;
  readonly startKey: Item | undefined;
}

/** @throws AwsError `ValidationException` */
export function read(database: Database, prepared: PreparedRead, settings: ReadSettings): Read {
  const { table, columns, rest, key } = prepared;
  const { found, usage, lastKey } = foundBy(prepared, settings);
  database.controls.capacity.read(table.name, usage);
  database.spend(table, "read", usage, key);
  const items = found
    .filter((item) => rest === undefined || holds(rest, item))
    .map((item) => (columns === undefined ? item : settings.shown(item, columns)));
  return { items, usage, lastKey };
}

function foundBy(
  prepared: PreparedRead,
  { consistent, limit, startKey }: ReadSettings,
): { readonly found: readonly Item[]; readonly usage: Usage; readonly lastKey: Item | undefined } {
  const { table } = prepared;
  if (prepared.kind === "item") {
    const { stored } = readItem(table, { TableName: table.name, Key: prepared.key });
    const found = stored === undefined ? [] : [stored];
    return { found, usage: itemReadUsage(stored, consistent), lastKey: undefined };
  }
  const { indexName } = prepared;
  const request = {
    TableName: table.name,
    ...(indexName !== undefined && { IndexName: indexName }),
    ...(consistent !== undefined && { ConsistentRead: consistent }),
    ...(limit !== undefined && { Limit: limit }),
    ...(startKey !== undefined && { ExclusiveStartKey: startKey }),
  };
  const page: PageRead =
    prepared.kind === "scan"
      ? readScan(table, request)
      : readQuery(table, {
          ...request,
          keyConditions: prepared.conditions,
          ScanIndexForward: !prepared.descending,
        });
  return {
    found: page.page.Items ?? [],
    usage: pageUsage(page, indexName, consistent),
    lastKey: page.page.LastEvaluatedKey,
  };
}
