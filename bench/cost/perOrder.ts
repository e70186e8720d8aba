import { prices } from "../../tools/cost/prices";

/** What AWS would charge for, by the unit that it charges. */
export interface Usage {
  /** Sends, receives and deletes, each of up to ten messages. */
  readonly sqsRequests: number;
  readonly invocations: number;
  readonly gigabyteSeconds: number;
  readonly writeUnits: number;
  readonly readUnits: number;
  readonly logBytes: number;
}

const GIGABYTE = 1024 ** 3;
const MILLION = 1_000_000;

/** Dollars for one unit. */
const PRICES: Readonly<Record<keyof Usage, number>> = {
  sqsRequests: prices.sqsRequest,
  invocations: prices.lambdaRequest,
  gigabyteSeconds: prices.lambdaGigabyteSecond,
  writeUnits: prices.dynamoWriteUnit,
  readUnits: prices.dynamoReadUnit,
  logBytes: prices.logsGigabyte / GIGABYTE,
};

/**
 * What one order used, of what some orders used together.
 *
 * @throws RangeError when there were none.
 */
export function usageOfOne(usage: Usage, orders: number): Usage {
  if (!(orders > 0)) throw new RangeError(`got ${orders} orders; expected at least one`);
  return mapUsage(usage, (value) => value / orders);
}

/** What a million orders cost, each of which uses so much, by what is used; in dollars at list prices. */
export function dollarsPerMillion(ofOne: Usage): Usage {
  return mapUsage(ofOne, (value, name) => value * PRICES[name] * MILLION);
}

export function sumOf(usage: Usage): number {
  return Object.values<number>({ ...usage }).reduce((sum, value) => sum + value, 0);
}

/** Each figure made from those of the same name in several usages. */
export function combineUsages(
  usages: readonly Usage[],
  combine: (values: readonly number[]) => number,
): Usage {
  return mapUsage(PRICES, (_, name) => combine(usages.map((usage) => usage[name])));
}

function mapUsage(usage: Usage, change: (value: number, name: keyof Usage) => number): Usage {
  return {
    sqsRequests: change(usage.sqsRequests, "sqsRequests"),
    invocations: change(usage.invocations, "invocations"),
    gigabyteSeconds: change(usage.gigabyteSeconds, "gigabyteSeconds"),
    writeUnits: change(usage.writeUnits, "writeUnits"),
    readUnits: change(usage.readUnits, "readUnits"),
    logBytes: change(usage.logBytes, "logBytes"),
  };
}
