import type { CancellationReason } from "@aws-sdk/client-dynamodb";
import type { Order } from "./order";
import type { Item, Rejection } from "./orderItem";

/** Why an order's transaction did not happen. */
export type TransactionFailure =
  /** An order with this id stands there already. */
  | { readonly kind: "exists"; readonly item: Item | undefined }
  /** Some good is not there in this number. */
  | { readonly kind: "unavailable"; readonly rejection: Rejection }
  /** Another writer, or a limit; the same transaction may succeed a moment later. */
  | { readonly kind: "passing"; readonly code: string }
  /** Anything else: not the order's fault, and nothing that waiting a moment cures. */
  | { readonly kind: "broken"; readonly code: string };

const PASSING_CODES = new Set(["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"]);

/**
 * Reads the reasons of a cancelled transaction, which stand in the order of its actions: the order's put, then
 * one decrement an item. The order standing there already outweighs everything: it was decided before. A
 * conflict outweighs missing stock, as the other writer may be the same order.
 */
export function interpretReasons(
  reasons: readonly CancellationReason[],
  items: NonNullable<Order["items"]>,
): TransactionFailure {
  const [put, ...decrements] = reasons;
  if (put?.Code === "ConditionalCheckFailed") return { kind: "exists", item: put.Item };
  const codes = reasons.map(({ Code = "None" }) => Code).filter((code) => code !== "None");
  const passing = codes.find((code) => PASSING_CODES.has(code));
  if (passing !== undefined) return { kind: "passing", code: passing };
  const index = decrements.findIndex(({ Code }) => Code === "ConditionalCheckFailed");
  const item = items[index];
  if (item === undefined || codes.some((code) => code !== "ConditionalCheckFailed")) {
    return { kind: "broken", code: codes.find((code) => code !== "ConditionalCheckFailed") ?? "None" };
  }
  const reason = decrements[index]?.Item === undefined ? "unknownSku" : "insufficientStock";
  return { kind: "unavailable", rejection: { reason, sku: item.sku } };
}
