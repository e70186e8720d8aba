import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import path from "node:path";
import { build } from "esbuild";
import { guardProcess } from "embedded-aws/support";
import { deployedPackages } from "../deployed";
import { openSlowPort, type SlowPort } from "./slowPort";

/** Who takes part; `floor` stores one record, whatever the batch holds. */
const CONTENDERS = ["own", "sequential", "powertools", "floor"] as const;
export type ContenderName = (typeof CONTENDERS)[number];

/** What the contenders' process is asked for, and what it answers. */
export interface Wanted {
  readonly contender: ContenderName;
  readonly records: number;
}
export type Told = { readonly milliseconds: number } | { readonly error: string };

/** What each took in one turn, in milliseconds. */
export type Turn = Readonly<Record<ContenderName, number>>;

/** Below .local/, where this project keeps what it generates. */
const DIRECTORY = path.join(".local", "bench", "processing");

/** Enough that code is compiled and connections are open, before anything counts. */
const MOST_WARM_UP_RECORDS = 100;

/** The contenders' process, and the port that it calls. */
export class Race {
  readonly #port: SlowPort;
  readonly #child: ChildProcess;
  #turns = 0;

  private constructor(port: SlowPort, child: ChildProcess) {
    this.#port = port;
    this.#child = child;
  }

  static async start(): Promise<Race> {
    const deployed = (await deployedPackages(DIRECTORY)).find(({ handler }) => handler === "processOrders");
    if (deployed === undefined)
      throw new Error("no package of processOrders among the dev stack's functions");
    // All of them as they would be deployed: what compiles TypeScript as it is loaded adds to every function.
    const contenders = path.join(DIRECTORY, "contenders.js");
    await build({
      entryPoints: ["bench/processing/contenders.ts"],
      outfile: contenders,
      bundle: true,
      packages: "external",
      platform: "node",
      target: "node24",
    });
    const port = await openSlowPort();
    const child = fork(path.resolve(contenders), [], {
      execArgv: [],
      env: {
        ...deployed.environment,
        PATH: process.env.PATH,
        PACKAGE_FILE: path.resolve(deployed.directory, "__index.js"),
        AWS_ENDPOINT_URL: port.endpoint,
        DEAD_LETTER_QUEUE_URL: `${port.endpoint}/000000000000/dead-letters`,
        AWS_REGION: "us-east-1",
        AWS_ACCESS_KEY_ID: "local",
        AWS_SECRET_ACCESS_KEY: "local",
        AWS_LAMBDA_FUNCTION_NAME: "bench",
      },
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    guardProcess(child);
    return new Race(port, child);
  }

  /**
   * Each contender once, with a batch of `records` at this latency; another one begins each turn.
   *
   * @throws when one of them did not store what it was given.
   */
  async turn(latencyMs: number, records: number): Promise<Turn> {
    const first = this.#turns++ % CONTENDERS.length;
    const times: Partial<Record<ContenderName, number>> = {};
    for (const contender of [...CONTENDERS.slice(first), ...CONTENDERS.slice(0, first)]) {
      await this.#run({ contender, records: Math.min(records, MOST_WARM_UP_RECORDS) }, 0);
      times[contender] = await this.#run({ contender, records }, latencyMs);
    }
    return times as Turn;
  }

  close(): void {
    this.#child.disconnect();
    this.#port.close();
    rmSync(DIRECTORY, { recursive: true, force: true });
  }

  async #run(wanted: Wanted, latencyMs: number): Promise<number> {
    this.#port.latencyMs = latencyMs;
    this.#port.takePuts();
    const ended = new AbortController();
    this.#child.send(wanted);
    const [told] = (await Promise.race([
      once(this.#child, "message", { signal: ended.signal }),
      once(this.#child, "exit", { signal: ended.signal }).then(([status]) => [
        { error: `its process ended with status ${String(status)}` },
      ]),
    ]).finally(() => ended.abort())) as [Told];
    if ("error" in told) throw new Error(`${wanted.contender}: ${told.error}`);
    const puts = this.#port.takePuts();
    const expected = wanted.contender === "floor" ? 1 : wanted.records;
    if (puts !== expected)
      throw new Error(`${wanted.contender}: ${puts} of ${expected} orders were stored once`);
    return told.milliseconds;
  }
}
