import type { Order } from "../../handlers/orders/order";
import type { OrderStore } from "../../handlers/orders/orderStore";
import type { StoreOutcome } from "../../handlers/orders/storeOutcome";

/**
 * Stores one order.
 *
 * @throws what stood in its way.
 */
export async function storeOne(store: OrderStore, order: Order, deadline: number): Promise<StoreOutcome> {
  const [result] = await store.store([order], deadline);
  if (result?.status === "fulfilled") return result.value;
  throw result?.reason;
}
