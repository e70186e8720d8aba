import {
  helpText,
  parseCommandLine,
  UsageError,
  type CommandLine,
  type ParsedArguments,
} from "embedded-pulumi/cli";

/** A measurement: prints what it found against its baseline, in the same run, and returns the figures. */
export interface Bench {
  run(args: ParsedArguments): Promise<object>;
  /** What it alone takes, beside what all take. */
  readonly options?: CommandLine["options"];
}

/** What is to be measured, and how. */
export interface Measurements {
  readonly names: readonly string[];
  readonly args: ParsedArguments;
}

/** Names that some are looked for by, beside their own. */
const OTHER_NAMES: ReadonlyMap<string, string> = new Map([
  ["package", "packages"],
  ["path", "orders"],
]);

/** The one table behind `npm run bench`'s parsing, its errors and its `--help`. */
export function benchLine(benches: Readonly<Record<string, Bench>>): CommandLine {
  return {
    usage: "npm run bench -- [NAME …] [options]",
    about: `Measures ${Object.keys(benches).join(", ")}, or those that are named, each against a baseline in the same run.`,
    positionals: true,
    withoutLoader: true,
    options: {
      quick: { kind: "flag", about: "fewer turns and smaller loads: seconds instead of minutes" },
      json: { kind: "flag", about: "the last line is the figures, those of several by their names" },
      ...Object.fromEntries(Object.values(benches).flatMap(({ options = {} }) => Object.entries(options))),
    },
  };
}

/** Throws `UsageError` that says what was wrong, and what was expected. */
export function readMeasurements(
  given: readonly string[],
  benches: Readonly<Record<string, Bench>>,
): Measurements {
  const args = parseCommandLine(given, benchLine(benches));
  const all = Object.keys(benches);
  const named = args.positionals.map((name) => OTHER_NAMES.get(name) ?? name);
  const unknown = named.find((name) => !all.includes(name));
  if (unknown !== undefined)
    throw new UsageError(`unknown bench ${JSON.stringify(unknown)}; expected some of ${all.join(", ")}`);
  const names = [...new Set(named.length === 0 ? all : named)];
  for (const [owner, { options = {} }] of Object.entries(benches)) {
    const idle = names.includes(owner) ? undefined : Object.keys(options).find((option) => args.has(option));
    if (idle !== undefined)
      throw new UsageError(
        `--${idle}: is for ${owner}, which is not measured; expected: bench -- ${owner} …`,
      );
  }
  return { names, args };
}

/**
 * Runs a command with this process's arguments; its status is 0 unless `run` says another, 2 when it was asked wrongly:
 * then standard error says in a line what was expected.
 */
export async function runAsked(
  line: CommandLine,
  run: (args: readonly string[]) => Promise<number | undefined>,
): Promise<void> {
  const args = process.argv.slice(2);
  if (args.includes("--help") || args.includes("-h")) {
    console.log(helpText(line));
    return;
  }
  try {
    process.exitCode = (await run(args)) ?? 0;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(error.message);
    process.exitCode = 2;
  }
}
