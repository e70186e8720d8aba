import {
  ConditionalCheckFailedException,
  PutItemCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
  type DynamoDBClient,
  type TransactWriteItem,
} from "@aws-sdk/client-dynamodb";
import { PassingFailure } from "../shared/failure";
import { retryUntil, type Timing } from "../shared/retry";
import { interpretReasons, type TransactionFailure } from "./transactionFailure";
import type { Order, OrderItem } from "./order";
import { saysTheSame, toItem, type Item, type Rejection } from "./orderItem";

/** What became of an order that could be decided. */
export type StoreOutcome =
  | { readonly kind: "processed" }
  /** Stored as rejected: a business outcome, decided once and for all. */
  | { readonly kind: "rejected"; readonly rejection: Rejection }
  /** It stood there with the same content; nothing was changed. */
  | { readonly kind: "duplicate" }
  /** Its id stood there with other content; nothing was changed. */
  | { readonly kind: "conflict" };

export interface OrderStore {
  /**
   * Stores an order exactly once, with its stock reserved, whatever is delivered again or at the same time.
   *
   * @param deadline in the timing's milliseconds.
   * @throws what stood in the way, when that is not the order's fault; nothing is then known to be stored.
   */
  readonly store: (order: Order, deadline: number) => Promise<StoreOutcome>;
}

export interface OrderStoreOptions {
  readonly client: Pick<DynamoDBClient, "send">;
  readonly ordersTableName: string;
  readonly inventoryTableName: string;
  /** How long an order is kept, in days from when it is stored; 0 for ever, which is the default. */
  readonly timeToLiveDays?: number;
  readonly timing: Timing;
}

const SECONDS_A_DAY = 24 * 60 * 60;

const NEVER_STORED = "attribute_not_exists(orderId)";

export function createOrderStore(options: OrderStoreOptions): OrderStore {
  const { client, ordersTableName, timeToLiveDays = 0, timing } = options;

  /** Stores an item unless one stands there: one write unit, and the whole of the idempotency check. */
  const put = (item: Item, stored: StoreOutcome, deadline: number) =>
    retryUntil(deadline, timing, async (abortSignal, attempt): Promise<StoreOutcome> => {
      const command = new PutItemCommand({
        TableName: ordersTableName,
        Item: item,
        ConditionExpression: NEVER_STORED,
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      });
      try {
        await client.send(command, { abortSignal });
        return stored;
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
        return compare(item, error.Item, stored, attempt);
      }
    });

  /** Stores an item and takes its goods off stock, both or neither. */
  const reserve = (item: Item, items: readonly OrderItem[], deadline: number) =>
    retryUntil(deadline, timing, async (abortSignal, attempt) => {
      const command = new TransactWriteItemsCommand({
        TransactItems: orderTransaction(item, items, options),
      });
      try {
        await client.send(command, { abortSignal });
        return PROCESSED;
      } catch (error) {
        if (!(error instanceof TransactionCanceledException)) throw error;
        const failure = interpretReasons(error.CancellationReasons ?? [], items);
        return outcomeOf(failure, item, attempt);
      }
    });

  return {
    async store(order, deadline) {
      const now = timing.now();
      const createdAt = new Date(now).toISOString();
      const expiresAt =
        timeToLiveDays === 0 ? undefined : Math.ceil(now / 1000) + timeToLiveDays * SECONDS_A_DAY;
      const item = toItem(order, createdAt, undefined, expiresAt);
      if (order.items === undefined) return put(item, PROCESSED, deadline);
      const outcome = await reserve(item, order.items, deadline);
      // Had another delivery of it been stored since, with stock that came back, that one stays.
      return outcome.kind === "rejected"
        ? put(toItem(order, createdAt, outcome.rejection, expiresAt), outcome, deadline)
        : outcome;
    },
  };
}

const PROCESSED: StoreOutcome = { kind: "processed" };

function orderTransaction(
  item: Item,
  items: readonly OrderItem[],
  options: OrderStoreOptions,
): TransactWriteItem[] {
  return [
    {
      Put: {
        TableName: options.ordersTableName,
        Item: item,
        ConditionExpression: NEVER_STORED,
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      },
    },
    ...items.map(({ sku, quantity }) => ({
      Update: {
        TableName: options.inventoryTableName,
        Key: { sku: { S: sku } },
        UpdateExpression: "SET stock = stock - :quantity",
        ConditionExpression: "stock >= :quantity",
        ExpressionAttributeValues: { ":quantity": { N: String(quantity) } },
        // Tells a good that is out of stock from one that nobody knows.
        ReturnValuesOnConditionCheckFailure: "ALL_OLD" as const,
      },
    })),
  ];
}

function outcomeOf(failure: TransactionFailure, item: Item, attempt: number): StoreOutcome {
  switch (failure.kind) {
    case "exists":
      return compare(item, failure.item, PROCESSED, attempt);
    case "unavailable":
      return { kind: "rejected", rejection: failure.rejection };
    case "passing":
      throw new PassingFailure(failure.code, "the order's transaction was cancelled; it may succeed later");
    case "broken":
      throw new Error(`the order's transaction was cancelled with ${failure.code}`);
  }
}

/** What it means that an item stands there already. */
function compare(
  item: Item,
  existing: Item | undefined,
  stored: StoreOutcome,
  attempt: number,
): StoreOutcome {
  if (existing === undefined) throw new Error("DynamoDB did not return the order that stands in the table");
  if (!saysTheSame(item, existing)) return { kind: "conflict" };
  // An attempt whose answer was lost has stored it: the time and status are those of this very delivery.
  const own = existing.createdAt?.S === item.createdAt?.S && existing.status?.S === item.status?.S;
  return attempt > 1 && own ? stored : { kind: "duplicate" };
}
