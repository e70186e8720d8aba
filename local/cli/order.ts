import { SQSClient } from "@aws-sdk/client-sqs";
import { SingleBar } from "cli-progress";
import { readFile } from "node:fs/promises";
import { seededRandom } from "../cloud/core/random";
import { generateMessages } from "../demonstration/orders";
import { integerOption, parseCommandLine, portRange, stringOption, UsageError } from "./arguments";
import { CommandError } from "./commandError";
import { OrdersFileError, readOrders } from "./ordersFile";
import { sendOrders, type SendSummary } from "./sendOrders";
import { findTarget, stringOutput } from "./target";
import type { Terminal } from "./terminal";
import { messageOf } from "../cloud/core/messageOf";

/** `npm run order -- --file orders.json | --count N [--stack local|NAME] [--port P] [--seed S]` */
export async function order(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values } = parseCommandLine(args, {
    file: { type: "string" },
    count: { type: "string" },
    seed: { type: "string" },
    stack: { type: "string" },
    port: { type: "string" },
    json: { type: "boolean" },
  });
  if ((values.file === undefined) === (values.count === undefined)) {
    throw new UsageError("give either --file orders.json or --count N");
  }
  const bodies =
    values.file === undefined
      ? generated(
          integerOption(values, "count", { fallback: 1, min: 1, max: 1_000_000 }),
          integerOption(values, "seed", { fallback: Date.now() % 2 ** 32, min: 0, max: 2 ** 32 - 1 }),
        )
      : await ordersOf(stringOption(values, "file", ""));
  const target = await findTarget(
    stringOption(values, "stack", "local"),
    integerOption(values, "port", portRange),
  );
  const queueUrl = stringOutput(target, "orderQueueUrl");
  const client = new SQSClient(target.clientConfig);

  const bar = new SingleBar({
    format: "{bar} {value}/{total} orders",
    stream: process.stderr,
    clearOnComplete: true,
  });
  bar.start(bodies.length, 0);
  try {
    const summary = await sendOrders({
      client,
      queueUrl,
      bodies,
      signal: terminal.signal,
      onProgress: (done) => bar.update(done),
    });
    bar.stop();
    report(summary, bodies.length, queueUrl, terminal, values.json === true);
    return summary.refused.length === 0 && summary.sent === bodies.length ? 0 : 1;
  } catch (error) {
    const reason = messageOf(error);
    throw new CommandError(`cannot send to ${queueUrl}: ${reason}`);
  } finally {
    bar.stop();
    client.destroy();
  }
}

/** Well-formed orders only: showing what becomes of bad ones is the demonstration's job. */
function generated(count: number, seed: number): string[] {
  const random = seededRandom(seed);
  return generateMessages(count, random, ["order"]).map(({ body }) => body);
}

async function ordersOf(file: string): Promise<string[]> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch {
    throw new CommandError(`${file}: cannot be read; expected a file of orders, as JSON`);
  }
  try {
    return readOrders(text);
  } catch (error) {
    if (error instanceof OrdersFileError)
      throw new CommandError(`${file}: ${error.message}; nothing was sent`);
    throw error;
  }
}

function report(
  summary: SendSummary,
  total: number,
  queueUrl: string,
  terminal: Terminal,
  json: boolean,
): void {
  for (const { index, reason } of summary.refused)
    terminal.print(`order ${index + 1}: refused by the queue: ${reason}`);
  terminal.print(`sent ${summary.sent} of ${total} orders to ${queueUrl} in ${summary.seconds.toFixed(1)} s`);
  if (json) terminal.printJson({ sent: summary.sent, refused: summary.refused.length, total });
}
