import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { constants, setPriority } from "node:os";
import path from "node:path";
import { guardProcess, killGroup } from "embedded-aws/support";
import { localDirectory } from "embedded-pulumi";
import { type Terminal, withFrames } from "embedded-pulumi/cli";

/** "index.ts(3,7): error TS2322: Type …" */
const ERROR_LINE = /^\S.*\(\d+,\d+\): error TS\d+: .*$/gm;

/**
 * Checks the project's types in a process of the lowest priority, which ends when `signal` aborts; resolves to one
 * line when they are wrong, to undefined when they are right or cannot be checked.
 */
async function checkTypes(project: string, signal: AbortSignal): Promise<string | undefined> {
  const compiler = compilerOf(project);
  if (compiler === undefined) return undefined;
  const cache = path.join(localDirectory(project), "cache");
  const buildInfo = path.join(cache, "types.tsbuildinfo");
  const child = spawn(
    process.execPath,
    [compiler, "--noEmit", "--pretty", "false", "--incremental", "--tsBuildInfoFile", buildInfo],
    {
      cwd: project,
      // The compiler would keep its own code, compiled, in the system's folder for temporary files.
      env: { ...process.env, NODE_COMPILE_CACHE: path.join(cache, "compile") },
      stdio: ["ignore", "pipe", "ignore"],
      detached: process.platform !== "win32",
      windowsHide: true,
    },
  );
  guardProcess(child);
  if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
  const stop = () => killGroup(child);
  signal.addEventListener("abort", stop, { once: true });
  const output: string[] = [];
  child.stdout.setEncoding("utf8").on("data", (text: string) => output.push(text));
  await new Promise<void>((resolve) => child.once("error", () => resolve()).once("close", () => resolve()));
  signal.removeEventListener("abort", stop);
  return signal.aborted ? undefined : describeErrors(output.join(""));
}

/** What the compiler wrote, in one line. */
export function describeErrors(output: string): string | undefined {
  const errors = output.match(ERROR_LINE) ?? [];
  const [first] = errors;
  if (first === undefined) return undefined;
  const others = errors.length === 1 ? "" : ` (and ${errors.length - 1} more)`;
  return `Types do not check: ${first}${others}; "npm run typecheck" tells all.`;
}

function compilerOf(project: string): string | undefined {
  try {
    return createRequire(path.resolve(project, "package.json")).resolve("typescript/bin/tsc");
  } catch {
    return undefined;
  }
}

/** Checks the project's types in the background, from the beginning whenever something has changed. */
export class TypeChecks {
  readonly #terminal: Pick<Terminal, "print" | "signal">;
  #running: { readonly stop: AbortController; readonly ended: Promise<void> } | undefined;

  constructor(terminal: Pick<Terminal, "print" | "signal">) {
    this.#terminal = terminal;
  }

  check(): void {
    const before = this.#running;
    before?.stop.abort();
    const stop = new AbortController();
    const work = async () => {
      await before?.ended;
      const signal = AbortSignal.any([stop.signal, this.#terminal.signal]);
      const trouble = signal.aborted ? undefined : await checkTypes(".", signal);
      if (trouble !== undefined) this.#terminal.print(`\n${withFrames(trouble, ".")}`);
    };
    this.#running = { stop, ended: work() };
  }

  async ended(): Promise<void> {
    await this.#running?.ended;
  }
}
