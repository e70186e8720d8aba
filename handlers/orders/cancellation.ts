import type { CancellationReason } from "@aws-sdk/client-dynamodb";
import type { OrderItem } from "./order";
import type { Item, Rejection } from "./orderItem";

/** An order that is to be stored with its goods taken off stock, both or neither. */
export interface Reservation {
  readonly item: Item;
  readonly goods: readonly OrderItem[];
}

/** What a cancelled transaction says of one of its orders. */
export type Verdict =
  /** An order with this id stands there already. */
  | { readonly kind: "exists"; readonly item: Item | undefined }
  /** Some good is not there in this number, whatever the other orders take. */
  | { readonly kind: "unavailable"; readonly rejection: Rejection }
  /** Nothing stands in its way: the stock is enough for it and for those before it. */
  | { readonly kind: "fits" }
  /** The stock is enough for it, if those before it should not take it. */
  | { readonly kind: "waits" };

/** Why a transaction did not happen. */
export type Cancellation =
  /** Of each order, in their order; at least one does not simply fit. */
  | { readonly kind: "told"; readonly verdicts: readonly Verdict[] }
  /** Another writer, or a limit; the same transaction may succeed a moment later. */
  | { readonly kind: "passing"; readonly code: string }
  /** Anything else: no order's fault, and nothing that waiting a moment cures. */
  | { readonly kind: "broken"; readonly code: string };

const PASSING_CODES: ReadonlySet<string> = new Set([
  "TransactionConflict",
  "ThrottlingError",
  "ProvisionedThroughputExceeded",
]);

/** The goods of some orders, each once, in the order in which they are first named, and how many of each are wanted. */
export function goodsOf(reservations: readonly Reservation[]): ReadonlyMap<string, number> {
  const wanted = new Map<string, number>();
  for (const { goods } of reservations)
    for (const { sku, quantity } of goods) wanted.set(sku, (wanted.get(sku) ?? 0) + quantity);
  return wanted;
}

/**
 * Reads the reasons of a cancelled transaction, which stand in the order of its actions: a put an order, then a
 * decrement a good. An order standing there already outweighs everything: it was decided before. A conflict outweighs
 * missing stock, as the other writer may be the same order.
 */
export function readCancellation(
  reasons: readonly CancellationReason[],
  reservations: readonly Reservation[],
): Cancellation {
  const puts = reasons.slice(0, reservations.length);
  const decrements = reasons.slice(reservations.length);
  const exist = puts.some(({ Code }) => Code === FAILED);
  const codes = reasons.map(({ Code = "None" }) => Code).filter((code) => code !== "None");
  const passing = codes.find((code) => PASSING_CODES.has(code));
  const other = codes.find((code) => code !== FAILED);
  if (!exist) {
    if (passing !== undefined) return { kind: "passing", code: passing };
    if (other !== undefined || codes.length === 0) return { kind: "broken", code: other ?? "None" };
  }
  // What else is wrong shows when the rest is tried once more.
  const shortage = other === undefined ? shortageOf(decrements, reservations) : new Map<string, Shortage>();
  const verdicts = reservations.map((reservation, index): Verdict => {
    const put = puts[index];
    return put?.Code === FAILED ? { kind: "exists", item: put.Item } : verdictOf(reservation, shortage);
  });
  return { kind: "told", verdicts };
}

const FAILED = "ConditionalCheckFailed";

/** A good of which there was less than all orders want together. */
interface Shortage {
  readonly known: boolean;
  /** How many there were. */
  readonly stock: number;
  /** How many of them the orders before have; grows as orders are gone through. */
  taken: number;
}

function shortageOf(
  decrements: readonly CancellationReason[],
  reservations: readonly Reservation[],
): Map<string, Shortage> {
  const shortage = new Map<string, Shortage>();
  for (const [index, sku] of [...goodsOf(reservations).keys()].entries()) {
    const { Code, Item: item } = decrements[index] ?? {};
    if (Code !== FAILED) continue;
    const stock = Number(item?.stock?.N);
    shortage.set(sku, { known: item !== undefined, stock: Number.isNaN(stock) ? 0 : stock, taken: 0 });
  }
  return shortage;
}

function verdictOf({ goods }: Reservation, shortage: ReadonlyMap<string, Shortage>): Verdict {
  const short = goods.flatMap(({ sku, quantity }) => {
    const found = shortage.get(sku);
    return found === undefined ? [] : [{ sku, quantity, found }];
  });
  const missing = short.find(({ quantity, found }) => quantity > found.stock);
  if (missing !== undefined) {
    const reason = missing.found.known ? "insufficientStock" : "unknownSku";
    return { kind: "unavailable", rejection: { reason, sku: missing.sku } };
  }
  const fits = short.every(({ quantity, found }) => found.taken + quantity <= found.stock);
  if (fits) for (const { quantity, found } of short) found.taken += quantity;
  return { kind: fits ? "fits" : "waits" };
}
