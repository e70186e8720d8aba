import { parseArgs } from "node:util";
import { faultKinds, type FaultKind } from "./faults";

export const USAGE = `usage: npm run chaos -- [--orders N] [--seed S] [--minutes M] [--faults KINDS] [--json]

  --orders N      messages in all, at most 5,000 to a seed; default 1,000, with --minutes as many as there is time for
  --seed S        of the first run, 0 to 4294967295; the next ones follow. Default: another one each time
  --minutes M     no run begins later than this
  --faults KINDS  these alone, with commas between them; default all: ${faultKinds.join(", ")}
  --json          ends with a line of JSON`;

export interface ChaosOptions {
  readonly orders: number;
  readonly seed: number;
  readonly minutes: number;
  readonly kinds: ReadonlySet<FaultKind>;
  readonly json: boolean;
}

/** A command line that cannot be run; its message says why. */
export class UsageError extends Error {}

/** @param freshSeed where none is given. */
export function readCommandLine(args: readonly string[], freshSeed: number): ChaosOptions {
  const text = { type: "string" } as const;
  let values: Partial<Record<"orders" | "seed" | "minutes" | "faults", string>> & { readonly json?: boolean };
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: { orders: text, seed: text, minutes: text, faults: text, json: { type: "boolean" } },
    }));
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
  const number = (name: "orders" | "seed" | "minutes", least: number, most: number) => {
    const given = values[name];
    if (given === undefined) return undefined;
    const value = Number(given);
    if (/^\d+$/.test(given) && value >= least && value <= most) return value;
    throw new UsageError(
      `--${name}: got ${JSON.stringify(given)}; expected a whole number from ${least} to ${most}`,
    );
  };
  const minutes = number("minutes", 1, 10_000);
  return {
    orders: number("orders", 1, 1_000_000_000) ?? (minutes === undefined ? 1_000 : Infinity),
    seed: number("seed", 0, 2 ** 32 - 1) ?? freshSeed,
    minutes: minutes ?? Infinity,
    kinds: new Set(values.faults === undefined ? faultKinds : kindsIn(values.faults)),
    json: values.json ?? false,
  };
}

function kindsIn(text: string): FaultKind[] {
  return text.split(",").flatMap((name) => {
    const trimmed = name.trim();
    if (trimmed === "") return [];
    const kind = faultKinds.find((known) => known === trimmed);
    if (kind !== undefined) return [kind];
    throw new UsageError(
      `--faults: got ${JSON.stringify(trimmed)}; expected any of ${faultKinds.join(", ")}`,
    );
  });
}
