import path from "node:path";
import { messageOf } from "embedded-aws/support";
import type { CloudDeployment } from "../../deploy";
import { localDirectory } from "../../engine/localDirectory";
import type { ProgressEvent, ResourceStatus } from "../../engine/progress";
import type { Project } from "../../engine/projectFile";
import { renderProgress } from "../../engine/renderProgress";
import { explain } from "../explain";
import { CommandError } from "../commandError";
import type { Terminal } from "../terminal";
import { withFrames } from "./codeFrame";
import { watchFolder } from "./watchFolder";

/** What became of saved files that need no run of the program. */
export type Shortcut =
  /** The code of these functions was swapped, or nothing had to be. */
  | { readonly kind: "done"; readonly names: readonly string[] }
  /** Nothing that runs is made of them. */
  | { readonly kind: "none" }
  /** They are wrong, in words; what runs goes on. */
  | { readonly kind: "wrong"; readonly reason: string }
  /** The program has to run. */
  | { readonly kind: "run" };

export interface WatchOptions {
  readonly deployment: Pick<CloudDeployment, "update" | "project">;
  readonly terminal: Terminal;
  /** Reads the project again, as its files are now; rejects with `CommandError` for what is wrong with them. */
  readonly readProject: () => Promise<Project>;
  /** Brings saved files about without a run of the program, where it can. */
  readonly shortcut?: (files: readonly string[]) => Promise<Shortcut>;
  /** Called once saved files are applied, though nothing had to change: types can be wrong of what runs as before. */
  readonly onApplied?: () => void;
}

export interface ProgramWatch {
  /** Resolves once nothing is watched and no update runs any more. */
  close(): Promise<void>;
}

/**
 * Applies what is saved in the project's folder to what runs: one update at a time, and what is saved meanwhile
 * together in the next. What is wrong is told, and leaves everything as it was.
 */
export function watchProgram(options: WatchOptions): ProgramWatch {
  const { deployment, terminal } = options;
  const { directory } = deployment.project;
  const ending = new AbortController();
  const signal = AbortSignal.any([terminal.signal, ending.signal]);
  const saved = new Set<string>();
  const wrong = new Set<string>();
  let working: Promise<void> | undefined;
  const work = async () => {
    while (saved.size > 0 && !signal.aborted) {
      const files = [...saved];
      saved.clear();
      await applySaved(files, wrong, options, signal);
    }
    working = undefined;
  };
  const watch = watchFolder(
    directory,
    [localDirectory(directory)].map((place) => path.resolve(place)),
    (files) => {
      for (const file of files) saved.add(file);
      working ??= work();
    },
  );
  return {
    async close() {
      watch.close();
      ending.abort(new Error("the watch has ended"));
      await working;
    },
  };
}

/** @param wrong the files that could not be applied when they were last saved; brought up to date. */
async function applySaved(
  files: readonly string[],
  wrong: Set<string>,
  { deployment, terminal, readProject, shortcut, onApplied }: WatchOptions,
  signal: AbortSignal,
): Promise<void> {
  const started = performance.now();
  const seconds = () => `${((performance.now() - started) / 1000).toFixed(1)} s`;
  try {
    const short: Shortcut = (await shortcut?.(files)) ?? { kind: "run" };
    if (signal.aborted) return;
    if (short.kind === "none") return;
    if (short.kind === "wrong") {
      for (const file of files) wrong.add(file);
      terminal.print(`\n${short.reason}\nWhat runs goes on as it was.`);
      return;
    }
    const mended = files.filter((file) => wrong.delete(file));
    if (short.kind === "done") {
      if (short.names.length > 0) terminal.print(`\n${short.names.join(", ")} updated in ${seconds()}`);
      // Whoever takes back what was wrong waits for a word, though all is as it runs.
      else if (mended.length > 0) terminal.print(`\n${named(mended)} as it runs: nothing to change`);
      onApplied?.();
      return;
    }
    const done: ProgressEvent[] = [];
    let told = false;
    await explain(async () => {
      const project = await readProject();
      await deployment.update({
        project,
        signal,
        onEvent: (event) => {
          const line = renderProgress(event);
          done.push(event);
          if (line === undefined) return;
          if (!told) terminal.print(`\nUpdating, after a change of ${named(files)}\n`);
          told = true;
          terminal.print(line);
        },
      });
    });
    const counts = countsOf(done);
    if (counts.length === 0)
      terminal.print(`\nNothing to change after a change of ${named(files)} (${seconds()})`);
    if (counts.length > 0) terminal.print(`\nResources:\n${counts.join("\n")}\n\nDuration: ${seconds()}`);
    onApplied?.();
  } catch (error) {
    if (signal.aborted) return;
    for (const file of files) wrong.add(file);
    // Errors that speak for themselves need no stack; of the others, it is all that helps.
    const stack = error instanceof Error ? error.stack : undefined;
    const words = error instanceof CommandError ? error.message : (stack ?? messageOf(error));
    terminal.print(`\n${withFrames(words, deployment.project.directory)}\nWhat runs goes on as it was.`);
  }
}

/** "components/a.ts and 2 more files" */
function named([first = "", ...others]: readonly string[]): string {
  return others.length === 0
    ? first
    : `${first} and ${others.length} more ${others.length === 1 ? "file" : "files"}`;
}

const COUNTED: readonly (readonly [sign: string, status: ResourceStatus])[] = [
  ["+ ", "created"],
  ["~ ", "updated"],
  ["+-", "replaced"],
  ["- ", "deleted"],
  ["- ", "retained"],
];

/** What an update did, as `pulumi up` sums it up; nothing where it did nothing. */
function countsOf(events: readonly ProgressEvent[]): readonly string[] {
  const count = (status: ResourceStatus) =>
    events.filter((event) => event.type === "resource" && event.status === status).length;
  const lines = COUNTED.filter(([, status]) => count(status) > 0).map(
    ([sign, status]) => `    ${sign} ${count(status)} ${status}`,
  );
  return lines.length === 0 ? [] : [...lines, `    ${count("unchanged")} unchanged`];
}
