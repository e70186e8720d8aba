import { parseCommandLine, UsageError, type CommandLine } from "embedded-pulumi/cli";
import { faultKinds, type FaultKind } from "./faults";

/** What stands for no kind of fault. */
export const NO_FAULTS = "none";

export const chaosLine: CommandLine = {
  usage: "npm run chaos -- [options]",
  about: "Everything goes wrong, from one seed; nothing may be lost, stored twice or sold twice.",
  withoutLoader: true,
  options: {
    orders: {
      kind: "integer",
      value: "N",
      min: 1,
      max: 1_000_000_000,
      about: "messages in all, at most 5,000 to a seed; default 1,000, with --minutes what there is time for",
    },
    seed: {
      kind: "integer",
      value: "S",
      min: 0,
      max: 2 ** 32 - 1,
      about: "of the first run; the next ones follow; default: another one each time",
    },
    minutes: { kind: "integer", value: "M", min: 1, max: 10_000, about: "no run begins later than this" },
    faults: {
      kind: "text",
      value: "KINDS",
      about: `these alone, with commas between them, or ${NO_FAULTS}; default all: ${faultKinds.join(", ")}`,
    },
    json: { kind: "flag", about: "the last line is the sums, as JSON" },
  },
};

export interface ChaosOptions {
  readonly orders: number;
  readonly seed: number;
  readonly minutes: number;
  readonly kinds: ReadonlySet<FaultKind>;
  readonly json: boolean;
}

/** @param freshSeed where none is given. */
export function readCommandLine(args: readonly string[], freshSeed: number): ChaosOptions {
  const given = parseCommandLine(args, chaosLine);
  const minutes = given.integer("minutes");
  const faults = given.text("faults");
  return {
    orders: given.integer("orders") ?? (minutes === undefined ? 1_000 : Infinity),
    seed: given.integer("seed") ?? freshSeed,
    minutes: minutes ?? Infinity,
    kinds: new Set(faults === undefined ? faultKinds : kindsIn(faults)),
    json: given.has("json"),
  };
}

function kindsIn(text: string): FaultKind[] {
  if (text.trim() === NO_FAULTS) return [];
  return text.split(",").flatMap((name) => {
    const trimmed = name.trim();
    if (trimmed === "") return [];
    const kind = faultKinds.find((known) => known === trimmed);
    if (kind !== undefined) return [kind];
    throw new UsageError(
      `--faults: got ${JSON.stringify(trimmed)}; expected ${NO_FAULTS}, or any of ${faultKinds.join(", ")}`,
    );
  });
}
