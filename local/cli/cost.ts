import { describeEstimate } from "../cost/describe";
import { estimateCost } from "../cost/estimate";
import { PRICES_DATE, PRICES_REGION } from "../cost/prices";
import { defaultWorkload } from "../cost/workload";
import { integerOption, parseCommandLine, UsageError } from "./arguments";
import type { Terminal } from "./terminal";

const text = { type: "string" } as const;

/** `npm run cost -- --orders-per-month N …`: what a month costs at list prices, with the arithmetic. */
export function cost(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values } = parseCommandLine(args, {
    "orders-per-month": text,
    "batch-size": text,
    items: text,
    confirmations: { type: "boolean" },
    "send-batch-size": text,
    memory: text,
    instances: text,
    "instance-price": text,
    json: { type: "boolean" },
  });
  if (values["orders-per-month"] === undefined) {
    throw new UsageError("--orders-per-month: expected how many orders there are in a month");
  }
  const integer = (name: string, fallback: number, min: number, max: number) =>
    integerOption(values, name, { fallback, min, max });
  const estimate = estimateCost({
    ordersPerMonth: integer("orders-per-month", 0, 0, 1e12),
    batchSize: integer("batch-size", defaultWorkload.batchSize, 1, 10_000),
    items: integer("items", defaultWorkload.items, 0, 50),
    confirmations: values.confirmations === true,
    sendBatchSize: integer("send-batch-size", defaultWorkload.sendBatchSize, 1, 10),
    memoryMegabytes: integer("memory", defaultWorkload.memoryMegabytes, 128, 10_240),
    instances: integer("instances", defaultWorkload.instances, 0, 100_000),
    instanceHourPrice: priceOption(values["instance-price"], defaultWorkload.instanceHourPrice),
  });
  for (const line of describeEstimate(estimate)) terminal.print(line);
  if (values.json === true) {
    terminal.printJson({ prices: { region: PRICES_REGION, date: PRICES_DATE }, ...estimate });
  }
  return Promise.resolve(0);
}

function priceOption(value: unknown, fallback: number): number {
  if (value === undefined) return fallback;
  const price = typeof value === "string" && /^\d+(\.\d+)?$/.test(value) ? Number(value) : NaN;
  if (!(price <= 1_000)) {
    throw new UsageError(
      `--instance-price: got ${JSON.stringify(value)}; expected dollars an hour, 0 to 1000`,
    );
  }
  return price;
}
