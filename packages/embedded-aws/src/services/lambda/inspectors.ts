import { createServer } from "node:net";
import { AwsError } from "../../core/errors";
import type { CloudContext, InspectedFunction } from "../../core/service";

/** Node's own first choice, which debuggers look at, and as many beside it as anybody debugs at once. */
const FIRST_PORT = 9229;
const PORTS = 50;

/** An environment whose process has an inspector. */
export interface Holder {
  /** Whether it is the next thing that it does, or has done, to stop. */
  isEnding(): boolean;
  /** Resolves when its process is gone. */
  readonly stopped: Promise<void>;
}

/** What is needed of Lambda's functions. */
export interface InspectableFunctions {
  /** Of all functions. */
  all(): Iterable<{ readonly name: string; readonly code: Pick<InspectedFunction, "directory"> }>;
  /** Lets the next invocations of a function start in new environments. */
  renew(name: string, reason: string): void;
}

/** Of which functions Node's inspector listens, and where: as the cloud was told at its start, or is told while it runs. */
export class Inspectors {
  /** By function; undefined where it is not inspected, whatever was said at the start. */
  readonly #chosen = new Map<string, number | undefined>();
  readonly #holders = new Map<number, Holder>();
  #functions: InspectableFunctions | undefined;

  constructor(private readonly context: Pick<CloudContext, "inspect">) {}

  serve(functions: InspectableFunctions): void {
    this.#functions = functions;
  }

  /** The port of loopback at which a function's inspector listens; undefined when it is not inspected. */
  portOf(fn: InspectedFunction): number | undefined {
    return this.#chosen.has(fn.name) ? this.#chosen.get(fn.name) : this.context.inspect?.(fn);
  }

  /** The ports of all functions that are inspected, by name. */
  all(): ReadonlyMap<string, number> {
    const ports = new Map<string, number>();
    for (const { name, code } of this.#functions?.all() ?? []) {
      const port = this.portOf({ name, directory: code.directory });
      if (port !== undefined) ports.set(name, port);
    }
    return ports;
  }

  /**
   * Opens Node's inspector in the environments that a function starts from now on; resolves to its port of 127.0.0.1, which
   * is 9229 or one of those behind it. Rejects with ResourceNotFoundException when there is no such function.
   */
  async open(name: string): Promise<number> {
    for (let port = FIRST_PORT; port < FIRST_PORT + PORTS; port++) {
      const free = await isFree(port);
      // Somebody else may have chosen meanwhile, for this function or for another.
      const known = this.#demand(name).get(name);
      if (known !== undefined) return known;
      if (!free || this.#isTaken(port)) continue;
      this.#chosen.set(name, port);
      this.#functions?.renew(name, "it is inspected from now on");
      return port;
    }
    throw new AwsError(
      "ServiceException",
      `All ports from ${FIRST_PORT} to ${FIRST_PORT + PORTS - 1} of 127.0.0.1 are taken; end another debugger first`,
      500,
    );
  }

  /** Ends what `open`, or the cloud's start, has begun. Throws ResourceNotFoundException when there is no such function. */
  close(name: string): void {
    if (!this.#demand(name).has(name)) return;
    this.#chosen.set(name, undefined);
    this.#functions?.renew(name, "it is not inspected any more");
  }

  /** The port for a new environment, which has it until it has stopped; undefined while another one lives there. */
  take(fn: InspectedFunction, holder: Holder): number | undefined {
    const port = this.portOf(fn);
    if (port === undefined || this.#holders.has(port)) return undefined;
    this.#holders.set(port, holder);
    void holder.stopped.then(() => this.#holders.delete(port));
    return port;
  }

  /** Resolves when a function's port is free, if it soon will be; undefined when there is nothing to wait for. */
  ending(fn: InspectedFunction): Promise<void> | undefined {
    const port = this.portOf(fn);
    const holder = port === undefined ? undefined : this.#holders.get(port);
    return holder?.isEnding() === true ? holder.stopped : undefined;
  }

  #demand(name: string): ReadonlyMap<string, number> {
    for (const fn of this.#functions?.all() ?? []) if (fn.name === name) return this.all();
    throw new AwsError("ResourceNotFoundException", `Function not found: ${name}`, 404);
  }

  #isTaken(port: number): boolean {
    return this.#holders.has(port) || [...this.all().values()].includes(port);
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

const inspectors = new WeakMap<CloudContext, Inspectors>();

/** The inspectors of one cloud's functions. */
export function inspectorsOf(context: CloudContext): Inspectors {
  const known = inspectors.get(context);
  if (known !== undefined) return known;
  const created = new Inspectors(context);
  inspectors.set(context, created);
  return created;
}
