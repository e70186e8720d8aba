import { SQSClient } from "@aws-sdk/client-sqs";
import { SingleBar } from "cli-progress";
import { stat } from "node:fs/promises";
import { seededRandom } from "embedded-aws/support";
import { generateMessages } from "./demonstration/orders";
import {
  DEFAULT_PORT,
  parseCommandLine,
  sharedOptions,
  UsageError,
  CommandError,
  type CommandLine,
  type ParsedArguments,
  type Terminal,
} from "embedded-pulumi/cli";
import { type FileOrder, OrdersFileError, readOrders } from "./ordersFile";
import { fitsOrderApi, placeOrder } from "./placeOrder";
import { readInput } from "./readInput";
import { isFifo } from "./shop/orderGroup";
import { sendOrders, SendInterrupted, type SendSummary } from "./shop/sendOrders";
import { LOOK_AFTER_USAGE, lookAfterOrders } from "./lookAfterOrders";
import { findTarget, optionalOutput, stringOutput } from "./target";

export const orderLine: CommandLine = {
  usage: `npm run order -- --file FILE | --count N | ${LOOK_AFTER_USAGE} [options]`,
  about:
    "Sends orders to the local cloud or a deployed stack: one over its order API, where it has one, many to its queue; or looks after stored ones.",
  options: {
    file: {
      kind: "text",
      value: "FILE",
      about: "a JSON array of orders, one order, or one order a line; UTF-8",
    },
    count: { kind: "integer", value: "N", min: 1, max: 1_000_000, about: "so many made-up orders" },
    skip: { kind: "integer", value: "N", min: 0, max: 1e9, about: "leave the first N orders out; default 0" },
    seed: {
      kind: "integer",
      value: "S",
      min: 0,
      max: 2 ** 32 - 1,
      about: "of the made-up orders: the same seed, the same orders; default another each time",
    },
    customer: { kind: "text", value: "EMAIL", about: "the customer whose orders are listed or erased" },
    stack: sharedOptions.target,
    port: sharedOptions.port,
    json: sharedOptions.json,
  },
  positionals: true,
};

/** Beyond it a file is no text that one process can hold (V8 takes 512 MiB of characters). */
const LARGEST_FILE_BYTES = 256 * 1024 * 1024;
/** The status that a shell reports for a process ended by SIGINT. */
const INTERRUPTED = 130;
/** How often a line tells of the progress where no bar can be drawn. */
const PROGRESS_LINE_MS = 5000;
/** Refused orders that are told of one by one. */
const REFUSALS_SHOWN = 20;

/** `npm run order`: sends the orders of a file, or made-up ones; or looks after orders that are stored. */
export async function order(args: readonly string[], terminal: Terminal): Promise<number> {
  const given = parseCommandLine(args, orderLine);
  if (given.positionals.length > 0) return await lookAfterOrders(given, terminal);
  if (given.has("customer")) throw new UsageError(`--customer: expected: order -- ${LOOK_AFTER_USAGE}`);
  if (given.has("file") === given.has("count")) {
    throw new UsageError("give either --file orders.json or --count N");
  }
  const all = await ordersToSend(given, terminal.signal);
  const skipped = given.integer("skip") ?? 0;
  const orders = all.slice(skipped);
  if (orders.length === 0)
    throw new UsageError(
      `--skip: got ${skipped}; expected less than ${all.length}, the orders that there are`,
    );
  const target = await findTarget(given.text("stack") ?? "local", given.integer("port") ?? DEFAULT_PORT);
  const queueUrl = stringOutput(target, "orderQueueUrl");
  // A FIFO queue groups what is sent from here by customer, whether there is an address or not; the API needs one.
  const apiUrl = isFifo(queueUrl) ? undefined : optionalOutput(target, "orderApiUrl");
  const [only, ...more] = orders;
  // One order is placed as a shop does it; many go to the queue in batches, ten to a request.
  if (apiUrl !== undefined && only !== undefined && more.length === 0 && fitsOrderApi(only.body))
    return await placeOrder(
      { url: apiUrl, clientConfig: target.clientConfig },
      only.body,
      terminal,
      given.has("json"),
    );
  const client = new SQSClient(target.clientConfig);
  const progress = showProgress(orders.length);
  try {
    const summary = await sendOrders({
      client,
      queueUrl,
      bodies: orders.map(({ body }) => body),
      signal: terminal.signal,
      onProgress: progress.update,
    });
    progress.stop();
    report(summary, orders, skipped, queueUrl, terminal, given.has("json"));
    if (summary.interrupted) return INTERRUPTED;
    return summary.refused.length === 0 && summary.sent === orders.length ? 0 : 1;
  } catch (error) {
    if (!(error instanceof SendInterrupted)) throw error;
    throw new CommandError(
      [
        `cannot send to ${queueUrl}: ${error.message}`,
        ...describeRest(error.summary, orders.length, skipped),
      ].join("\n"),
    );
  } finally {
    progress.stop();
    client.destroy();
  }
}

async function ordersToSend(given: ParsedArguments, signal: AbortSignal): Promise<readonly FileOrder[]> {
  const file = given.text("file");
  return file === undefined
    ? generated(given.integer("count") ?? 1, given.integer("seed") ?? Date.now() % 2 ** 32)
    : await ordersOf(file, signal);
}

/** Well-formed orders only: showing what becomes of bad ones is the demonstration's job. */
function generated(count: number, seed: number): FileOrder[] {
  const random = seededRandom(seed);
  return generateMessages(count, random, ["order"]).map(({ body }) => ({ body, line: undefined }));
}

async function ordersOf(file: string, signal: AbortSignal): Promise<readonly FileOrder[]> {
  let bytes: Buffer;
  try {
    const { size } = await stat(file);
    if (size > LARGEST_FILE_BYTES)
      throw new CommandError(
        `${file}: has ${size} bytes; expected at most ${LARGEST_FILE_BYTES}: split it; nothing was sent`,
      );
    bytes = await readInput(file, signal);
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError(`${file}: cannot be read; expected a file of orders, as JSON`);
  }
  try {
    return readOrders(bytes);
  } catch (error) {
    if (error instanceof OrdersFileError)
      throw new CommandError(
        error.faults.map((fault) => `${file}: ${fault}`).join("\n") + "; nothing was sent",
      );
    throw error;
  }
}

/** A bar for a person; where standard error is no terminal, a line every few seconds. */
function showProgress(total: number): { update: (done: number) => void; stop: () => void } {
  if (!process.stderr.isTTY) {
    let told = performance.now();
    return {
      update: (done) => {
        if (performance.now() - told < PROGRESS_LINE_MS) return;
        told = performance.now();
        process.stderr.write(`${done} of ${total} orders\n`);
      },
      stop: () => undefined,
    };
  }
  const bar = new SingleBar({
    format: "{bar} {value}/{total} orders",
    stream: process.stderr,
    clearOnComplete: true,
  });
  bar.start(total, 0);
  return { update: (done) => bar.update(done), stop: () => bar.stop() };
}

function report(
  summary: SendSummary,
  orders: readonly FileOrder[],
  skipped: number,
  queueUrl: string,
  terminal: Terminal,
  json: boolean,
): void {
  const { sent, refused, seconds } = summary;
  for (const { index, reason } of refused.slice(0, REFUSALS_SHOWN))
    terminal.print(`${placeOf(orders[index], index + skipped)}: refused by the queue: ${reason}`);
  if (refused.length > REFUSALS_SHOWN)
    terminal.print(`… and ${refused.length - REFUSALS_SHOWN} more refused by the queue`);
  terminal.print(`sent ${sent} of ${orders.length} orders to ${queueUrl} in ${seconds.toFixed(1)} s`);
  if (summary.interrupted)
    for (const line of describeRest(summary, orders.length, skipped)) terminal.print(line);
  if (json) terminal.printJson({ sent, refused: refused.length, total: orders.length });
}

/** What was sent before the rest could not be, and how to go on. */
function describeRest({ sent, complete }: SendSummary, total: number, skipped: number): readonly string[] {
  if (sent === 0) return ["nothing was sent"];
  return [
    `${sent} of ${total} orders were sent before`,
    `go on with: --skip ${skipped + complete} (an order that is sent twice changes nothing)`,
  ];
}

function placeOf(order: FileOrder | undefined, index: number): string {
  return order?.line === undefined ? `order ${index + 1}` : `order ${index + 1} (line ${order.line})`;
}
