import { UsageError } from "./arguments";
import { CommandError } from "./commandError";
import { cost } from "./cost";
import { order } from "./order";
import { preview } from "./preview";
import { start } from "./start";
import { stock } from "./stock";
import { processTerminal, type Terminal } from "./terminal";

/** A command of the command line; resolves to the process's exit status. */
export type Command = (args: readonly string[], terminal: Terminal) => Promise<number>;

const commands: Readonly<Record<string, Command>> = { start, preview, order, stock, cost };

/** The status that a shell reports for a process ended by SIGINT. */
const INTERRUPTED = 130;

async function main(): Promise<number> {
  const [name = "", ...args] = process.argv.slice(2);
  const command = commands[name];
  if (command === undefined) {
    process.stderr.write(
      `unknown command ${JSON.stringify(name)}; expected one of ${Object.keys(commands).join(", ")}\n`,
    );
    return 2;
  }
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => controller.abort());
  const terminal = processTerminal(args.includes("--json"), controller.signal);
  try {
    return await command(args, terminal);
  } catch (error) {
    if (controller.signal.aborted) return INTERRUPTED;
    if (error instanceof UsageError || error instanceof CommandError) {
      process.stderr.write(`${error.message}\n`);
      return error instanceof UsageError ? 2 : 1;
    }
    throw error;
  }
}

void main().then((status) => {
  process.exitCode = status;
});
