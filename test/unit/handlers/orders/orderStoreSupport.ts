import { TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { createOrderStore } from "../../../../handlers/orders/orderStore";
import type { Order } from "../../../../handlers/orders/order";
import { fakeOrderTables, type Mishap } from "../../support/fakeOrderTables";
import { awsError, steppedTiming } from "../../support/handlerFakes";
import { storeOne } from "../../../support/storeOne";

export const order: Order = { orderId: "a", customerName: "Ada", totalAmount: 10 };
export const withItems: Order = { ...order, items: [{ sku: "tea", quantity: 2 }] };
export const lost = (when: Mishap["when"]): Mishap => ({ when, error: awsError("TimeoutError", 0) });

/** A transaction that DynamoDB cancels, with these reasons, before it does anything. */
export const cancelled = (...codes: string[]): Mishap => ({
  when: "before",
  error: new TransactionCanceledException({
    message: "cancelled",
    ...(codes.length > 0 && { CancellationReasons: codes.map((Code) => ({ Code })) }),
    $metadata: {},
  }),
});

export function setUp(
  options: Parameters<typeof fakeOrderTables>[0] & { readonly timeToLiveDays?: number } = {},
  random?: () => number,
) {
  const tables = fakeOrderTables(options);
  const timing = steppedTiming(random);
  const orderStore = createOrderStore({
    client: tables.client,
    ordersTableName: "orders",
    inventoryTableName: "inventory",
    ...(options.timeToLiveDays !== undefined && { timeToLiveDays: options.timeToLiveDays }),
    timing,
  });
  const store = (given: Order, ms = 10_000) => storeOne(orderStore, given, timing.now() + ms);
  /** The outcome of each, or the name of what stood in its way. */
  const storeAll = async (given: readonly Order[], ms = 10_000) =>
    (await orderStore.store(given, timing.now() + ms)).map((result) =>
      result.status === "fulfilled" ? result.value.kind : (result.reason as Error).name,
    );
  return { tables, timing, store, storeAll };
}
