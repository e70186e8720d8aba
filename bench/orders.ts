import type { ParsedArguments } from "embedded-pulumi/cli";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { CreateTableCommand, DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { localCredentials } from "../tools/target";
import { startCloud } from "embedded-aws";
import { median } from "./statistics";
import { printTable } from "./table";

/** The sockets that an SDK client opens at most, by its default; the handler is bounded by the same. */
const CONCURRENCY = 50;

/** Odd, so that there is a middle one. */
const REPEATS = 3;

interface Report {
  readonly orders: { readonly sent: number; readonly lost: number };
  readonly timing: Readonly<
    Record<
      | "readyMs"
      | "firstOrderStoredMs"
      | "p50Ms"
      | "p99Ms"
      | "p999Ms"
      | "ordersPerSecond"
      | "confirmationP99Ms",
      number
    >
  >;
  readonly memory: { readonly peakMb: number };
}

/** One run of the program, and one of the floor right after it, on the same machine in the same state. */
interface Repeat {
  readonly report: Report;
  readonly putsPerSecond: number;
}

/**
 * The main job as a person runs it, and its throughput against the floor: one client that puts as many items
 * straight into a table, with the same condition, over the same wire. The two take turns, and what is told are medians: of
 * the ratio, too, the median of each turn's own.
 *
 * `--quick`: fewer orders, one turn.
 */
export async function benchOrders(args: ParsedArguments): Promise<object> {
  const quick = args.has("quick");
  const count = quick ? 2_000 : 10_000;
  const repeats: Repeat[] = [];
  while (repeats.length < (quick ? 1 : REPEATS)) {
    const report = await runStart(count);
    repeats.push({ report, putsPerSecond: await plainPuts(count) });
  }
  const timing = (name: keyof Report["timing"]) => median(repeats.map(({ report }) => report.timing[name]));
  const figures = {
    orders: count,
    repeats: repeats.length,
    readyMs: timing("readyMs"),
    firstOrderStoredMs: timing("firstOrderStoredMs"),
    p50Ms: timing("p50Ms"),
    p99Ms: timing("p99Ms"),
    p999Ms: timing("p999Ms"),
    confirmationP99Ms: timing("confirmationP99Ms"),
    ordersPerSecond: timing("ordersPerSecond"),
    putsPerSecond: Math.round(median(repeats.map(({ putsPerSecond }) => putsPerSecond))),
    ratio: Number(
      median(
        repeats.map(({ report, putsPerSecond }) => report.timing.ordersPerSecond / putsPerSecond),
      ).toFixed(2),
    ),
    peakMb: median(repeats.map(({ report }) => report.memory.peakMb)),
    lost: repeats.reduce((sum, { report }) => sum + report.orders.lost, 0),
  };
  console.log(
    `\nOrders: npm start -- --once --orders ${count}, ${repeats.length} times in turn with the puts\n`,
  );
  printTable(
    ["", "median"],
    [
      ["ready, ms after the start", String(figures.readyMs)],
      ["first order stored, ms after the start", String(figures.firstOrderStoredMs)],
      ["p50 from sent to stored, ms", String(figures.p50Ms)],
      ["p99 from sent to stored, ms", String(figures.p99Ms)],
      ["p99.9 from sent to stored, ms", String(figures.p999Ms)],
      ["p99 from stored to confirmed, ms", String(figures.confirmationP99Ms)],
      ["orders a second, whole path", String(figures.ordersPerSecond)],
      ["conditional puts a second, straight to the table", String(figures.putsPerSecond)],
      ["ratio", figures.ratio.toFixed(2)],
      ["most memory of the cloud's process, MiB", String(figures.peakMb)],
      ["lost, all times", String(figures.lost)],
    ],
  );
  return figures;
}

/** `npm start -- --once` with so many orders: what it reports. Rejects when it breaks a promise. */
export async function runStart(count: number, options: readonly string[] = []): Promise<Report> {
  const child = spawn(
    process.execPath,
    ["tools/run.cjs", "start", "--once", "--json", "--port", "0", "--orders", String(count), ...options],
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
