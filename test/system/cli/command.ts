import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";

/** How a command ended, and all that it wrote. */
export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandSettings {
  /** Beside this process's variables. */
  readonly environment?: Readonly<Record<string, string>>;
  /** What stands between this test and the command, such as `npm run`; the command itself by default. */
  readonly through?: readonly string[];
  /** The folder that it runs in; this project's by default. */
  readonly directory?: string;
  /** A file, instead of a pipe, for standard output. */
  readonly stdout?: number;
}

/** An npm script of this project, run as npm runs it, in a process group of its own as a shell would give it. */
export class RunningCommand {
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcess;
  #stdout = "";
  #stderr = "";
  #onOutput: () => void = () => undefined;

  constructor(script: string, args: readonly string[], settings: CommandSettings = {}) {
    const direct = [process.execPath, ...scriptArguments(script)];
    const [program = "", ...first] = settings.through ?? direct;
    this.#child = spawn(program, [...first, ...args], {
      detached: true,
      ...(settings.directory !== undefined && { cwd: settings.directory }),
      stdio: ["ignore", settings.stdout ?? "pipe", "pipe"],
      env: { ...process.env, ...settings.environment },
    });
    this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.#stdout += text;
      this.#onOutput();
    });
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr += text;
      this.#onOutput();
    });
    this.ended = new Promise((resolve, reject) => {
      this.#child.once("error", reject);
      this.#child.once("close", (status) => resolve({ status, stdout: this.#stdout, stderr: this.#stderr }));
    });
  }

  /** Resolves once standard output or error holds `pattern`; rejects when the command ends before. */
  async shows(pattern: RegExp): Promise<RegExpExecArray> {
    const found = new Promise<RegExpExecArray>((resolve) => {
      this.#onOutput = () => {
        const match = pattern.exec(this.#stdout) ?? pattern.exec(this.#stderr);
        if (match !== null) resolve(match);
      };
      this.#onOutput();
    });
    const tooEarly = this.ended.then(({ status, stdout, stderr }) => {
      throw new Error(`ended with status ${status} before it showed ${pattern}:\n${stdout}${stderr}`);
    });
    return await Promise.race([found, tooEarly]);
  }

  /** Ctrl-C: a terminal interrupts the command and all that it started. */
  interrupt(): void {
    process.kill(-this.pid, "SIGINT");
  }

  /** A signal to the process alone that was started here, as `kill` sends it. */
  signal(name: NodeJS.Signals): void {
    process.kill(this.pid, name);
  }

  /** Reads no further, as `head` when it has enough. */
  stopReading(): void {
    this.#child.stdout?.destroy();
  }

  /** For clean-up after a test that failed. */
  kill(): void {
    if (this.#child.exitCode === null && this.#child.signalCode === null) process.kill(-this.pid, "SIGKILL");
  }

  /** Ids of the processes that the command, and what it started, have started. */
  descendants(): number[] {
    const children = Map.groupBy(processes(), ({ parent }) => parent);
    const below = (pid: number): number[] =>
      (children.get(pid) ?? []).flatMap((child) => [child.pid, ...below(child.pid)]);
    return below(this.pid);
  }

  /** Whether the folder for this run's files is there. */
  hasFiles(): boolean {
    return filesOf([this.pid]).length > 0;
  }

  get pid(): number {
    const { pid } = this.#child;
    if (pid === undefined) throw new Error("the command did not start");
    return pid;
  }
}

/** Runs a command to its end. */
export function runCommand(script: string, ...args: readonly string[]): Promise<Ended> {
  return new RunningCommand(script, args).ended;
}

/** How long a process may take to end by itself once what it worked for has gone, where the machine has much else to do. */
const ENDING_MS = 10_000;

/** Those of `pids` whose processes run on, though there was time for them to end. */
export function leftRunning(pids: readonly number[]): number[] {
  const end = performance.now() + ENDING_MS;
  for (;;) {
    const left = processes().filter(({ pid, state }) => pids.includes(pid) && !state.startsWith("Z"));
    if (left.length === 0 || performance.now() > end) return left.map(({ pid }) => pid);
  }
}

/** The names of what runs of the processes `pids` have in the folder for their files, locks included. */
export function filesOf(pids: readonly number[]): string[] {
  const runs = path.join(".local", "runs");
  const names = existsSync(runs) ? readdirSync(runs) : [];
  return names.filter((name) => pids.some((pid) => name.startsWith(`${pid}-`)));
}

/** A web server that is not ours, on a port of its own. */
export async function startOtherServer(): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer((_request, response) => response.writeHead(404).end("not here"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, port: (server.address() as AddressInfo).port };
}

/** A port that nothing listens on. */
export async function freePort(): Promise<number> {
  const { server, port } = await startOtherServer();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** What the npm script hands to node. */
function scriptArguments(script: string): string[] {
  const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as {
    readonly scripts: Readonly<Record<string, string>>;
  };
  const [program, ...args] = scripts[script]?.split(" ") ?? [];
  if (program !== "node") throw new Error(`the npm script ${script} does not run node`);
  return args;
}

function processes(): { readonly pid: number; readonly parent: number; readonly state: string }[] {
  return execFileSync("ps", ["-A", "-o", "pid=,ppid=,stat="], { encoding: "utf8" })
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .map(([pid, parent, state = ""]) => ({ pid: Number(pid), parent: Number(parent), state }));
}
