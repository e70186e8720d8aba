import { describeEstimate } from "./cost/describe";
import { estimateCost } from "./cost/estimate";
import { PRICES_DATE, PRICES_REGION } from "./cost/prices";
import { defaultWorkload, FLEET_CAPACITIES, FLEET_NETWORKS } from "./cost/workload";
import {
  parseCommandLine,
  sharedOptions,
  UsageError,
  type CommandLine,
  type Terminal,
} from "embedded-pulumi/cli";

const { batchSize, items, sendBatchSize, memoryMegabytes, instances, instanceHourPrice } = defaultWorkload;
const { capacity, network, zones, endpoints, outboundGigabytes } = defaultWorkload;

export const costLine: CommandLine = {
  usage: "npm run cost -- --orders-per-month N [options]",
  about: `What a month costs at list prices of ${PRICES_REGION}, ${PRICES_DATE}, with the arithmetic.`,
  options: {
    "orders-per-month": { kind: "integer", value: "N", min: 0, max: 1e12, about: "orders in a month" },
    "batch-size": integer(1, 10_000, `orders handed to the function at once; default ${batchSize}`),
    items: integer(0, 50, `items of an order; default ${items}`),
    api: { kind: "flag", about: "orders come over the order API, and are asked for there once each" },
    confirmations: { kind: "flag", about: "each order is confirmed by e-mail" },
    events: { kind: "flag", about: "each order announces itself on the event bus" },
    "send-batch-size": integer(1, 10, `orders in one SendMessageBatch; default ${sendBatchSize}`),
    memory: integer(128, 10_240, `megabytes of the functions; default ${memoryMegabytes}`),
    instances: integer(0, 100_000, `servers of the fleet, on average; default ${instances}`),
    capacity: {
      kind: "text",
      value: "CAPACITY",
      about: `what carries the scaler's decisions out, as scalerCapacity: ${FLEET_CAPACITIES.join(", ")}; default ${capacity}`,
    },
    "instance-price": {
      kind: "text",
      value: "DOLLARS",
      about: `price of one server and hour, with Spot the average, 0 to 1000; default ${instanceHourPrice}`,
    },
    "wake-metric": { kind: "flag", about: "a metric wakes the fleet" },
    network: {
      kind: "text",
      value: "NETWORK",
      about: `the fleet's: ${FLEET_NETWORKS.join(", ")}; default ${network}`,
    },
    zones: integer(2, 3, `zones of a private network; default ${zones}`),
    endpoints: integer(1, 100, `services with an endpoint in it; default ${endpoints}`),
    outbound: integer(
      0,
      1_000_000_000,
      `gigabytes through NAT gateways or endpoints; default ${outboundGigabytes}`,
    ),
    json: sharedOptions.json,
  },
};

function integer(min: number, max: number, about: string) {
  return { kind: "integer", value: "N", min, max, about } as const;
}

/** `npm run cost`: what a month costs at list prices, with the arithmetic. */
export function cost(args: readonly string[], terminal: Terminal): Promise<number> {
  const given = parseCommandLine(args, costLine);
  const ordersPerMonth = given.integer("orders-per-month");
  if (ordersPerMonth === undefined) {
    throw new UsageError("--orders-per-month: expected how many orders there are in a month");
  }
  const estimate = estimateCost({
    ordersPerMonth,
    batchSize: given.integer("batch-size") ?? batchSize,
    items: given.integer("items") ?? items,
    api: given.has("api"),
    confirmations: given.has("confirmations"),
    events: given.has("events"),
    sendBatchSize: given.integer("send-batch-size") ?? sendBatchSize,
    memoryMegabytes: given.integer("memory") ?? memoryMegabytes,
    instances: given.integer("instances") ?? instances,
    capacity: oneOf("capacity", FLEET_CAPACITIES, given.text("capacity")) ?? capacity,
    instanceHourPrice: priceOption(given.text("instance-price"), instanceHourPrice),
    wakeMetric: given.has("wake-metric"),
    network: oneOf("network", FLEET_NETWORKS, given.text("network")) ?? network,
    zones: given.integer("zones") ?? zones,
    endpoints: given.integer("endpoints") ?? endpoints,
    outboundGigabytes: given.integer("outbound") ?? outboundGigabytes,
  });
  for (const line of describeEstimate(estimate)) terminal.print(line);
  if (given.has("json")) {
    terminal.printJson({ prices: { region: PRICES_REGION, date: PRICES_DATE }, ...estimate });
  }
  return Promise.resolve(0);
}

function oneOf<Known extends string>(
  option: string,
  all: readonly Known[],
  value: string | undefined,
): Known | undefined {
  if (value === undefined) return undefined;
  const known = all.find((one) => one === value);
  if (known !== undefined) return known;
  throw new UsageError(
    `--${option}: got ${JSON.stringify(value.slice(0, 200))}; expected one of ${all.join(", ")}`,
  );
}

function priceOption(value: string | undefined, fallback: number): number {
  if (value === undefined) return fallback;
  const price = /^\d+(\.\d+)?$/.test(value) ? Number(value) : NaN;
  if (!(price <= 1_000)) {
    throw new UsageError(
      `--instance-price: got ${JSON.stringify(value.slice(0, 200))}; expected dollars an hour, 0 to 1000`,
    );
  }
  return price;
}
