import { saysTheSame, type Item, type Rejection } from "./orderItem";

/** What became of an order that could be decided. */
export type StoreOutcome =
  | { readonly kind: "processed" }
  /** Stored as rejected: a business outcome, decided once and for all. */
  | { readonly kind: "rejected"; readonly rejection: Rejection }
  /** It stood there with the same content; nothing was changed. */
  | { readonly kind: "duplicate" }
  /** Its id stood there with other content; nothing was changed. */
  | { readonly kind: "conflict" };

/** What became of an order, or what stood in the way when that is not the order's fault. */
export type StoreResult = PromiseSettledResult<StoreOutcome>;

export const PROCESSED: StoreOutcome = { kind: "processed" };

/**
 * What it means that an item stands there already.
 *
 * @param stored the outcome of an order that this very delivery has stored.
 * @param tried whether an attempt came before of which nobody knows what it did.
 * @throws when DynamoDB did not say what stands there.
 */
export function compareWithStored(
  item: Item,
  existing: Item | undefined,
  stored: StoreOutcome,
  tried: boolean,
): StoreOutcome {
  if (existing === undefined) throw new Error("DynamoDB did not return the order that stands in the table");
  if (!saysTheSame(item, existing)) return { kind: "conflict" };
  // An attempt whose answer was lost has stored it: the time and status are those of this very delivery.
  const own = existing.createdAt?.S === item.createdAt?.S && existing.status?.S === item.status?.S;
  return tried && own ? stored : { kind: "duplicate" };
}

export function fulfilled(value: StoreOutcome): StoreResult {
  return { status: "fulfilled", value };
}

export function failed(reason: unknown): StoreResult {
  return { status: "rejected", reason };
}
