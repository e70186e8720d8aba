import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { CreateTableCommand, DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { localCredentials } from "../tools/target";
import { startCloud } from "embedded-aws";
import { printTable } from "./table";

/** The sockets that an SDK client opens at most, by its default; the handler is bounded by the same. */
const CONCURRENCY = 50;

interface Report {
  readonly orders: { readonly sent: number; readonly lost: number };
  readonly timing: Readonly<
    Record<"readyMs" | "firstOrderStoredMs" | "p50Ms" | "p99Ms" | "ordersPerSecond", number>
  >;
}

/**
 * The main job as a person runs it, and its throughput against the floor: one client that puts as many items
 * straight into a table, with the same condition, over the same wire.
 */
export async function benchOrders(args: readonly string[]): Promise<void> {
  const count = args.includes("--quick") ? 2_000 : 10_000;
  const { orders, timing } = await runStart(count);
  const floor = await plainPuts(count);
  console.log(`\nOrders: npm start -- --once --orders ${count}\n`);
  printTable(
    ["", "value"],
    [
      ["ready, ms after the start", String(timing.readyMs)],
      ["first order stored, ms after the start", String(timing.firstOrderStoredMs)],
      ["p50 from sent to stored, ms", String(timing.p50Ms)],
      ["p99 from sent to stored, ms", String(timing.p99Ms)],
      ["orders a second, whole path", String(timing.ordersPerSecond)],
      ["conditional puts a second, straight to the table", String(Math.round(floor))],
      ["ratio", (timing.ordersPerSecond / floor).toFixed(2)],
      ["lost", String(orders.lost)],
    ],
  );
}

async function runStart(count: number): Promise<Report> {
  const child = spawn(
    process.execPath,
    ["tools/run.cjs", "start", "--once", "--json", "--port", "0", "--orders", String(count)],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  const ended = once(child, "exit") as Promise<[number | null]>;
  const [output, errors, [status]] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  if (status !== 0) throw new Error(`npm start ended with status ${String(status)}:\n${errors}`);
  return JSON.parse(output.trim().split("\n").at(-1) ?? "") as Report;
}

async function plainPuts(count: number): Promise<number> {
  const cloud = await startCloud({ port: 0 });
  const client = new DynamoDBClient({
    endpoint: cloud.endpoint,
    region: cloud.context.region,
    credentials: localCredentials,
  });
  try {
    await client.send(
      new CreateTableCommand({
        TableName: "floor",
        BillingMode: "PAY_PER_REQUEST",
        KeySchema: [{ AttributeName: "orderId", KeyType: "HASH" }],
        AttributeDefinitions: [{ AttributeName: "orderId", AttributeType: "S" }],
      }),
    );
    const started = performance.now();
    let next = 0;
    const worker = async () => {
      while (next < count) {
        const orderId = `order-${next++}`;
        await client.send(
          new PutItemCommand({
            TableName: "floor",
            Item: {
              orderId: { S: orderId },
              customerName: { S: "Customer 1" },
              totalAmount: { N: "12.5" },
              status: { S: "Processed" },
            },
            ConditionExpression: "attribute_not_exists(orderId)",
          }),
        );
      }
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, worker));
    return (count * 1000) / (performance.now() - started);
  } finally {
    client.destroy();
    await cloud.close();
  }
}
