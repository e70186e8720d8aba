import { prices } from "./prices";

export const KILO = 1024;
export const GIGABYTE = 1024 ** 3;

/** One line of a bill. */
export interface CostLine {
  readonly item: string;
  /** Whether it grows with the orders, or is there without any. */
  readonly kind: "per order" | "fixed";
  /** How `quantity` comes about, in words and figures. */
  readonly arithmetic: string;
  readonly quantity: number;
  readonly unit: string;
  /** Dollars for one unit. */
  readonly price: number;
  readonly dollars: number;
}

/** Of a quantity at a price. */
export function line(
  item: string,
  kind: CostLine["kind"],
  arithmetic: string,
  amount: Pick<CostLine, "quantity" | "unit" | "price">,
): CostLine {
  return { item, kind, arithmetic, ...amount, dollars: amount.quantity * amount.price };
}

/** A figure as the arithmetic shows it: 1,200,000; 0.25. */
export function n(value: number): string {
  return value.toLocaleString("en-US", { maximumFractionDigits: 2 });
}

/** Lambda's time: so many invocations of so many milliseconds. */
export function gigabyteSeconds(invocations: number, durationMs: number, memoryMegabytes: number) {
  return {
    quantity: (invocations * durationMs * memoryMegabytes) / 1000 / KILO,
    unit: "GB-seconds",
    price: prices.lambdaGigabyteSecond,
  };
}
