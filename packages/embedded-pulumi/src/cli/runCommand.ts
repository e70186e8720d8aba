import { createRequire } from "node:module";
import { proposal } from "../engine/nearest";
import { loopbackWithoutProxy } from "../engine/loopback";
import { type CommandLine, helpText, UsageError } from "./arguments";
import { CommandError } from "./commandError";
import { explain } from "./explain";
import { explainUnwritable } from "./explainUnwritable";
import { Interruption, interruptions } from "./interruption";
import { processTerminal, type Terminal } from "./terminal";

const { endEarly } = createRequire(__filename)("embedded-pulumi/program-process") as {
  readonly endEarly: () => void;
};

/** A command of a command line. */
export interface Command {
  readonly line: CommandLine;
  /** Resolves to the process's exit status. */
  run(args: readonly string[], terminal: Terminal): Promise<number>;
}

/** The status that a shell reports for a process ended by SIGINT. */
const INTERRUPTED = 130;

/** How long what a command has left open may hold up its end. */
const LINGER_MS = 2000;

/** Runs the command that the process's arguments name. `parent`: the process that started this one. */
export function runCommandLine(commands: ReadonlyMap<string, Command>, parent: number): void {
  void main(commands, parent).then((status) => {
    process.exitCode = status;
    endEarly();
    setTimeout(() => process.exit(), LINGER_MS).unref();
  });
}

async function main(commands: ReadonlyMap<string, Command>, parent: number): Promise<number> {
  const [name = "", ...args] = process.argv.slice(2);
  const command = commands.get(name);
  const helpWanted = (words: readonly string[]) => words.includes("--help") || words.includes("-h");
  if (command === undefined && helpWanted([name])) {
    const lines = [...commands.values()].map(({ line }) => `  ${line.usage}\n      ${line.about}`);
    process.stdout.write(`Usage:\n\n${lines.join("\n")}\n\nEach explains its options with --help.\n`);
    return 0;
  }
  if (command === undefined) {
    const known = [...commands.keys()];
    const meant = proposal(name, known);
    process.stderr.write(
      `unknown command ${JSON.stringify(name)}${meant}${meant === "" ? ";" : ""} expected one of ${known.join(", ")}\n`,
    );
    return 2;
  }
  if (helpWanted(args)) {
    process.stdout.write(`${helpText(command.line)}\n`);
    return 0;
  }
  Object.assign(process.env, loopbackWithoutProxy(process.env));
  const signal = interruptions({ parent, detached: args.includes("--detached") });
  const terminal = processTerminal(args.includes("--json"), signal);
  try {
    return statusOf(signal, await explain(() => command.run(args, terminal)));
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
