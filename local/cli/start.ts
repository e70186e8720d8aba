import { SQSClient } from "@aws-sdk/client-sqs";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { seededRandom } from "../cloud/core/random";
import {
  demonstrateOrders,
  type OrderDemonstration,
  type OrderSystem,
} from "../demonstration/demonstrateOrders";
import { brokenPromises, describeOrders } from "../demonstration/describeOrders";
import { integerOption, parseCommandLine, portRange, stringOption } from "./arguments";
import { deployLocally, type LocalDeployment } from "./deployLocally";
import { localCredentials, optionalOutput, stringOutput } from "./target";
import type { Terminal } from "./terminal";

/** Enough to show every kind of outcome, few enough to read. */
const DEFAULT_ORDERS = 20;

/** `npm start -- [--once] [--orders N] [--seed S] [--port P] [--stack NAME] [--json]` */
export async function start(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values } = parseCommandLine(args, {
    once: { type: "boolean" },
    orders: { type: "string" },
    seed: { type: "string" },
    port: { type: "string" },
    stack: { type: "string" },
    json: { type: "boolean" },
  });
  const orders = integerOption(values, "orders", { fallback: DEFAULT_ORDERS, min: 0, max: 1_000_000 });
  const seed = integerOption(values, "seed", { fallback: 1, min: 0, max: 2 ** 32 - 1 });
  const deployment = await deployLocally({
    stack: stringOption(values, "stack", "dev"),
    port: integerOption(values, "port", portRange),
    seed,
    terminal,
  });
  try {
    const readyMs = performance.now();
    const demonstration = await demonstrate(deployment, orders, seed, terminal);
    if (values["json"] === true) terminal.printJson(summary(demonstration, readyMs, deployment.resources));
    const broken = brokenPromises(demonstration);
    for (const promise of broken) terminal.print(`Broken promise: ${promise}`);
    if (values["once"] !== true && !terminal.signal.aborted) await stayUp(deployment, terminal);
    return broken.length === 0 ? 0 : 1;
  } finally {
    await deployment.close();
  }
}

async function demonstrate(
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
    events: deployment.events,
    sqs: new SQSClient(clientConfig),
    dynamodb: DynamoDBDocumentClient.from(new DynamoDBClient(clientConfig)),
    orderQueueUrl: stringOutput(deployment, "orderQueueUrl"),
    orderDeadLetterQueueUrl: stringOutput(deployment, "orderDeadLetterQueueUrl"),
    ordersTableName: stringOutput(deployment, "ordersTableName"),
    inventoryTableName: stringOutput(deployment, "inventoryTableName"),
    confirmationFailureQueueUrl: optionalOutput(deployment, "confirmationFailureQueueUrl"),
    emails: () => deployment.emails(),
  };
  try {
    terminal.print(
      `\nSending ${orders} messages to the order queue, as a busy shop would: some twice, some of no use.\n`,
    );
    const demonstration = await demonstrateOrders(system, orders, seededRandom(seed), terminal.signal);
    for (const line of describeOrders(demonstration)) terminal.print(line);
    return demonstration;
  } finally {
    system.sqs.destroy();
    system.dynamodb.destroy();
  }
}

function summary(demonstration: OrderDemonstration, readyMs: number, resources: number) {
  const { audit, confirmations, inventory, latencies, firstStoredAt, ordersPerSecond } = demonstration;
  return {
    orders: audit,
    confirmations,
    inventory: { reserved: inventory.reserved, expected: inventory.expected },
    timing: {
      readyMs: Math.round(readyMs),
      firstOrderStoredMs: Math.round(firstStoredAt ?? 0),
      p50Ms: Math.round(latencies.p50Ms),
      p99Ms: Math.round(latencies.p99Ms),
      ordersPerSecond: Math.round(ordersPerSecond),
      confirmationP99Ms: Math.round(demonstration.confirmationLatencies.p99Ms),
    },
    resources,
  };
}

async function stayUp(deployment: LocalDeployment, terminal: Terminal): Promise<void> {
  terminal.print(`\nThe cloud stays up at ${deployment.endpoint} until Ctrl-C. In another terminal:`);
  terminal.print("  npm run order -- --count 100");
  terminal.print(`  aws --endpoint-url ${deployment.endpoint} --region ${deployment.region} sqs list-queues`);
  await new Promise<void>((resolve) => {
    if (terminal.signal.aborted) resolve();
    else terminal.signal.addEventListener("abort", () => resolve(), { once: true });
  });
  terminal.print("\nStopping.");
}
