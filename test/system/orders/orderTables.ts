import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { AwsError, type Cloud } from "embedded-aws";
import type { Random } from "embedded-aws/support";
import type { Telemetry } from "../../../handlers/shared/telemetry";
import type { Timing } from "../../../handlers/shared/retry";
import { startTestCloud, type TestCloud } from "embedded-aws/testing";

/** A cloud with what the handlers write to, for running them in this process, thousands of times. */
export interface OrderTables {
  readonly cloud: TestCloud;
  readonly dynamoDb: Cloud["dynamoDb"];
  /** A client that calls as it should. */
  readonly client: DynamoDBClient;
  /** A client that makes each call through `attempt`. */
  clientThrough(attempt: <T>(call: () => Promise<T>) => Promise<T>): DynamoDBClient;
  /** Makes an empty pair of tables. */
  create(): Promise<{ readonly ordersTableName: string; readonly inventoryTableName: string }>;
  close(): Promise<void>;
}

export async function startOrderTables(): Promise<OrderTables> {
  const cloud = await startTestCloud();
  const clients: DynamoDBClient[] = [];
  const newClient = () => {
    const client = new DynamoDBClient({ ...cloud.client, maxAttempts: 1 });
    clients.push(client);
    return client;
  };
  let runs = 0;
  const table = (TableName: string, key: string, more: object = {}) =>
    cloud.call("dynamodb", "CreateTable", {
      TableName,
      AttributeDefinitions: [{ AttributeName: key, AttributeType: "S" }],
      KeySchema: [{ AttributeName: key, KeyType: "HASH" }],
      BillingMode: "PAY_PER_REQUEST",
      ...more,
    });
  return {
    cloud,
    dynamoDb: cloud.dynamoDb,
    client: newClient(),
    clientThrough(attempt) {
      const client = newClient();
      client.middlewareStack.add((next) => (args) => attempt(() => next(args)), { step: "initialize" });
      return client;
    },
    async create() {
      const run = ++runs;
      const names = { ordersTableName: `orders-${run}`, inventoryTableName: `inventory-${run}` };
      const StreamSpecification = { StreamEnabled: true, StreamViewType: "NEW_IMAGE" };
      await table(names.ordersTableName, "orderId", { StreamSpecification });
      await table(names.inventoryTableName, "sku");
      return names;
    },
    async close() {
      for (const client of clients) client.destroy();
      await cloud.close();
    },
  };
}

/** Invocations last this long at most, in milliseconds. */
export const INVOCATION_MS = 30_000;

/** Time that passes only while somebody sleeps, and a little at each look: no two deliveries have the same. */
export function fastTiming(random: Random): Timing {
  let now = Date.UTC(2026, 0, 1);
  return {
    now: () => ++now,
    sleep: (milliseconds) => {
      now += milliseconds;
      return new Promise((resolve) => setImmediate(resolve));
    },
    random: () => random.next(),
  };
}

export const silentTelemetry: Telemetry = {
  log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  publishCounts: () => undefined,
};

/** A function that died before a call, or after it had been carried out. */
class Crash extends Error {
  override readonly name = "Crash";
}

/**
 * Makes a call that goes wrong now and then: before it is made, or after, so that it took place and its answer
 * is lost; as a broken connection, which may be retried, or together with its caller.
 */
export async function mayCrash<T>(random: Random, probability: number, call: () => Promise<T>): Promise<T> {
  const crashes = random.next() < probability;
  const failure = () => (random.next() < 0.5 ? new Crash("the process is gone") : connectionReset());
  if (crashes && random.next() < 0.5) throw failure();
  const result = await call();
  if (crashes) throw failure();
  return result;
}

function connectionReset(): Error {
  return Object.assign(new Error("socket hang up"), { code: "ECONNRESET" });
}

/** Throttles, conflicts and outages, each at a share of the calls that it can befall. */
export function dynamoDbFaults(random: Random, probability: number) {
  return (operation: string): AwsError | undefined => {
    if (operation === "Scan" || random.next() >= probability) return undefined;
    const kind = Math.floor(random.next() * 3);
    if (kind === 0) return new AwsError("ProvisionedThroughputExceededException", "too fast");
    if (kind === 1 && operation === "TransactWriteItems")
      return new AwsError("TransactionConflictException", "Transaction is ongoing for the item");
    return new AwsError("InternalServerError", "down", 500);
  };
}
