import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SQSClient } from "@aws-sdk/client-sqs";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { CloudEvent } from "embedded-aws";
import type { Terminal } from "embedded-pulumi/cli";
import { seededRandom } from "embedded-aws/support";
import type { LocalDeployment } from "./deployLocally";
import { localCredentials, optionalOutput, stringOutput } from "./target";
import {
  demonstrateOrders,
  type OrderDemonstration,
  type OrderSystem,
} from "./demonstration/demonstrateOrders";
import { describeOrders } from "./demonstration/describeOrders";
import { unlessStuck } from "./demonstration/stuckFunction";

/** What brings the orders on, and how long they may stand still behind a function that fails. */
const ORDER_PROGRESS: ReadonlySet<CloudEvent["type"]> = new Set<CloudEvent["type"]>([
  "item-inserted",
  "item-modified",
  "message-sent",
  "message-deleted",
  "message-dead-lettered",
]);
const ORDER_PATIENCE_MS = 5000;

/**
 * Sends orders to a stack that is deployed and tells what has become of them. Rejects with `CannotGoOn` where a function
 * stands in the way.
 */
export async function showOrders(
  deployment: LocalDeployment,
  orders: number,
  seed: number,
  terminal: Terminal,
): Promise<OrderDemonstration> {
  const clientConfig = {
    region: deployment.region,
    endpoint: deployment.endpoint,
    credentials: localCredentials,
  };
  const system: OrderSystem = {
    clock: deployment.cloud.context.clock,
    events: deployment.cloud.context.events,
    sqs: new SQSClient(clientConfig),
    dynamodb: DynamoDBDocumentClient.from(new DynamoDBClient(clientConfig)),
    orderQueueUrl: stringOutput(deployment, "orderQueueUrl"),
    orderDeadLetterQueueUrl: stringOutput(deployment, "orderDeadLetterQueueUrl"),
    ordersTableName: stringOutput(deployment, "ordersTableName"),
    inventoryTableName: stringOutput(deployment, "inventoryTableName"),
    confirmationFailureQueueUrl: optionalOutput(deployment, "confirmationFailureQueueUrl"),
    emailsSent: () => deployment.cloud.inbox.total,
    emails: () => deployment.cloud.inbox.emails,
  };
  try {
    terminal.print(
      `\nSending ${orders} messages to the order queue, as a busy shop would: some twice, some of no use.\n`,
    );
    const expectation = {
      functionNames: ["processOrdersFunctionName", "confirmOrdersFunctionName"].flatMap(
        (name) => optionalOutput(deployment, name) ?? [],
      ),
      progress: ORDER_PROGRESS,
      achievement: "item-inserted" as const,
      patienceMs: ORDER_PATIENCE_MS,
    };
    const demonstration = await unlessStuck(
      deployment.cloud.context,
      expectation,
      terminal.signal,
      (signal) =>
        demonstrateOrders(
          system,
          orders,
          seededRandom(orderSeed(seed, deployment.kept)),
          signal,
          (line) => terminal.print(`  ${line}`),
          deployment.kept?.goesOn,
        ),
    );
    for (const line of describeOrders(demonstration)) terminal.print(line);
    return demonstration;
  } finally {
    system.sqs.destroy();
    system.dynamodb.destroy();
  }
}

/** Orders that are kept are not sent again as new ones: each start has ids of its own. */
function orderSeed(seed: number, kept: LocalDeployment["kept"]): number {
  return kept?.goesOn === true ? (seed + Math.imul(kept.starts, 0x9e3779b1)) >>> 0 : seed;
}

/** For machines: what became of the orders. */
export function ordersSummary({ audit, confirmations, inventory }: OrderDemonstration) {
  return {
    orders: audit,
    confirmations,
    inventory: { reserved: inventory.reserved, expected: inventory.expected },
  };
}

/** For machines: how fast they went, in milliseconds and orders a second. */
export function ordersTiming(demonstration: OrderDemonstration) {
  const { firstStoredAt, latencies, confirmationLatencies, ordersPerSecond } = demonstration;
  return {
    firstOrderStoredMs: Math.round(firstStoredAt ?? 0),
    p50Ms: Math.round(latencies.p50Ms),
    p99Ms: Math.round(latencies.p99Ms),
    p999Ms: Math.round(latencies.p999Ms),
    ordersPerSecond: Math.round(ordersPerSecond),
    confirmationP99Ms: Math.round(confirmationLatencies.p99Ms),
  };
}
