import { type ChildProcess, fork } from "node:child_process";
import path from "node:path";
import { guardProcess } from "embedded-aws/support";
import { localDirectory } from "embedded-pulumi";
import { CommandError, type Shortcut } from "embedded-pulumi/cli";
import type { RebundlingOutcome } from "../components/bundling/rebundling";

/** A process that bundles saved handlers, so that their functions' code can be swapped without a run of the program. */
export interface Rebundler {
  /** What becomes of saved files, by their paths in the project: bundled, where all of them are handlers'. */
  rebundle(files: readonly string[]): Promise<Shortcut>;
  /** Resolves once the process is gone, whatever it bundles: who waits for that is told that the program has to run. */
  close(): Promise<void>;
}

/** Starts the process of a project's folder; it reads the handlers at once, so that the first edit need not wait for that. */
export function startRebundler(directory: string): Rebundler {
  let child: ChildProcess | undefined = start(directory);
  const waiting: ((outcome: RebundlingOutcome) => void)[] = [];
  const listen = (process: ChildProcess) => {
    process.on("message", (outcome: RebundlingOutcome) => waiting.shift()?.(outcome));
    process.once("exit", () => {
      if (child === process) child = undefined;
      for (const tell of waiting.splice(0)) tell({ elsewhere: true });
    });
  };
  listen(child);
  return {
    async rebundle(files) {
      if (!files.every((file) => file.startsWith(`handlers${path.sep}`))) return { kind: "run" };
      if (child === undefined) listen((child = start(directory)));
      const asked = child;
      const answer = new Promise<RebundlingOutcome>((resolve) => waiting.push(resolve));
      asked.send([...files]);
      const outcome = await answer;
      if ("elsewhere" in outcome) {
        // Another process finds the handlers that are there now. This one may have ended, which answers as well.
        if (asked.connected) asked.disconnect();
        if (child === asked) child = undefined;
        return { kind: "run" };
      }
      return "error" in outcome
        ? { kind: "wrong", reason: outcome.error }
        : { kind: "done", names: outcome.changed };
    },
    async close() {
      const last = child;
      if (last === undefined) return;
      const ended = new Promise((resolve) => last.once("exit", resolve));
      if (last.connected) last.disconnect();
      await ended;
    },
  };
}

function start(directory: string): ChildProcess {
  const place = localDirectory(directory);
  const child = fork(path.join(directory, "components", "bundling", "rebundling.ts"), [], {
    cwd: directory,
    // Where the program writes its bundles, when that is not its own `.local`.
    env: {
      ...process.env,
      ...(place === path.join(directory, ".local") ? {} : { EMBEDDED_ENGINE_DIRECTORY: place }),
      // What it compiles would be kept in the system's folder for temporary files.
      TSX_DISABLE_CACHE: "true",
    },
    execArgv: ["--require", "tsx/cjs"],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    detached: process.platform !== "win32",
  });
  guardProcess(child);
  child.once("error", (error) => {
    throw new CommandError(`handlers cannot be bundled: ${error.message}`);
  });
  return child;
}
