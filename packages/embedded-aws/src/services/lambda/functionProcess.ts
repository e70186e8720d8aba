import { spawn, type ChildProcess } from "node:child_process";
import { dirname } from "node:path";
import { guardProcess, killGroup } from "../../core/processGuard";
import { inspectorArguments } from "./inspector";
import { readOutput } from "./outputLines";

/** By the package's own name, so that it is found from a bundle of this code as well. */
const BOOTSTRAP = require.resolve("embedded-aws/lambda-bootstrap");
/** The folder of what runs a function's code. */
export const RUNTIME_DIRECTORY = dirname(BOOTSTRAP);

/** Of a function's memory; the rest is for what lies outside of V8's old space, as in Lambda's own runtime. */
const HEAP_SHARE = 0.9;

export interface ProcessOptions {
  readonly directory: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly memoryMb: number;
  /** Where its inspector listens; none by default. */
  readonly inspectorPort?: number | undefined;
  /** The cloud's time at which the process starts, and how fast its clock runs. */
  readonly nowMs: number;
  readonly rate: number;
}

export interface ProcessListener {
  /** A line on stdout or stderr. */
  onLine(line: string): void;
  /** All output of an invocation, or of init, has been read from one of the two streams. */
  onMarker(id: string): void;
  /** The process is gone and all its output has been read. */
  onExit(reason: string): void;
}

/** One Node process that runs a function's code. */
export class FunctionProcess {
  readonly #child: ChildProcess;

  constructor(options: ProcessOptions, listener: ProcessListener) {
    const ownHeapLimit = /max[-_]old[-_]space[-_]size/.test(options.variables.NODE_OPTIONS ?? "");
    const heapLimit = `--max-old-space-size=${Math.floor(options.memoryMb * HEAP_SHARE)}`;
    this.#child = spawn(
      process.execPath,
      [
        ...(ownHeapLimit ? [] : [heapLimit]),
        ...(options.inspectorPort === undefined ? [] : inspectorArguments(options.inspectorPort)),
        BOOTSTRAP,
        String(options.nowMs),
        String(options.rate),
      ],
      {
        cwd: options.directory,
        env: options.variables,
        stdio: ["pipe", "pipe", "pipe"],
        // A process group of its own: Ctrl-C ends the cloud, which then ends its functions in good order; and
        // a kill reaches what the function itself has started.
        detached: process.platform !== "win32",
        windowsHide: true,
      },
    );
    guardProcess(this.#child);
    // Nothing is ever written there: its closing tells the process that we are gone.
    this.#child.stdin?.on("error", () => undefined);
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream !== null) readOutput(stream, listener);
    }
    let failedToStart: string | undefined;
    this.#child.on("error", (error) => (failedToStart = error.message));
    // Processes that it has left behind would keep its output open, and "close" waiting.
    this.#child.on("exit", () => this.kill());
    this.#child.on("close", (code, signal) => listener.onExit(failedToStart ?? exitReason(code, signal)));
  }

  /** Ends the process, and what it has started, at once; `onExit` follows. */
  kill(): void {
    killGroup(this.#child);
  }
}

/** As Lambda words it: "Runtime exited with error: exit status 1". */
function exitReason(code: number | null, signal: NodeJS.Signals | null): string {
  if (signal !== null) return `Runtime exited with error: signal: ${SIGNAL_WORDS[signal] ?? signal}`;
  return code === 0
    ? "Runtime exited without providing a reason"
    : `Runtime exited with error: exit status ${code ?? 1}`;
}

/** V8 aborts when the heap limit is reached. */
const SIGNAL_WORDS: Partial<Record<NodeJS.Signals, string>> = {
  SIGKILL: "killed",
  SIGABRT: "aborted",
  SIGSEGV: "segmentation fault",
  SIGTERM: "terminated",
};
