import type { ParsedArguments } from "embedded-pulumi/cli";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { CreateTableCommand, DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { localCredentials } from "../tools/target";
import { startCloud } from "embedded-aws";
import { tell } from "./progress";
import { median, medianRatio } from "./statistics";
import { ofTurns, printTable } from "./table";

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

/** What docs/OPERATIONS.md, "What to raise at which load", says for a thousand orders a second. */
export const UNDER_LOAD = {
  ordersBatchSize: 50,
  ordersBatchingWindowSeconds: 1,
  ordersMaximumConcurrency: 50,
  ordersReservedConcurrency: 50,
};

/** The program with both settings, and the floor right after them, on the same machine in the same state. */
interface Turn {
  readonly underLoad: Report;
  readonly asDeployed: Report;
  readonly putsPerSecond: number;
}

/**
 * The main job as a person runs it, and its throughput against the floor: one client that puts as many items
 * straight into a table, with the same condition, over the same wire. It runs twice: with the settings for such a load, and
 * with those of the stack's file, which store an order that comes alone at once, and hand at most ten of a burst to an
 * invocation. They take turns, and what is told are medians: of the ratio, too, the median of each turn's own.
 *
 * `--quick`: fewer orders, one turn.
 */
export async function benchOrders(args: ParsedArguments): Promise<object> {
  const quick = args.has("quick");
  const count = quick ? 2_000 : 10_000;
  const turns: Turn[] = [];
  for (let turn = 0, all = quick ? 1 : REPEATS; turn < all; turn++) {
    tell(`${count} orders, set for 1,000 a second`, turn, all);
    const underLoad = await runStart(
      count,
      Object.entries(UNDER_LOAD).flatMap(([key, value]) => ["--config", `${key}=${value}`]),
    );
    tell(`${count} orders, as the stack's file says`, turn, all);
    const asDeployed = await runStart(count);
    tell(`${count} conditional puts`, turn, all);
    turns.push({ underLoad, asDeployed, putsPerSecond: await plainPuts(count) });
  }
  const putsPerSecond = turns.map((turn) => turn.putsPerSecond);
  const underLoad = figuresOf(
    turns.map((turn) => turn.underLoad),
    putsPerSecond,
  );
  const asDeployed = figuresOf(
    turns.map((turn) => turn.asDeployed),
    putsPerSecond,
  );
  console.log(
    `\nOrders: npm start -- --once --orders ${count}, ${ofTurns(turns.length)}; set for 1,000 orders a second (docs/OPERATIONS.md), and as the stack's file says\n`,
  );
  printTable(
    ["", "for 1,000/s", "stack's file"],
    LINES.map(([name, what]) => [what, String(underLoad[name]), String(asDeployed[name])]),
  );
  const puts = Math.round(median(putsPerSecond));
  console.log(`\nConditional puts a second, straight to the table: ${puts}`);
  return { orders: count, turns: turns.length, putsPerSecond: puts, ...underLoad, asDeployed };
}

const LINES = [
  ["readyMs", "ready, ms after the start"],
  ["firstOrderStoredMs", "first order stored, ms after the start"],
  ["p50Ms", "p50 from sent to stored, ms"],
  ["p99Ms", "p99 from sent to stored, ms"],
  ["p999Ms", "p99.9 from sent to stored, ms"],
  ["confirmationP99Ms", "p99 from stored to confirmed, ms"],
  ["ordersPerSecond", "orders a second, whole path"],
  ["ratio", "the same, by conditional puts a second"],
  ["peakMb", "most memory of the cloud's process, MiB"],
  ["lost", "lost, all turns"],
] as const satisfies (readonly [string, string])[];

/** Of the program's runs with one setting, and of the floor in the same turns. */
function figuresOf(
  reports: readonly Report[],
  putsPerSecond: readonly number[],
): Readonly<Record<(typeof LINES)[number][0], number>> {
  const timing = (name: keyof Report["timing"]) => median(reports.map((report) => report.timing[name]));
  const ratio = medianRatio(
    reports.map((report) => report.timing.ordersPerSecond),
    putsPerSecond,
  );
  return {
    readyMs: timing("readyMs"),
    firstOrderStoredMs: timing("firstOrderStoredMs"),
    p50Ms: timing("p50Ms"),
    p99Ms: timing("p99Ms"),
    p999Ms: timing("p999Ms"),
    confirmationP99Ms: timing("confirmationP99Ms"),
    ordersPerSecond: timing("ordersPerSecond"),
    ratio: Number(ratio.toFixed(2)),
    peakMb: median(reports.map(({ memory }) => memory.peakMb)),
    lost: reports.reduce((sum, { orders }) => sum + orders.lost, 0),
  };
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
