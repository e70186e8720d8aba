import { type ChildProcess, spawn } from "node:child_process";
import path from "node:path";

const RUN = path.resolve(__dirname, "../../tools/run.cjs");

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  /** All that it wrote, in the order in which it came. */
  readonly output: string;
}

/** One step of a preview, as `pulumi preview --json` tells it. */
export interface Step {
  readonly op: string;
  readonly urn: string;
  readonly newState?: { readonly type: string; readonly inputs?: Readonly<Record<string, unknown>> };
  readonly diffReasons?: readonly string[];
  readonly replaceReasons?: readonly string[];
}

/** `npm run pulumi:local` in `directory`, against the cloud at `port`. */
export class Pulumi {
  readonly #running = new Set<ChildProcess>();

  constructor(
    private readonly directory: string,
    private readonly port: number,
  ) {}

  async run(...args: readonly string[]): Promise<Ended> {
    return await this.start(args).ended;
  }

  /** `onOutput` gets all that was written until then. */
  start(args: readonly string[], onOutput: (output: string) => void = () => undefined) {
    const child = spawn(
      process.execPath,
      [RUN, "pulumi:local", ...args, "--port", String(this.port), "--non-interactive", "--color=never"],
      { cwd: this.directory, stdio: ["ignore", "pipe", "pipe"], detached: true },
    );
    this.#running.add(child);
    let [stdout, output] = ["", ""];
    const take = (text: string) => onOutput((output += text));
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      take(text);
    });
    child.stderr.setEncoding("utf8").on("data", take);
    const ended = new Promise<Ended>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (status) => {
        this.#running.delete(child);
        resolve({ status, stdout, output });
      });
    });
    return { ended, interrupt: () => child.kill("SIGINT") };
  }

  /** What a preview would do, steps that change nothing included. */
  async preview(...args: readonly string[]): Promise<readonly Step[]> {
    const { status, stdout, output } = await this.run("preview", "--json", "--show-sames", ...args);
    if (status !== 0) throw new Error(`the preview ended with status ${status}:\n${output}`);
    return (JSON.parse(stdout.slice(stdout.indexOf("{"))) as { readonly steps: readonly Step[] }).steps;
  }

  /** For clean-up after a test that failed. */
  kill(): void {
    for (const { pid } of this.#running) if (pid !== undefined) process.kill(-pid, "SIGKILL");
  }
}

/** Steps by what they do: { same: 60, update: 1 }. */
export function tally(steps: readonly Step[]): Record<string, number> {
  return Object.fromEntries([...Map.groupBy(steps, ({ op }) => op)].map(([op, of]) => [op, of.length]));
}
