import { AwsError } from "../../../core/errors";
import type { Call } from "../../../core/service";
import { parsingOperationsOf, type Supported } from "../../../wire/operation";
import { checkKeysOf } from "../access";
import { asBytes } from "../bytes";
import { capacityReport } from "../capacity";
import type { Database } from "../database";
import { selected } from "./columns";
import { nextToken, startKeyOf } from "./nextToken";
import { preparedRead, read, type SelectStatement } from "./reads";
import { statementAccess } from "./statementAccess";
import { statementOf } from "./statementRequest";
import { preparedWrite, write, type WriteStatement } from "./writes";

const support = {
  supports: [
    "Statement",
    "Parameters",
    "ConsistentRead",
    "NextToken",
    "ReturnConsumedCapacity",
    "Limit",
    "ReturnValuesOnConditionCheckFailure",
  ],
  rules: {
    Statement: { length: [1, 8192] },
    Parameters: { length: [1, Infinity] },
    NextToken: { length: [1, 32_768] },
    Limit: { range: [1, Infinity] },
    ReturnConsumedCapacity: { oneOf: ["INDEXES", "TOTAL", "NONE"] },
    ReturnValuesOnConditionCheckFailure: { oneOf: ["ALL_OLD", "NONE"] },
  },
} as const;

type Settings = Supported<"dynamodb", "ExecuteStatement", (typeof support.supports)[number]>;

const NAME = "ExecuteStatement";

function runWrite(database: Database, statement: WriteStatement, settings: Settings) {
  const prepared = preparedWrite(database, statement);
  const { table, key } = prepared;
  const fault = database.refusal(NAME, table.name, "write", key);
  if (fault !== undefined) throw fault;
  const result = write(database, prepared);
  if ("error" in result) {
    const shown = settings.ReturnValuesOnConditionCheckFailure === "ALL_OLD" ? result.oldItem : undefined;
    const { code, message, status } = result.error;
    throw new AwsError(code, message, status, shown === undefined ? {} : { Item: asBytes(shown) });
  }
  const { attributes, usage } = result;
  const ConsumedCapacity = capacityReport(settings.ReturnConsumedCapacity, table, usage, table.name);
  return {
    Items: attributes === undefined ? [] : [asBytes(attributes)],
    ...(ConsumedCapacity !== undefined && { ConsumedCapacity }),
  };
}

function runSelect(database: Database, statement: SelectStatement, settings: Settings) {
  const prepared = preparedRead(database, statement);
  const { table, key } = prepared;
  const fault = database.refusal(NAME, table.name, "read", key);
  if (fault !== undefined) throw fault;
  const token = settings.NextToken;
  const { items, usage, lastKey } = read(database, prepared, {
    shown: selected,
    consistent: settings.ConsistentRead,
    limit: settings.Limit,
    startKey: token === undefined ? undefined : startKeyOf(token, settings),
  });
  const ConsumedCapacity = capacityReport(settings.ReturnConsumedCapacity, table, usage, table.name);
  return {
    Items: items.map(asBytes),
    ...(lastKey !== undefined && {
      NextToken: nextToken(lastKey, settings),
      LastEvaluatedKey: asBytes(lastKey),
    }),
    ...(ConsumedCapacity !== undefined && { ConsumedCapacity }),
  };
}

/** One statement: a write, or a page of what a `SELECT` finds. */
export function executeStatement(database: Database) {
  return parsingOperationsOf("dynamodb", database.context)(
    NAME,
    support,
    (input) => ({ statement: statementOf(input), settings: input }),
    ({ statement }) => [statementAccess(database, statement)],
    ({ statement, settings }, { caller }: Call) => {
      checkKeysOf(database, [statement.table.tableName], caller);
      return statement.kind === "select"
        ? runSelect(database, statement, settings)
        : runWrite(database, statement, settings);
    },
  );
}
