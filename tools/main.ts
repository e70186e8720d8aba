import { loopbackWithoutProxy, proposal } from "embedded-pulumi";
import {
  helpText,
  UsageError,
  CommandError,
  explainUnwritable,
  Interruption,
  interruptions,
  processTerminal,
  type CommandLine,
  type Terminal,
} from "embedded-pulumi/cli";
import { cost, costLine } from "./cost";
import { order, orderLine } from "./order";
import { preview, previewLine } from "./preview";
import { start, startLine } from "./start";
import { stock, stockLine } from "./stock";

/** A command of the command line; resolves to the process's exit status. */
export type Command = (args: readonly string[], terminal: Terminal) => Promise<number>;

const commands = new Map<string, { readonly run: Command; readonly line: CommandLine }>([
  ["start", { run: start, line: startLine }],
  ["preview", { run: preview, line: previewLine }],
  ["order", { run: order, line: orderLine }],
  ["stock", { run: stock, line: stockLine }],
  ["cost", { run: cost, line: costLine }],
]);

/** The status that a shell reports for a process ended by SIGINT. */
const INTERRUPTED = 130;

/** How long what a command has left open may hold up its end. */
const LINGER_MS = 2000;

/** Runs the command that the process's arguments name. `parent`: the process that started this one. */
export function run(parent: number): void {
  void main(parent).then((status) => {
    process.exitCode = status;
    setTimeout(() => process.exit(), LINGER_MS).unref();
  });
}

async function main(parent: number): Promise<number> {
  const [name = "", ...args] = process.argv.slice(2);
  const command = commands.get(name);
  if (command === undefined) {
    const known = [...commands.keys()];
    const meant = proposal(name, known);
    process.stderr.write(
      `unknown command ${JSON.stringify(name)}${meant}${meant === "" ? ";" : ""} expected one of ${known.join(", ")}\n`,
    );
    return 2;
  }
  if (args.includes("--help") || args.includes("-h")) {
    process.stdout.write(`${helpText(command.line)}\n`);
    return 0;
  }
  Object.assign(process.env, loopbackWithoutProxy(process.env));
  const signal = interruptions({ parent, detached: args.includes("--detached") });
  const terminal = processTerminal(args.includes("--json"), signal);
  try {
    return statusOf(signal, await command.run(args, terminal));
  } catch (error) {
    if (signal.aborted) return statusOf(signal, INTERRUPTED);
    const known = explainUnwritable(error);
    if (known instanceof UsageError || known instanceof CommandError) {
      process.stderr.write(`${known.message}\n`);
      return known instanceof UsageError ? 2 : 1;
    }
    throw error;
  }
}

/** Ctrl-C is how a command is ended that stays up: one that ends well by it has succeeded. */
function statusOf(signal: AbortSignal, status: number): number {
  if (!(signal.reason instanceof Interruption)) return status;
  return signal.reason.status === INTERRUPTED && status === 0 ? 0 : signal.reason.status;
}
