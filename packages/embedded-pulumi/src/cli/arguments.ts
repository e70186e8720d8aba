import { parseArgs } from "node:util";
import { type Conditions, kind, newAccount } from "embedded-aws";
import { largest } from "embedded-aws/support";
import { proposal } from "../engine/nearest";
import { shown } from "../engine/shown";

/** The command line was wrong; the message says what and what was expected. Ends the command with status 2. */
export class UsageError extends Error {}

/** One option: how it is read, and what `--help` says of it. */
export type Option = { readonly about: string } & (
  | { readonly kind: "flag" }
  /** `repeated`: may be given several times. `value` is what stands for the value in the help. */
  | { readonly kind: "text"; readonly value: string; readonly repeated?: boolean }
  /** A whole number from `min` to `max`, both included. */
  | { readonly kind: "integer"; readonly value: string; readonly min: number; readonly max: number }
);

/** What a command takes: the one table behind its parsing, its errors and its `--help`. */
export interface CommandLine {
  /** "npm run stock -- list | set SKU=N [SKU=N …]" */
  readonly usage: string;
  /** What the command does, in one sentence. */
  readonly about: string;
  readonly options: Readonly<Record<string, Option>>;
  /** Whether arguments beside options are taken. */
  readonly positionals?: boolean;
  /** Whether it runs without the loader, which takes `--directory`. */
  readonly withoutLoader?: boolean;
}

/** A command line, parsed by its table: every option that is there is of its kind. */
export class ParsedArguments {
  readonly positionals: readonly string[];
  readonly #values: ReadonlyMap<string, readonly (string | true)[]>;

  constructor(values: ReadonlyMap<string, readonly (string | true)[]>, positionals: readonly string[]) {
    this.#values = values;
    this.positionals = positionals;
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  text(name: string): string | undefined {
    const value = this.#values.get(name)?.[0];
    return typeof value === "string" ? value : undefined;
  }

  /** Every value of a repeated option, in order. */
  texts(name: string): readonly string[] {
    return (this.#values.get(name) ?? []).filter((value) => typeof value === "string");
  }

  integer(name: string): number | undefined {
    const value = this.text(name);
    return value === undefined ? undefined : Number(value);
  }
}

/** Parses `args`. Throws `UsageError` that names the option at fault and what was expected. */
export function parseCommandLine(args: readonly string[], line: CommandLine): ParsedArguments {
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(
      Object.entries(line.options).map(([name, { kind }]) => [
        name,
        { type: kind === "flag" ? ("boolean" as const) : ("string" as const), multiple: true },
      ]),
    ),
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const values = new Map<string, (string | true)[]>();
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") {
      if (line.positionals !== true)
        throw new UsageError(`unexpected ${shown(token.value)}; expected: ${line.usage}`);
      positionals.push(token.value);
    } else if (token.kind === "option") {
      const option = Object.hasOwn(line.options, token.name) ? line.options[token.name] : undefined;
      if (option === undefined || !token.rawName.startsWith("--")) throw unknownOption(token.rawName, line);
      const given = values.get(token.name) ?? [];
      if (given.length > 0 && !(option.kind === "text" && option.repeated === true))
        throw new UsageError(`--${token.name}: given twice; expected once`);
      values.set(token.name, [...given, checkedValue(token, option)]);
    }
  }
  return new ParsedArguments(values, positionals);
}

function checkedValue(
  {
    name,
    value,
    inlineValue,
  }: { name: string; value?: string | undefined; inlineValue?: boolean | undefined },
  option: Option,
): string | true {
  if (option.kind === "flag") {
    if (value === undefined) return true;
    throw new UsageError(`--${name}: got ${shown(value)}; expected no value`);
  }
  const missing = value === undefined || value === "" || (value.startsWith("--") && inlineValue !== true);
  if (missing) throw new UsageError(`--${name}: expected a value, as in --${name} ${option.value}`);
  if (option.kind === "text") return value;
  const number = /^\d+$/.test(value) ? Number(value) : NaN;
  if (number >= option.min && number <= option.max) return value;
  throw new UsageError(
    `--${name}: got ${shown(value)}; expected a whole number from ${option.min} to ${option.max}`,
  );
}

function unknownOption(rawName: string, { options, withoutLoader }: CommandLine): UsageError {
  const known = Object.entries(options).map(([name, { kind }]) => `--${name}${kind === "flag" ? "" : " …"}`);
  if (withoutLoader !== true) known.push("--directory …");
  const meant = proposal(
    rawName,
    Object.keys(options).map((name) => `--${name}`),
  );
  return new UsageError(
    `Unknown option '${rawName.slice(0, 200)}'${meant}${meant === "" ? ";" : ""} the options here are ${[...known, "--help"].join(", ")}`,
  );
}

function signature(name: string, option: Option): string {
  return option.kind === "flag" ? `--${name}` : `--${name} ${option.value}`;
}

/** What `--help` prints: usage, what the command does, and each option with its range. */
export function helpText(line: CommandLine): string {
  const rows = Object.entries(line.options).map(([name, option]): [string, string] => [
    signature(name, option),
    option.kind === "integer" ? `${option.about} (${option.min} to ${option.max})` : option.about,
  ]);
  // Taken by the loader, before there is a command.
  if (line.withoutLoader !== true)
    rows.push(["--directory DIR", "where everything that is generated lies; default .local"]);
  rows.push(["--help", "this text"]);
  const width = largest(
    rows.map(([left]) => left.length),
    0,
  );
  return [
    `Usage: ${line.usage}`,
    "",
    line.about,
    "",
    ...rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`),
  ].join("\n");
}

/** Options that several commands share. */
export const sharedOptions = {
  stack: {
    kind: "text",
    value: "NAME",
    about: "the stack whose configuration is deployed; default: the only one that has a file, else dev",
  },
  seed: {
    kind: "integer",
    value: "S",
    min: 0,
    max: 2 ** 32 - 1,
    about: "another seed, other names; the same seed, the same ones; default 1",
  },
  detached: {
    kind: "flag",
    about: "stay up when the terminal, or the process that started this one, is gone",
  },
  port: { kind: "integer", value: "P", min: 0, max: 65_535, about: "port of the local cloud; default 4566" },
  json: {
    kind: "flag",
    about: "the result as one JSON line on standard output, everything else on standard error",
  },
  target: {
    kind: "text",
    value: "NAME",
    about: "a stack that `pulumi up` deployed; default local: the cloud of npm start",
  },
  config: {
    kind: "text",
    value: "KEY=VALUE",
    repeated: true,
    about: "configuration that wins over the stack's file; may be given several times",
  },
  inspect: {
    kind: "text",
    value: "NAME",
    about: "open Node's inspector in this function's process; its timeout waits at breakpoints",
  },
  "inspect-port": {
    kind: "integer",
    value: "P",
    min: 1,
    max: 65_535,
    about: "where the inspector listens on 127.0.0.1; default 9229",
  },
  "no-watch": {
    kind: "flag",
    about: "leave what runs as it is when files are saved; default: apply what is saved",
  },
  keep: {
    kind: "flag",
    about: "keep what stands in queues, tables and the inbox, and go on from what an earlier start has kept",
  },
  fresh: {
    kind: "flag",
    about: "drop what an earlier start has kept",
  },
  kind: {
    kind: "flag",
    about: "a cloud without AWS's quotas, throttles, delays and changing orders; default: as unkind as AWS",
  },
  "new-account": {
    kind: "flag",
    about: "the quotas of a new account: 10 invocations at one time, none of which can be reserved",
  },
} as const satisfies Record<string, Option>;

export const DEFAULT_PORT = 4566;

/** Node's own. */
const DEFAULT_INSPECTOR_PORT = 9229;

/** What `--inspect` and `--inspect-port` say: the function's name and the port; undefined without them. */
export function givenInspection(
  args: ParsedArguments,
): { readonly name: string; readonly port: number } | undefined {
  const name = args.text("inspect");
  const port = args.integer("inspect-port");
  if (name !== undefined) return { name, port: port ?? DEFAULT_INSPECTOR_PORT };
  if (port === undefined) return undefined;
  throw new UsageError("--inspect-port: expected --inspect NAME beside it");
}

/** What `--kind` and `--new-account` say of the cloud's conditions; together, a new account in a kind cloud. */
export function givenConditions(args: ParsedArguments): Partial<Conditions> {
  return { ...(args.has("kind") ? kind : {}), ...(args.has("new-account") ? newAccount : {}) };
}

/** The values of `--config`, by key; the last one of a key counts. */
export function configOverrides(args: ParsedArguments): ReadonlyMap<string, string> {
  return new Map(
    args.texts("config").map((text): [string, string] => {
      const equals = text.indexOf("=");
      if (equals < 1)
        throw new UsageError(
          `--config: got ${shown(text)}; expected KEY=VALUE, such as aws:region=eu-west-1`,
        );
      return [text.slice(0, equals), text.slice(equals + 1)];
    }),
  );
}
