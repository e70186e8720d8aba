import type { Access } from "../../../core/service";
import { tableAccess } from "../access";
import type { Item } from "../attributeValue";
import type { Database } from "../database";
import { keyed } from "./keyed";
import type { Statement } from "./tree";

const ACTIONS = {
  insert: "PartiQLInsert",
  update: "PartiQLUpdate",
  delete: "PartiQLDelete",
  select: "PartiQLSelect",
} as const;

/** The permission that a statement needs: "IAM security policies with PartiQL for DynamoDB", developer guide. */
export function statementAccess(database: Database, statement: Statement): Access {
  const { tableName, indexName } = statement.table;
  return tableAccess(database, ACTIONS[statement.kind], tableName, [keyOf(database, statement)], indexName);
}

function keyOf(database: Database, statement: Statement): Item {
  if (statement.kind === "insert") return statement.item;
  const table = database.find(statement.table.tableName);
  return table === undefined ? {} : keyed(statement.where, table.key).key;
}
