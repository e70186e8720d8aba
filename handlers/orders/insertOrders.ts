import {
  ConditionalCheckFailedException,
  PutItemCommand,
  type BatchStatementRequest,
  type DynamoDBClient,
} from "@aws-sdk/client-dynamodb";
import { forEachAtOnce } from "../shared/batch";
import { isPassing } from "../shared/failure";
import { retryUntil, SOCKETS, type Timing } from "../shared/retry";
import { createStatements, StatementRefused } from "../shared/statements";
import type { Item } from "./orderItem";
import { compareWithStored, failed, fulfilled, type StoreOutcome, type StoreResult } from "./storeOutcome";

/** An item to be stored unless its order stands there. */
export interface Insert {
  readonly item: Item;
  /** What has become of its order once it is stored. */
  readonly stored: StoreOutcome;
}

/**
 * Stores orders that move no stock, each unless one stands there: one write unit an order, which is the whole of the
 * idempotency check. PartiQL's `INSERT` is such a conditional put, and 25 of them are one call, each decided by itself.
 * One order alone, and what a batch cannot tell, is a plain `PutItem`.
 */
export function createInserter(options: {
  readonly client: Pick<DynamoDBClient, "send">;
  readonly ordersTableName: string;
  readonly timing: Timing;
}): (inserts: readonly Insert[], deadline: number) => Promise<readonly StoreResult[]> {
  const { client, ordersTableName, timing } = options;
  const execute = createStatements(options);

  const put = ({ item, stored }: Insert, deadline: number, tried: boolean) =>
    retryUntil(deadline, timing, async (abortSignal, attempt) => {
      const command = new PutItemCommand({
        TableName: ordersTableName,
        Item: item,
        ConditionExpression: "attribute_not_exists(orderId)",
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      });
      try {
        await client.send(command, { abortSignal });
        return stored;
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
        return compareWithStored(item, error.Item, stored, tried || attempt > 1);
      }
    }).then(fulfilled, failed);

  return async (inserts, deadline) => {
    const [only, second] = inserts;
    if (only !== undefined && second === undefined) return [await put(only, deadline, false)];
    const statements = inserts.map(({ item }) => statementOf(ordersTableName, item));
    const problems = await execute(statements, deadline);
    const results = inserts.map((insert, index) => resultOf(insert, problems[index]));
    await forEachAtOnce([...inserts.entries()], SOCKETS, async ([index, insert]) => {
      // A call that was refused as a whole may have come after one of which nobody knows what it did.
      const problem = problems[index];
      const tried = !(problem instanceof StatementRefused) || problem.tried;
      results[index] ??= await put(insert, deadline, tried);
    });
    // Stryker disable next-line ArrayDeclaration: by now each has its result.
    return results.flatMap((result) => result ?? []);
  };
}

/** What a batch tells of an order; undefined for what a put of its own is to find out. */
function resultOf({ item, stored }: Insert, problem: Error | undefined): StoreResult | undefined {
  if (problem === undefined) return fulfilled(stored);
  // It took all the time there was.
  if (isPassing(problem)) return failed(problem);
  // Nobody promises that a batch says what stands there.
  // Stryker disable next-line ConditionalExpression: nothing else holds an item; the type asks for it.
  if (!(problem instanceof StatementRefused) || problem.item === undefined) return undefined;
  return fulfilled(compareWithStored(item, problem.item, stored, problem.tried));
}

/** Orders with the same fields make the same statement, which DynamoDB need not read anew. */
function statementOf(table: string, item: Item): BatchStatementRequest {
  const names = Object.keys(item);
  return {
    Statement: `INSERT INTO "${table}" VALUE {${names.map((name) => `'${name}': ?`).join(", ")}}`,
    Parameters: Object.values(item),
    ReturnValuesOnConditionCheckFailure: "ALL_OLD",
  };
}
