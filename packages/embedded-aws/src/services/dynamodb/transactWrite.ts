import { parsingOperationsOf } from "../../wire/operation";
import { checkKeysOf, tableAccess } from "./access";
import { itemSize } from "./attributeValue";
import {
  cancellation,
  type CancellationReason,
  conditionReason,
  errorReason,
  NO_REASON,
} from "./cancellation";
import {
  itemReadUsage,
  NO_USAGE,
  refusedWriteUsage,
  scaleUsage,
  TRANSACTION_FACTOR,
  type Usage,
  writeUsage,
} from "./capacity";
import { ClientTokens } from "./clientTokens";
import type { Database } from "./database";
import type { CapacityReport } from "./requests";
import type { Change } from "./change";
import { type Evaluation, evaluateCheck, evaluateWrite } from "./store";
import {
  consumedByTransaction,
  faultReason,
  refuseOversize,
  refuseRepeatedItems,
  usageByTable,
} from "./transaction";
import { parseTransactWrite, type TransactAction, transactWriteSupport } from "./transactionRequest";

interface Result {
  readonly action: TransactAction;
  readonly evaluation: Evaluation;
  readonly reason: CancellationReason;
}

function evaluate(database: Database, action: TransactAction): Result {
  const table = database.table(action.tableName);
  const evaluation =
    action.kind === "ConditionCheckItem"
      ? evaluateCheck(table, action.request)
      : evaluateWrite(action.kind, table, action.request);
  const fault = faultReason(database, "TransactWriteItems", action.tableName, action.key);
  return { action, evaluation, reason: fault ?? reasonOf(action, evaluation) };
}

function reasonOf(action: TransactAction, evaluation: Evaluation): CancellationReason {
  switch (evaluation.outcome) {
    case "accepted":
      return NO_REASON;
    case "condition-failed": {
      const shown = action.request.ReturnValuesOnConditionCheckFailure === "ALL_OLD";
      return conditionReason(shown ? evaluation.oldItem : undefined);
    }
    case "invalid": {
      const reason = evaluation.wholeRequest ? undefined : errorReason(evaluation.error);
      if (reason === undefined) throw evaluation.error;
      return reason;
    }
  }
}

/**
 * What an action costs, prepared and committed. A transaction that is cancelled costs as much: AWS charges for
 * it without saying how much, and too high a figure misleads less than one too low.
 */
function usageOf({ action, evaluation }: Result): Usage {
  switch (evaluation.outcome) {
    case "accepted":
      return scaleUsage(writeUsage(evaluation.change), TRANSACTION_FACTOR);
    case "condition-failed":
      return scaleUsage(refusedWriteUsage(evaluation.oldItem, action.request.Item), TRANSACTION_FACTOR);
    case "invalid":
      return NO_USAGE;
  }
}

function changeOf({ evaluation }: Result): readonly Change[] {
  return evaluation.outcome === "accepted" ? [evaluation.change] : [];
}

function itemBytes({ oldItem, newItem }: Change): number {
  const standing = newItem ?? oldItem;
  return standing === undefined ? 0 : itemSize(standing);
}

/** What reading the items costs that a transaction wrote, table by table. */
type ReadCost = readonly (readonly [tableName: string, units: number])[];

function readCost(written: readonly Change[]): ReadCost {
  const usages = usageByTable(
    written.map(({ table, newItem }) => [
      table.name,
      scaleUsage(itemReadUsage(newItem, true), TRANSACTION_FACTOR),
    ]),
  );
  return [...usages].map(([name, usage]) => [name, usage.table]);
}

/** A repetition writes nothing; it is charged for reading the items that the transaction wrote. */
function repeated(database: Database, cost: ReadCost, report: CapacityReport | undefined): object {
  const usages = new Map(cost.map(([name, units]) => [name, { ...NO_USAGE, table: units }]));
  for (const [name, usage] of usages) database.controls.capacity.read(database.nameOf(name), usage);
  return consumedByTransaction(database, report, usages, "ReadCapacityUnits");
}

/**
 * Every condition is evaluated against the tables as they stand; then all changes are made, or none. Both
 * happen in one turn of the event loop, so that nothing can come between them.
 */
export function transactWriteItems(database: Database) {
  const tokens = new ClientTokens<ReadCost>(database.context.cold);
  return parsingOperationsOf("dynamodb", database.context)(
    "TransactWriteItems",
    transactWriteSupport,
    parseTransactWrite,
    ({ actions }) => actions.map(({ kind, tableName, key }) => tableAccess(database, kind, tableName, [key])),
    ({ actions, token, sent, capacityReport }, { caller }) => {
      const names = actions.map(({ tableName }) => tableName);
      checkKeysOf(database, names, caller);
      const now = database.now();
      const completed = token === undefined ? undefined : tokens.recall(token, sent, now);
      if (completed !== undefined) return repeated(database, completed, capacityReport);

      refuseRepeatedItems(database, actions);
      const results = actions.map((action) => evaluate(database, action));
      const changes = results.flatMap(changeOf);
      refuseOversize(changes.reduce((bytes, change) => bytes + itemBytes(change), 0));

      const costs = results.map((result) => ({ ...result.action, usage: usageOf(result) }));
      for (const { tableName, key, usage } of costs)
        database.spend(database.table(tableName), "write", usage, key);
      const usages = usageByTable(costs.map(({ tableName, usage }) => [tableName, usage]));
      for (const [name, usage] of usages) database.controls.capacity.written(database.nameOf(name), usage);
      const refusal = cancellation(results.map(({ reason }) => reason));
      if (refusal !== undefined) throw refusal;

      database.apply(changes);
      if (token !== undefined) {
        const written = results
          .filter(({ action }) => action.kind !== "ConditionCheckItem")
          .flatMap(changeOf);
        tokens.remember(token, sent, now, readCost(written));
      }
      return consumedByTransaction(database, capacityReport, usages, "WriteCapacityUnits");
    },
  );
}
