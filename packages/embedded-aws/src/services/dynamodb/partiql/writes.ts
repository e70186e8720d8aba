import { AwsError } from "../../../core/errors";
import type { Item } from "../attributeValue";
import { refusedWriteUsage, type Usage, writeUsage } from "../capacity";
import { emptyKeyRefusal, keyRefusal } from "../checkKeys";
import type { Database } from "../database";
import { checkItemDepth } from "../documentDepth";
import type { Condition } from "../expressions/tree";
import { attributesOf } from "../keyShape";
import { checkItem, invalid } from "../parseRequest";
import type { WriteRequest } from "../requests";
import { evaluateWrite, type WriteOperation } from "../store";
import type { Table } from "../table";
import { allOf, keyed } from "./keyed";
import type { Statement } from "./tree";

export type WriteStatement = Exclude<Statement, { kind: "select" }>;

/** A write as `PutItem` and its like have it. */
export interface PreparedWrite {
  readonly kind: WriteStatement["kind"];
  readonly table: Table;
  readonly operation: WriteOperation;
  readonly request: WriteRequest;
  /** Holds at least the key attributes of the item that it is about. */
  readonly key: Item;
}

/**
 * What a statement asks the table to do.
 *
 * @throws AwsError what DynamoDB says of it before it touches the table
 */
export function preparedWrite(database: Database, statement: WriteStatement): PreparedWrite {
  const { tableName: TableName, indexName } = statement.table;
  if (indexName !== undefined) throw invalid("Only SELECT statements can name an index");
  const table = database.table(TableName);
  if (statement.kind === "insert") {
    const { item } = statement;
    checkKey(table, item);
    checkItem(item);
    checkItemDepth(item);
    const condition = exists(table, false);
    return {
      kind: "insert",
      table,
      operation: "PutItem",
      request: { TableName, Item: item, condition },
      key: item,
    };
  }
  const { key, rest } = keyed(statement.where, table.key);
  if (attributesOf(table.key).some(({ name }) => key[name] === undefined))
    throw invalid("Where clause does not contain a mandatory equality on all key attributes");
  checkKey(table, key);
  const keyedRequest = { TableName, Key: key, ReturnValues: statement.returning };
  switch (statement.kind) {
    case "update": {
      // It changes what is there, and makes nothing.
      const condition = allOf([exists(table, true), ...(rest === undefined ? [] : [rest])]);
      const update = { source: "UpdateExpression", actions: statement.actions } as const;
      const request = { ...keyedRequest, update, ...(condition !== undefined && { condition }) };
      return { kind: "update", table, operation: "UpdateItem", request, key };
    }
    case "delete": {
      // What is not there is deleted, whatever else is asked: "PartiQL delete statements for DynamoDB".
      const condition: Condition | undefined = rest && {
        kind: "or",
        left: exists(table, false),
        right: rest,
      };
      const request = { ...keyedRequest, ...(condition !== undefined && { condition }) };
      return { kind: "delete", table, operation: "DeleteItem", request, key };
    }
  }
}

/** The condition that there is an item with the key, or that there is none. */
function exists({ key }: Table, there: boolean): Condition {
  const operands = [{ kind: "path", path: [key.hash[0]?.name ?? ""] }] as const;
  return { kind: "call", name: there ? "attribute_exists" : "attribute_not_exists", operands };
}

function checkKey(table: Table, item: Item): void {
  for (const { name, type } of attributesOf(table.key)) {
    const value = item[name];
    if (value === undefined) throw invalid(`Key attribute should be present in the item: Key ${name}`);
    if (!(type in value)) {
      throw invalid(`Key attribute's data type should match its data type in table's schema: Key ${name}`);
    }
  }
  const refusal = emptyKeyRefusal(table.key, item) ?? keyRefusal(table.key, table.keysOf(item));
  if (refusal !== undefined) throw invalid(refusal);
}

export interface Written {
  /** What the statement's `RETURNING` asks for. */
  readonly attributes: Item | undefined;
  readonly usage: Usage;
}

/** A write that a condition refused, with what stands there. */
export interface Unwritten {
  readonly error: AwsError;
  readonly oldItem: Item | undefined;
  readonly usage: Usage;
}

/**
 * Carries a write out, all in one turn.
 *
 * @throws AwsError what stands in its way, but a condition
 */
export function write(
  database: Database,
  { kind, table, operation, request, key }: PreparedWrite,
): Written | Unwritten {
  const evaluation = evaluateWrite(operation, table, request);
  if (evaluation.outcome === "invalid") throw evaluation.error;
  const refused = evaluation.outcome === "condition-failed";
  const usage = refused ? refusedWriteUsage(evaluation.oldItem, request.Item) : writeUsage(evaluation.change);
  database.controls.capacity.written(table.name, usage);
  database.spend(table, "write", usage, key);
  if (refused) {
    const { error, oldItem } = evaluation;
    return kind === "insert" ? { error: duplicate(), oldItem: undefined, usage } : { error, oldItem, usage };
  }
  database.apply([evaluation.change]);
  return { attributes: evaluation.attributes, usage };
}

/** DynamoDB says only that something stands there, not what: its model gives the error no `Item`. */
function duplicate(): AwsError {
  return new AwsError("DuplicateItemException", "Duplicate primary key exists in table");
}
