import { parseArgs, type ParseArgsConfig } from "node:util";

/** The command line was wrong; the message says what and what was expected. Ends the command with status 2. */
export class UsageError extends Error {}

type Options = NonNullable<ParseArgsConfig["options"]>;
type Values = Partial<Record<string, string | boolean | (string | boolean)[]>>;

export interface ParsedArguments {
  readonly values: Values;
  readonly positionals: readonly string[];
}

/** Parses `args`; an unknown option or a missing value becomes a `UsageError` that lists the options there are. */
export function parseCommandLine(
  args: readonly string[],
  options: Options,
  allowPositionals = false,
): ParsedArguments {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals, strict: true });
    return { values, positionals };
  } catch (error) {
    const known = Object.entries(options).map(
      ([name, option]) => `--${name}${option.type === "string" ? " …" : ""}`,
    );
    // Every command has it: run.cjs takes it.
    known.push("--directory …");
    const reason = error instanceof Error ? (error.message.split(". ")[0] ?? error.message) : String(error);
    throw new UsageError(`${reason}; the options here are ${known.join(", ")}`);
  }
}

export function stringOption(values: Values, name: string, fallback: string): string {
  const value = values[name];
  if (value === undefined) return fallback;
  if (typeof value !== "string" || value === "") throw new UsageError(`--${name}: expected a value`);
  return value;
}

/** A whole number from `min` to `max`, both included. */
export function integerOption(
  values: Values,
  name: string,
  range: { fallback: number; min: number; max: number },
): number {
  const value = values[name];
  if (value === undefined) return range.fallback;
  const number = typeof value === "string" && /^\d+$/.test(value) ? Number(value) : NaN;
  if (!(number >= range.min && number <= range.max)) {
    throw new UsageError(
      `--${name}: got ${JSON.stringify(value)}; expected a whole number from ${range.min} to ${range.max}`,
    );
  }
  return number;
}

/** The port option that every command on the local cloud shares. */
export const portRange = { fallback: 4566, min: 0, max: 65535 } as const;
