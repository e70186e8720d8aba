import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { guardProcess } from "embedded-aws/support";
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
    const port = await openSlowPort();
    const child = fork(path.resolve("bench/processing/contenders.ts"), [], {
      execArgv: ["--require", "tsx/cjs"],
      env: {
        PATH: process.env.PATH,
        AWS_ENDPOINT_URL: port.endpoint,
        AWS_REGION: "us-east-1",
        AWS_ACCESS_KEY_ID: "local",
        AWS_SECRET_ACCESS_KEY: "local",
        AWS_LAMBDA_FUNCTION_NAME: "bench",
        ORDERS_TABLE_NAME: "orders",
        INVENTORY_TABLE_NAME: "inventory",
        DEAD_LETTER_QUEUE_URL: `${port.endpoint}/000000000000/dead-letters`,
        POWERTOOLS_SERVICE_NAME: "orders",
        POWERTOOLS_METRICS_NAMESPACE: "Orders",
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
