import type { StockLevel } from "../cli/stockLevels";
import type { StoredOrder } from "./audit";

export interface InventoryAudit {
  /** Goods that left the inventory. */
  readonly reserved: number;
  /** Goods that the processed orders ask for. */
  readonly expected: number;
  /** The lowest stock of any good; below 0 means that something was sold that was not there. */
  readonly lowest: number;
}

/** Compares what left the inventory with what the orders say; a good that was never stocked counts as 0. */
export function auditInventory(
  before: Readonly<Record<string, number>>,
  after: readonly StockLevel[],
  orders: readonly StoredOrder[],
): InventoryAudit {
  const left = new Map(after.map(({ sku, stock }) => [sku, stock]));
  const taken = Object.entries(before).map(([sku, stock]) => stock - (left.get(sku) ?? 0));
  const asked = orders
    .filter(({ status }) => status === "Processed")
    .flatMap(({ items }) => items ?? [])
    .map(({ quantity }) => quantity);
  return { reserved: sum(taken), expected: sum(asked), lowest: Math.min(0, ...left.values()) };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
