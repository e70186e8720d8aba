import { AwsError } from "../../../core/errors";
import type { Principal } from "../../../core/iam/principal";
import { type Output, parsingOperationsOf, type Supported } from "../../../wire/operation";
import { checkKeysOf } from "../access";
import type { Item } from "../attributeValue";
import { asBytes } from "../bytes";
import { addUsage, capacityReport, NO_USAGE, type Usage } from "../capacity";
import type { Database } from "../database";
import { project } from "../expressions/paths";
import { invalid } from "../parseRequest";
import { storageKey } from "../storageKey";
import type { Table } from "../table";
import { type PreparedRead, preparedRead, read } from "./reads";
import { statementAccess } from "./statementAccess";
import { statementErrorCode } from "./statementErrors";
import { statementOf } from "./statementRequest";
import type { Statement } from "./tree";
import { type PreparedWrite, preparedWrite, write } from "./writes";

const NAME = "BatchExecuteStatement";
const MAX_STATEMENTS = 25;

const support = {
  supports: ["Statements", "ReturnConsumedCapacity"],
  rules: {
    Statements: { length: [1, MAX_STATEMENTS] },
    "Statements.Statement": { length: [1, 8192] },
    "Statements.Parameters": { length: [1, Infinity] },
    "Statements.ReturnValuesOnConditionCheckFailure": { oneOf: ["ALL_OLD", "NONE"] },
    ReturnConsumedCapacity: { oneOf: ["INDEXES", "TOTAL", "NONE"] },
  },
} as const;

type RawStatement = Supported<"dynamodb", typeof NAME, "Statements">["Statements"][number];
type Response = NonNullable<Output<"dynamodb", typeof NAME>["Responses"]>[number];

/** A statement, or why it is none. */
type Parsed =
  | { readonly raw: RawStatement; readonly statement: Statement }
  | { readonly raw: RawStatement; readonly error: AwsError };

/** A statement that names one item, or why it does not. */
type Prepared =
  | { readonly raw: RawStatement; readonly single: PreparedWrite | SingleRead }
  | { readonly raw: RawStatement; readonly error: AwsError };

type SingleRead = Extract<PreparedRead, { kind: "item" }>;

/** What comes of a part of the batch, or its error where that is the part's own. */
function attempt<Result>(run: () => Result): { readonly result: Result } | { readonly error: AwsError } {
  try {
    return { result: run() };
  } catch (error) {
    if (error instanceof AwsError && statementErrorCode(error) !== undefined) return { error };
    throw error;
  }
}

function parsed(raw: RawStatement): Parsed {
  const attempted = attempt(() => statementOf(raw));
  return "error" in attempted ? { raw, ...attempted } : { raw, statement: attempted.result };
}

function prepared(database: Database, caller: Principal, part: Parsed): Prepared {
  if ("error" in part) return part;
  const { raw, statement } = part;
  const attempted = attempt(() => {
    checkKeysOf(database, [statement.table.tableName], caller);
    return statement.kind === "select" ? singleRead(database, statement) : preparedWrite(database, statement);
  });
  return "error" in attempted ? { raw, ...attempted } : { raw, single: attempted.result };
}

function singleRead(database: Database, statement: Extract<Statement, { kind: "select" }>): SingleRead {
  const read = preparedRead(database, statement);
  if (read.kind === "item" && read.rest === undefined) return read;
  throw invalid(
    "Select statements within BatchExecuteStatement must specify the primary key in the where clause.",
  );
}

function refuseMixture(statements: readonly Parsed[]): void {
  const kinds = statements.flatMap((part) => ("error" in part ? [] : [part.statement.kind === "select"]));
  if (new Set(kinds).size > 1)
    throw invalid("Read and write requests together in the same batch is not supported.");
}

function refuseRepeatedItems(parts: readonly Prepared[]): void {
  const seen = new Set<string>();
  for (const part of parts) {
    if ("error" in part) continue;
    const { table, key } = part.single;
    const id = `${table.name}/${storageKey(table.key, key)}`;
    if (seen.has(id)) throw invalid("Provided list of item keys contains duplicates");
    seen.add(id);
  }
}

/** What one statement came to, and cost. */
interface Answered {
  readonly response: Response;
  readonly cost?: { readonly table: Table; readonly usage: Usage };
}

function answered(database: Database, part: Prepared): Answered {
  if ("error" in part) return { response: failed(part.error) };
  const { raw, single } = part;
  const { table, key } = single;
  const kind = single.kind === "item" ? "read" : "write";
  const fault = database.refusal(NAME, table.name, kind, key);
  if (fault !== undefined) return { response: failed(fault, table) };
  const attempted = attempt(() => carriedOut(database, single, raw));
  return "error" in attempted ? { response: failed(attempted.error, table) } : attempted.result;
}

function carriedOut(database: Database, single: PreparedWrite | SingleRead, raw: RawStatement): Answered {
  const { table } = single;
  if (single.kind === "item") {
    const { ConsistentRead: consistent } = raw;
    const settings = { shown: project, consistent, limit: undefined, startKey: undefined };
    const { items, usage } = read(database, single, settings);
    return { response: succeeded(table, items[0]), cost: { table, usage } };
  }
  const result = write(database, single);
  const cost = { table, usage: result.usage };
  if (!("error" in result)) return { response: succeeded(table, result.attributes), cost };
  const shown = raw.ReturnValuesOnConditionCheckFailure === "ALL_OLD" ? result.oldItem : undefined;
  return { response: failed(result.error, table, shown), cost };
}

function succeeded({ name: TableName }: Table, item: Item | undefined): Response {
  return { TableName, ...(item !== undefined && { Item: asBytes(item) }) };
}

/** @param table of a statement that got as far as its table */
function failed(error: AwsError, table?: Table, item?: Item): Response {
  const Code = statementErrorCode(error);
  if (Code === undefined) throw error;
  return {
    Error: { Code, Message: error.message, ...(item !== undefined && { Item: asBytes(item) }) },
    ...(table !== undefined && { TableName: table.name }),
  };
}

/**
 * Up to 25 reads of single items, or as many writes; each succeeds or fails for itself. Who may not make one of them is
 * refused the whole batch.
 */
export function batchExecuteStatement(database: Database) {
  return parsingOperationsOf("dynamodb", database.context)(
    NAME,
    support,
    ({ Statements, ReturnConsumedCapacity }) => ({
      statements: Statements.map(parsed),
      report: ReturnConsumedCapacity,
    }),
    ({ statements }) =>
      statements.flatMap((part) => ("error" in part ? [] : [statementAccess(database, part.statement)])),
    ({ statements, report }, { caller }) => {
      refuseMixture(statements);
      const parts = statements.map((part) => prepared(database, caller, part));
      refuseRepeatedItems(parts);
      const answers = parts.map((part) => answered(database, part));
      const usages = new Map<Table, Usage>();
      for (const { cost } of answers) {
        if (cost !== undefined)
          usages.set(cost.table, addUsage(usages.get(cost.table) ?? NO_USAGE, cost.usage));
      }
      const consumed = [...usages].flatMap(
        ([table, usage]) => capacityReport(report, table, usage, table.name) ?? [],
      );
      return {
        Responses: answers.map(({ response }) => response),
        ...(consumed.length > 0 && { ConsumedCapacity: consumed }),
      };
    },
  );
}
