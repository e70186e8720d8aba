import {
  TransactionCanceledException,
  TransactWriteItemsCommand,
  type DynamoDBClient,
  type TransactWriteItem,
} from "@aws-sdk/client-dynamodb";
import { isPassing, PassingFailure } from "../shared/failure";
import { retryUntil, type Timing } from "../shared/retry";
import { goodsOf, readCancellation, type Reservation, type Verdict } from "./cancellation";
import type { Item } from "./orderItem";
import { compareWithStored, failed, fulfilled, PROCESSED, type StoreResult } from "./storeOutcome";

/** `TransactWriteItems` takes this many actions (DynamoDB API reference). */
const MOST_ACTIONS = 100;

export interface ReserveOptions {
  readonly client: Pick<DynamoDBClient, "send">;
  readonly ordersTableName: string;
  readonly inventoryTableName: string;
  readonly timing: Timing;
}

/** Orders that share a transaction. */
interface Group {
  readonly reservations: readonly Reservation[];
  /** Whether an attempt came before of which nobody knows what it did. */
  readonly tried: boolean;
}

/** How a group's transaction ended. */
type Ending =
  | { readonly kind: "stored" }
  | { readonly kind: "cancelled"; readonly verdicts: readonly Verdict[]; readonly tried: boolean }
  | { readonly kind: "failed"; readonly error: unknown };

/**
 * Stores orders with their goods taken off stock, of each order both or neither: as many orders in one transaction as it
 * takes, which moves the stock of a good once for all of them. Orders that stand in the others' way are told apart by the
 * cancellation's reasons: what stands there already, and what can never be filled, is decided, and the others go on without
 * it. Groups run one after the other, for they share goods, and would cancel each other.
 *
 * A `rejected` order is not stored by this.
 */
export function createReserver(
  options: ReserveOptions,
): (
  reservations: readonly Reservation[],
  deadline: number,
) => Promise<ReadonlyMap<Reservation, StoreResult>> {
  const { client, timing } = options;

  const transact = async ({ reservations, tried }: Group, deadline: number): Promise<Ending> => {
    const command = new TransactWriteItemsCommand({ TransactItems: actionsOf(reservations, options) });
    try {
      return await retryUntil(deadline, timing, async (abortSignal, attempt): Promise<Ending> => {
        const cancellation = await client.send(command, { abortSignal }).then(
          () => undefined,
          (error: unknown) => {
            if (!(error instanceof TransactionCanceledException)) throw error;
            // Stryker disable next-line ArrayDeclaration: what is no reason is read as none.
            return readCancellation(error.CancellationReasons ?? [], reservations);
          },
        );
        switch (cancellation?.kind) {
          case undefined:
            return { kind: "stored" };
          case "told":
            return { kind: "cancelled", verdicts: cancellation.verdicts, tried: tried || attempt > 1 };
          case "passing":
            throw new PassingFailure(
              cancellation.code,
              "the order's transaction was cancelled; it may succeed later",
            );
          case "broken":
            throw new Error(`the order's transaction was cancelled with ${cancellation.code}`);
        }
      });
    } catch (error) {
      return { kind: "failed", error };
    }
  };

  return async (reservations, deadline) => {
    const results = new Map<Reservation, StoreResult>();
    let left = groupsOf(reservations);
    for (let [group] = left; group !== undefined; [group] = left) {
      const ending = await transact(group, deadline);
      left = [...settle(group, ending, results), ...left.slice(1)];
    }
    return results;
  };
}

/** Notes what is decided of a group, and gives what of it is to be tried again, in that order. */
function settle(group: Group, ending: Ending, results: Map<Reservation, StoreResult>): Group[] {
  const { reservations } = group;
  switch (ending.kind) {
    case "stored":
      for (const reservation of reservations) results.set(reservation, fulfilled(PROCESSED));
      return [];
    case "failed":
      // What passes took all the time there was. Anything else may be one order's: each is tried by itself.
      if (reservations.length > 1 && !isPassing(ending.error))
        return reservations.map((reservation) => ({ ...group, reservations: [reservation] }));
      for (const reservation of reservations) results.set(reservation, failed(ending.error));
      return [];
    case "cancelled": {
      const { verdicts, tried } = ending;
      const fit: Reservation[] = [];
      const waiting: Reservation[] = [];
      for (const [index, reservation] of reservations.entries()) {
        const verdict = verdicts[index];
        switch (verdict?.kind) {
          case "exists":
            results.set(reservation, comparedWith(verdict.item, reservation, tried));
            break;
          case "unavailable":
            results.set(reservation, fulfilled({ kind: "rejected", rejection: verdict.rejection }));
            break;
          case "fits":
            fit.push(reservation);
            break;
          case "waits":
            waiting.push(reservation);
            break;
          // Stryker disable next-line ConditionalExpression: each has its verdict; the type asks for it.
          case undefined:
            break;
        }
      }
      return [fit, waiting].flatMap((left) => (left.length === 0 ? [] : [{ reservations: left, tried }]));
    }
  }
}

function comparedWith(existing: Item | undefined, { item }: Reservation, tried: boolean): StoreResult {
  try {
    return fulfilled(compareWithStored(item, existing, PROCESSED, tried));
  } catch (error) {
    return failed(error);
  }
}

/** Orders, in their order, divided into what one transaction takes. */
function groupsOf(reservations: readonly Reservation[]): Group[] {
  const groups: Reservation[][] = [];
  let skus = new Set<string>();
  for (const reservation of reservations) {
    const { goods } = reservation;
    const added = goods.filter(({ sku }) => !skus.has(sku)).length;
    const last = groups.at(-1);
    if (last !== undefined && last.length + 1 + skus.size + added <= MOST_ACTIONS) last.push(reservation);
    else {
      groups.push([reservation]);
      skus = new Set();
    }
    for (const { sku } of goods) skus.add(sku);
  }
  return groups.map((group) => ({ reservations: group, tried: false }));
}

function actionsOf(reservations: readonly Reservation[], options: ReserveOptions): TransactWriteItem[] {
  const puts = reservations.map(({ item }) => ({
    Put: {
      TableName: options.ordersTableName,
      Item: item,
      ConditionExpression: "attribute_not_exists(orderId)",
      ReturnValuesOnConditionCheckFailure: "ALL_OLD" as const,
    },
  }));
  const decrements = [...goodsOf(reservations)].map(([sku, quantity]) => ({
    Update: {
      TableName: options.inventoryTableName,
      Key: { sku: { S: sku } },
      UpdateExpression: "SET stock = stock - :quantity",
      ConditionExpression: "stock >= :quantity",
      ExpressionAttributeValues: { ":quantity": { N: String(quantity) } },
      // Tells a good that is out of stock from one that nobody knows, and how many orders it is enough for.
      ReturnValuesOnConditionCheckFailure: "ALL_OLD" as const,
    },
  }));
  return [...puts, ...decrements];
}
