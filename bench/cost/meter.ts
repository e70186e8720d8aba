import type { Cloud, CloudEvent } from "embedded-aws";
import type { Usage } from "./perOrder";

/** How long nothing may run before all is taken for done; the stream hands over what it has within a second. */
const QUIET_MS = 2_000;

/** What was used from its start on, and how many orders an invocation was handed on average. */
export interface Reading extends Usage {
  readonly batchSize: number;
}

interface MeteredFunction {
  readonly functionName: string;
  readonly logGroupName: string;
  readonly megabytes: number;
}

/** Counts what AWS would charge for while a cloud works. */
export class Meter {
  readonly #cloud: Cloud;
  readonly #tableNames: readonly string[];
  /** By the functions' names. */
  readonly #megabytesOf: ReadonlyMap<string, number>;
  readonly #logGroupNames: ReadonlySet<string>;
  readonly #before: { readonly writeUnits: number; readonly readUnits: number };
  readonly #end: () => void;
  readonly #counts = { sqsRequests: 0, invocations: 0, gigabyteSeconds: 0, logBytes: 0 };
  readonly #handed = { batches: 0, messages: 0 };
  #running = 0;
  #lastEndAt = performance.now();

  private constructor(cloud: Cloud, tableNames: readonly string[], functions: readonly MeteredFunction[]) {
    this.#cloud = cloud;
    this.#tableNames = tableNames;
    this.#megabytesOf = new Map(functions.map(({ functionName, megabytes }) => [functionName, megabytes]));
    this.#logGroupNames = new Set(functions.map(({ logGroupName }) => logGroupName));
    this.#before = this.#units();
    this.#end = cloud.context.events.subscribe((event) => this.#take(event));
  }

  /** Counts what these tables and functions use; all requests to SQS are theirs, or of whoever sends. */
  static async start(
    cloud: Cloud,
    tableNames: readonly string[],
    functionNames: readonly string[],
  ): Promise<Meter> {
    const functions = await Promise.all(
      functionNames.map((FunctionName) => cloud.call("lambda", "GetFunctionConfiguration", { FunctionName })),
    );
    const metered = functions.map(({ FunctionName = "", MemorySize = 128, LoggingConfig }) => {
      const logGroupName = LoggingConfig?.LogGroup ?? `/aws/lambda/${FunctionName}`;
      return { functionName: FunctionName, logGroupName, megabytes: MemorySize };
    });
    return new Meter(cloud, tableNames, metered);
  }

  /** Resolves with what was used once no function has run for a while. */
  async stop(): Promise<Reading> {
    while (this.#running > 0 || performance.now() - this.#lastEndAt < QUIET_MS)
      await new Promise((resolve) => setTimeout(resolve, QUIET_MS / 10));
    this.#end();
    const { writeUnits, readUnits } = this.#units();
    return {
      ...this.#counts,
      writeUnits: writeUnits - this.#before.writeUnits,
      readUnits: readUnits - this.#before.readUnits,
      batchSize: this.#handed.messages / this.#handed.batches,
    };
  }

  #take(event: CloudEvent): void {
    switch (event.type) {
      case "request":
        if (event.service === "sqs") this.#counts.sqsRequests++;
        return;
      case "log":
        if (this.#logGroupNames.has(event.logGroupName))
          this.#counts.logBytes += Buffer.byteLength(event.message);
        return;
      case "invocation-started":
        if (!this.#megabytesOf.has(event.functionName)) return;
        this.#running++;
        if (event.source?.kind === "queue") {
          this.#handed.batches++;
          this.#handed.messages += event.source.messageIds.length;
        }
        return;
      case "invocation-ended": {
        const megabytes = this.#megabytesOf.get(event.functionName);
        if (megabytes === undefined) return;
        this.#running--;
        this.#lastEndAt = performance.now();
        this.#counts.invocations++;
        // Billed by the millisecond, rounded up.
        this.#counts.gigabyteSeconds += (Math.ceil(event.durationMs) / 1000) * (megabytes / 1024);
        return;
      }
      default:
        return;
    }
  }

  #units() {
    const consumed = this.#tableNames.map((name) => this.#cloud.dynamoDb.capacity.of(name));
    return {
      writeUnits: consumed.reduce((sum, { writeUnits }) => sum + writeUnits, 0),
      readUnits: consumed.reduce((sum, { readUnits }) => sum + readUnits, 0),
    };
  }
}
