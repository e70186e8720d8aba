import type { ChildProcess } from "node:child_process";
import { createRequire } from "node:module";
import path from "node:path";
import { createInterface } from "node:readline";
import { guardProcess, killGroup } from "embedded-aws/support";
import { askActivity } from "./activity";
import { localDirectory } from "./localDirectory";
import { loopbackWithoutProxy } from "./loopback";
import type { ProgramLine } from "./progress";
import type { Project } from "./projectFile";

export interface RunnerOptions {
  readonly project: Project;
  /** "127.0.0.1:39211", where the engine listens. */
  readonly engineAddress: string;
  /** Where it takes registrations, when that is another place. */
  readonly monitorAddress?: string;
  readonly organization: string;
  readonly preview: boolean;
  readonly parallel: number;
  readonly cacheDirectory: string;
  /** Ends the program when it aborts. */
  readonly signal: AbortSignal;
  readonly onLine: (line: ProgramLine) => void;
  /** Called with a way to ask what keeps the process running. */
  readonly onStarted?: (activity: () => Promise<readonly string[]>) => void;
}

/** How the program's process ended. */
export type Ending = { readonly code: number } | { readonly killedBy: NodeJS.Signals };

/** By the package's own name, so that a bundle of this code finds the one that the command line has loaded. */
const { startProgram } = createRequire(__filename)("embedded-pulumi/program-process") as {
  readonly startProgram: (options: {
    readonly directory: string;
    readonly nodeArguments: readonly string[];
    readonly cacheDirectory: string;
    readonly quiet: boolean;
    readonly args: readonly string[];
    readonly environment: NodeJS.ProcessEnv;
  }) => ChildProcess;
};

/** How long a program that was told to end may take before it is ended by force. */
const KILL_AFTER_MS = 2000;

/** Runs the program in a process of its own, through the SDK's runner, as Pulumi's Node language host does. */
export async function runProcess(options: RunnerOptions): Promise<Ending> {
  const { project, engineAddress } = options;
  const child = startProgram({
    directory: project.programDirectory,
    nodeArguments: project.nodeArguments,
    cacheDirectory: options.cacheDirectory,
    // Registrations that go elsewhere go to Pulumi's own engine, which shows what is asked of it with --debug.
    quiet: options.monitorAddress === undefined,
    args: [
      `--monitor=${options.monitorAddress ?? engineAddress}`,
      `--engine=${engineAddress}`,
      `--project=${project.name}`,
      `--stack=${project.stack}`,
      `--organization=${options.organization}`,
      `--dry-run=${options.preview}`,
      `--parallel=${options.parallel}`,
      `--pwd=${project.programDirectory}`,
      `--root-directory=${project.directory}`,
      project.entryPoint,
    ],
    environment: environment(options),
  });
  guardProcess(child);
  const ended = ending(child);
  options.onStarted?.(() => askActivity(child));
  const stop = () => endProcess(child);
  options.signal.addEventListener("abort", stop, { once: true });
  if (options.signal.aborted) stop();
  try {
    const printed = (["stdout", "stderr"] as const).map((stream) => readLines(child, stream, options.onLine));
    const outcome = await ended;
    await Promise.all(printed);
    return outcome;
  } finally {
    options.signal.removeEventListener("abort", stop);
  }
}

function environment({ project, cacheDirectory }: RunnerOptions): NodeJS.ProcessEnv {
  return {
    ...process.env,
    ...loopbackWithoutProxy(process.env),
    // All its gRPC stays here, and asks no proxy. It would still complain of one that it cannot speak to (socks5://).
    grpc_proxy: "http://127.0.0.1",
    PULUMI_CONFIG: JSON.stringify(project.config),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(project.secretKeys),
    PULUMI_NODEJS_TYPESCRIPT: String(project.typescript),
    // Types are checked by `npm run typecheck`; checking them here would cost every start several seconds.
    PULUMI_NODEJS_TRANSPILE_ONLY: "true",
    ...generatedElsewhere(project),
    ...(project.tsconfig === undefined ? {} : { PULUMI_NODEJS_TSCONFIG_PATH: project.tsconfig }),
    NODE_COMPILE_CACHE: path.join(cacheDirectory, "compile"),
  };
}

/** Tells a program that its own `.local` is not the place: it may be one that it cannot write to. */
function generatedElsewhere({ directory }: Project): NodeJS.ProcessEnv {
  const place = localDirectory(directory);
  return { EMBEDDED_ENGINE_DIRECTORY: place === path.join(directory, ".local") ? undefined : place };
}

function ending(child: ChildProcess): Promise<Ending> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      // Processes that it has left behind would keep its output open.
      killGroup(child);
      resolve(signal === null ? { code: code ?? 1 } : { killedBy: signal });
    });
  });
}

function endProcess(child: ChildProcess): void {
  // With what it has started, as a terminal's Ctrl-C would: esbuild prints its stack when its parent ends without it.
  killGroup(child, "SIGTERM");
  const force = setTimeout(() => killGroup(child), KILL_AFTER_MS);
  child.once("exit", () => clearTimeout(force));
}

async function readLines(
  child: ChildProcess,
  stream: "stdout" | "stderr",
  onLine: (line: ProgramLine) => void,
): Promise<void> {
  const input = child[stream];
  if (input === null) return;
  for await (const line of createInterface({ input })) onLine({ type: "program-output", stream, line });
}
