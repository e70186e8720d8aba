import { loopbackWithoutProxy } from "../engine/loopback";
import { UsageError } from "./arguments";
import { CommandError } from "./commandError";
import { cost } from "./cost";
import { Interruption, interruptions } from "./interruption";
import { explainUnwritable } from "./explainUnwritable";
import { order } from "./order";
import { preview } from "./preview";
import { start } from "./start";
import { stock } from "./stock";
import { processTerminal, type Terminal } from "./terminal";

/** A command of the command line; resolves to the process's exit status. */
export type Command = (args: readonly string[], terminal: Terminal) => Promise<number>;

const commands: Readonly<Partial<Record<string, Command>>> = { start, preview, order, stock, cost };

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
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) {
    process.stderr.write(
      `unknown command ${JSON.stringify(name)}; expected one of ${Object.keys(commands).join(", ")}\n`,
    );
    return 2;
  }
  Object.assign(process.env, loopbackWithoutProxy(process.env));
  const signal = interruptions({ parent, detached: args.includes("--detached") });
  const terminal = processTerminal(args.includes("--json"), signal);
  try {
    return statusOf(signal, await command(args, terminal));
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
