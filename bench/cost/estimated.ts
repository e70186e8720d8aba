import { estimateCost } from "../../tools/cost/estimate";
import { defaultWorkload, type Workload } from "../../tools/cost/workload";

const MILLION = 1_000_000;

/** Lines of an estimate that no run of minutes shows: each mail costs the same, storage grows for months, traces are sampled. */
export const NOT_MEASURED: ReadonlySet<string> = new Set([
  "SES mails",
  "X-Ray traces",
  "DynamoDB storage of the month's orders",
]);

/** What `npm run cost` says that a million orders cost, as far as it can be measured; in dollars. */
export function estimatedDollarsPerMillion(
  workload: Pick<Workload, "batchSize" | "items" | "confirmations" | "sendBatchSize" | "memoryMegabytes">,
): number {
  const { lines } = estimateCost({ ...defaultWorkload, ...workload, ordersPerMonth: MILLION });
  return lines
    .filter(({ kind, item }) => kind === "per order" && !NOT_MEASURED.has(item))
    .reduce((sum, { dollars }) => sum + dollars, 0);
}
