import path from "node:path";
import { KeptFile, KeptStateError } from "embedded-aws";
import { cloudOptionsOf } from "../deploy";
import { keptNames } from "../engine/checkpoint";
import { localDirectory } from "../engine/localDirectory";
import type { Project } from "../engine/projectFile";
import type { ParsedArguments } from "./arguments";
import { CommandError } from "./commandError";
import type { Terminal } from "./terminal";

/** What `--keep` and `--fresh` say. */
export interface Keeping {
  readonly keep: boolean;
  readonly fresh: boolean;
}

export function givenKeeping(args: ParsedArguments): Keeping {
  return { keep: args.has("keep"), fresh: args.has("fresh") };
}

/** How many values of a kind are kept, for a person; other kinds are not worth a word. */
const TOLD: readonly (readonly [kind: string, one: string, many: string])[] = [
  ["item", "item in tables", "items in tables"],
  ["message", "message in queues", "messages in queues"],
  ["email", "e-mail", "e-mails"],
];

/**
 * Opens what is kept of a stack, below `.local/kept` of the project; undefined without `--keep`. With `--fresh`, what
 * was kept is dropped first. Rejects with `CommandError` when it is in use or cannot be read.
 */
export function openKept(
  { keep, fresh }: Keeping,
  project: Pick<Project, "name" | "stack" | "config">,
  terminal: Pick<Terminal, "print">,
): KeptFile | undefined {
  const file = path.join(localDirectory(), "kept", `${project.name}-${project.stack}.sqlite`);
  try {
    if (fresh && KeptFile.drop(file)) terminal.print(`What was kept of stack ${project.stack} is dropped.\n`);
    if (!keep) return undefined;
    const of = { project: project.name, stack: project.stack, ...cloudOptionsOf(project) };
    const kept = new KeptFile({ file, of, onTrouble: (message) => terminal.print(`  ! ${message}`) });
    try {
      kept.check([keptNames]);
      return kept;
    } catch (error) {
      kept.end();
      throw error;
    }
  } catch (error) {
    throw keptProblem(error) ?? error;
  }
}

/** What an earlier start has left, for a person; undefined when that is nothing. */
export function describeKept(kept: KeptFile): string | undefined {
  const counts = kept.counts();
  const told = TOLD.flatMap(([kind, one, many]) => {
    const count = counts.get(kind) ?? 0;
    return count === 0 ? [] : [`${count} ${count === 1 ? one : many}`];
  });
  if (told.length === 0) return undefined;
  const at = kept.time === undefined ? "" : ` of ${new Date(kept.time).toISOString().slice(0, 19)}Z`;
  return `Going on from what was kept${at}: ${told.join(", ")}; --fresh drops it.`;
}

/** An error of what was kept as a person's, who learns how to do without it; undefined for any other. */
export function keptProblem(error: unknown): CommandError | undefined {
  if (!(error instanceof KeptStateError)) return undefined;
  return new CommandError(error.inUse ? error.message : `${error.message}; start with --fresh to drop it`);
}
