import type { StockLevel } from "../shop/stockLevels";
import type { StoredOrder } from "./audit";

export interface InventoryAudit {
  /** Goods that left the inventory. */
  readonly reserved: number;
  /** Goods that the processed orders ask for. */
  readonly expected: number;
  /** The lowest stock of any good; below 0 means that something was sold that was not there. */
  readonly lowest: number;
}

/** How many goods an order took off stock, by what stands in the table. */
export function goodsOf({ status, items = [] }: StoredOrder): number {
  return status === "Processed" ? items.reduce((total, { quantity }) => total + quantity, 0) : 0;
}

/**
 * Compares what left the inventory with what the orders say; a good that was never stocked counts as 0.
 *
 * @param expected the sum of `goodsOf` every order.
 */
export function auditInventory(
  before: Readonly<Record<string, number>>,
  after: readonly StockLevel[],
  expected: number,
): InventoryAudit {
  const left = new Map(after.map(({ sku, stock }) => [sku, stock]));
  const reserved = Object.entries(before).reduce(
    (total, [sku, stock]) => total + stock - (left.get(sku) ?? 0),
    0,
  );
  const lowest = after.reduce((least, { stock }) => Math.min(least, stock), 0);
  return { reserved, expected, lowest };
}
