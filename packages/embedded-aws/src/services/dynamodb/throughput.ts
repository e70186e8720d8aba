import { AwsError } from "../../core/errors";
import type { CloudContext } from "../../core/service";
import { TokenBucket } from "../../core/tokenBucket";
import type { Item } from "./attributeValue";
import type { Table } from "./table";

export type UnitKind = "read" | "write";

/** Units a second of one partition key, and of one table: DynamoDB developer guide, "Quotas in Amazon DynamoDB". */
const PARTITION = { read: 3000, write: 1000 } as const;
const TABLE = { read: 40_000, write: 40_000 } as const;

/** Provisioned throughput that was not used is kept for five minutes: "Burst and adaptive capacity". */
const BURST_SECONDS = 300;

interface Spent {
  read: number;
  write: number;
}

/**
 * Throttles what goes beyond what partitions and tables take in a second. As in DynamoDB, a request is let in
 * while anything is left, and what it turns out to cost may go beyond it. Partitions of indexes are not counted.
 */
export class Throughput {
  #second = 0;
  /** Of the present second alone, so that a million keys are not remembered. */
  readonly #partitions = new Map<Table, Map<string, Spent>>();
  readonly #tables = new Map<Table, Spent>();
  readonly #provisioned = new WeakMap<Table["billing"], Record<UnitKind, TokenBucket>>();

  constructor(private readonly context: Pick<CloudContext, "clock" | "conditions">) {}

  /** Why an item with `key`, or without one the table, cannot be touched just now. */
  refusal(table: Table, kind: UnitKind, key: Item | undefined): AwsError | undefined {
    if (!this.context.conditions.dynamodbThroughput) return undefined;
    this.#turnPage();
    const partition = this.#partitions.get(table)?.get(partitionOf(table, key));
    if (key !== undefined && partition !== undefined && partition[kind] >= PARTITION[kind]) {
      return throttled(table, kind, "KeyRangeThroughputExceeded");
    }
    if ((this.#tables.get(table)?.[kind] ?? 0) >= TABLE[kind]) {
      return throttled(table, kind, "AccountLimitExceeded");
    }
    const bucket = this.#bucketOf(table, kind);
    if (bucket !== undefined && bucket.level(this.context.clock.now()) <= 0) {
      return throttled(table, kind, "ProvisionedThroughputExceeded");
    }
    return undefined;
  }

  spend(table: Table, kind: UnitKind, units: number, key: Item | undefined): void {
    if (!this.context.conditions.dynamodbThroughput) return;
    this.#turnPage();
    add(this.#tables, table, kind, units);
    this.#bucketOf(table, kind)?.charge(this.context.clock.now(), units);
    if (key === undefined) return;
    const partitions = this.#partitions.get(table) ?? new Map<string, Spent>();
    this.#partitions.set(table, partitions);
    add(partitions, partitionOf(table, key), kind, units);
  }

  #turnPage(): void {
    const second = Math.floor(this.context.clock.now() / 1000);
    if (second === this.#second) return;
    this.#second = second;
    this.#partitions.clear();
    this.#tables.clear();
  }

  #bucketOf({ billing }: Table, kind: UnitKind): TokenBucket | undefined {
    if (billing.mode !== "PROVISIONED") return undefined;
    let buckets = this.#provisioned.get(billing);
    if (buckets === undefined) {
      const bucket = (units: number) => new TokenBucket(units * BURST_SECONDS, units);
      const { ReadCapacityUnits: read, WriteCapacityUnits: write } = billing.throughput;
      this.#provisioned.set(billing, (buckets = { read: bucket(read), write: bucket(write) }));
    }
    return buckets[kind];
  }
}

function add<Key>(spent: Map<Key, Spent>, key: Key, kind: UnitKind, units: number): void {
  const before = spent.get(key);
  if (before !== undefined) before[kind] += units;
  else spent.set(key, { read: 0, write: 0, [kind]: units });
}

function partitionOf(table: Table, key: Item | undefined): string {
  const value = key?.[table.key.hash[0]?.name ?? ""];
  return value === undefined ? "" : JSON.stringify(value);
}

/** DynamoDB developer guide, "Error handling": what each mode of billing is told, and the reason for programs. */
function throttled(
  table: Table,
  kind: UnitKind,
  reason: "KeyRangeThroughputExceeded" | "AccountLimitExceeded" | "ProvisionedThroughputExceeded",
): AwsError {
  const what = `Table${kind === "read" ? "Read" : "Write"}${reason}`;
  const details = { throttlingReasons: [{ reason: what, resource: table.arn }] };
  if (table.billing.mode === "PROVISIONED") {
    return new AwsError(
      "ProvisionedThroughputExceededException",
      "The level of configured provisioned throughput for the table was exceeded. Consider increasing your provisioning level with the UpdateTable API.",
      400,
      { ThrottlingReasons: details.throttlingReasons },
    );
  }
  return new AwsError(
    "ThrottlingException",
    reason === "AccountLimitExceeded"
      ? "Throughput exceeds the current throughput limit for your account. Please contact AWS Support at https://aws.amazon.com/support request a limit increase"
      : "Throughput exceeds the current capacity of your table or index. DynamoDB is automatically scaling your table or index so please try again shortly. If exceptions persist, check if you have a hot key: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html",
    400,
    details,
  );
}
