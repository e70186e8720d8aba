import type { Order } from "./order";
import { toItem } from "./orderItem";
import { createInserter, type Insert } from "./insertOrders";
import { createReserver, type ReserveOptions } from "./reserveOrders";
import { failed, PROCESSED, type StoreResult } from "./storeOutcome";

export interface OrderStore {
  /**
   * Stores orders, each exactly once, with its stock reserved, whatever is delivered again or at the same time; and tells
   * of each, in their order, what became of it. What stood in an order's way, when that is not its fault, is told in its
   * place; the order is then not known to be stored. Of two with one id the first is stored first.
   *
   * @param deadline in the timing's milliseconds.
   */
  readonly store: (orders: readonly Order[], deadline: number) => Promise<readonly StoreResult[]>;
}

export interface OrderStoreOptions extends ReserveOptions {
  /** How long an order is kept, in days from when it is stored; 0 for ever, which is the default. */
  readonly timeToLiveDays?: number;
}

const SECONDS_A_DAY = 24 * 60 * 60;

const NOT_TRIED = failed(new Error("the order was not tried"));

export function createOrderStore(options: OrderStoreOptions): OrderStore {
  const { timeToLiveDays = 0, timing } = options;
  const insert = createInserter(options);
  const reserve = createReserver(options);

  /** Orders of which no two have the same id: DynamoDB takes no item twice in a call. */
  const storeRound: OrderStore["store"] = async (orders, deadline) => {
    const now = timing.now();
    const createdAt = new Date(now).toISOString();
    const expiresAt =
      timeToLiveDays === 0 ? undefined : Math.ceil(now / 1000) + timeToLiveDays * SECONDS_A_DAY;
    const results = new Map<Order, StoreResult | undefined>();

    const insertAll = async (inserts: readonly (Insert & { readonly order: Order })[]) => {
      const inserted = await insert(inserts, deadline);
      for (const [index, { order }] of inserts.entries()) results.set(order, inserted[index]);
    };

    const plain = orders
      .filter(({ items }) => items === undefined)
      .map((order) => ({ order, item: toItem(order, createdAt, undefined, expiresAt), stored: PROCESSED }));
    const reservations = orders.flatMap((order) =>
      order.items === undefined
        ? []
        : [{ order, item: toItem(order, createdAt, undefined, expiresAt), goods: order.items }],
    );

    const reserveAll = async () => {
      const reserved = await reserve(reservations, deadline);
      const rejected = reservations.flatMap((reservation) => {
        const { order } = reservation;
        const result = reserved.get(reservation);
        results.set(order, result);
        if (result?.status !== "fulfilled" || result.value.kind !== "rejected") return [];
        const { value: stored } = result;
        return [{ order, item: toItem(order, createdAt, stored.rejection, expiresAt), stored }];
      });
      // Had another delivery of it been stored since, with stock that came back, that one stays.
      await insertAll(rejected);
    };

    await Promise.all([insertAll(plain), reserveAll()]);
    return orders.map((order) => results.get(order) ?? NOT_TRIED);
  };

  return {
    async store(orders, deadline) {
      const results = new Map<Order, StoreResult | undefined>();
      for (const round of roundsOf(orders)) {
        const stored = await storeRound(round, deadline);
        for (const [index, order] of round.entries()) results.set(order, stored[index]);
      }
      return orders.map((order) => results.get(order) ?? NOT_TRIED);
    },
  };
}

/** The first of each id, the second of each id that has more, and so on. */
function roundsOf(orders: readonly Order[]): Order[][] {
  const byId = Map.groupBy(orders, ({ orderId }) => orderId);
  const rounds: Order[][] = [];
  for (const same of byId.values())
    for (const [turn, order] of same.entries()) (rounds[turn] ??= []).push(order);
  return rounds;
}
