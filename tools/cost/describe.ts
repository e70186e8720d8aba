import type { Estimate } from "./estimate";
import type { CostLine } from "./line";
import { PRICES_DATE, PRICES_REGION } from "./prices";
import { largest } from "embedded-aws/support";

/** The estimate as text, the arithmetic line by line. */
export function describeEstimate({ workload, lines, ...sums }: Estimate): string[] {
  const { ordersPerMonth } = workload;
  const width = largest(lines.map(({ item }) => item.length));
  const section = (kind: CostLine["kind"]) =>
    lines.filter((line) => line.kind === kind).map((line) => describeLine(line, width));
  const amount = (label: string, dollars: number) =>
    `  ${label.padEnd(width)}  ${money(dollars).padStart(14)}`;
  return [
    `${ordersPerMonth.toLocaleString("en-US")} orders a month; list prices of ${PRICES_REGION}, ${PRICES_DATE}; no free tier, no discounts.`,
    "",
    "What grows with the orders:",
    ...section("per order"),
    amount("together", sums.perOrderDollars),
    ...(ordersPerMonth > 0
      ? [amount("for a million orders", (sums.perOrderDollars / ordersPerMonth) * 1_000_000)]
      : []),
    "",
    "What is there without any:",
    ...section("fixed"),
    amount("together", sums.fixedDollars),
    "",
    amount("A month", sums.totalDollars),
  ];
}

function describeLine({ item, arithmetic, quantity, unit, price, dollars }: CostLine, width: number): string {
  const amount = `${figure(quantity)} ${unit}`;
  const sum = arithmetic === figure(quantity) ? amount : `${arithmetic} = ${amount}`;
  return `  ${item.padEnd(width)}  ${money(dollars).padStart(14)}  = ${sum} × $${rate(price)}`;
}

function money(dollars: number): string {
  return `$${dollars.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
}

function figure(value: number): string {
  return value.toLocaleString("en-US", { maximumFractionDigits: value < 10 ? 3 : 0 });
}

/** Small prices as their pages give them: for a million. */
function rate(price: number): string {
  return price < 0.00001 ? `${trimmed(price * 1_000_000)} a million` : trimmed(price);
}

function trimmed(value: number): string {
  return value.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 10 });
}
