import { AwsError } from "../../core/errors";
import type { InvocationSource } from "../../core/eventStream";
import type { CloudContext } from "../../core/service";
import { CodeFolders } from "./codeFolders";
import { Concurrency } from "./concurrency";
import type { EnvironmentRegistry, Invocation } from "./environment";
import { inspectorsOf } from "./inspectors";
import { inspectable, LATEST, type Revision, type Target } from "./lambdaFunction";
import { functionErrorOf, type Finished } from "./outcome";
import { Pool } from "./pool";
import { serveRuntimeApi } from "./runtimeApi";
import type { FunctionStore } from "./functionStore";
import { sourcePlace } from "./sourcePlace";
import { chosenRevision, revisionsOf } from "./versions";

/** A finished invocation, and the version that ran. */
export interface Invoked extends Finished {
  readonly executedVersion: string;
}

/** Runs invocations: the one way into a function, for callers, event queues and event source mappings alike. */
export class Invoker {
  readonly concurrency: Concurrency;
  readonly folders: CodeFolders;
  readonly #context: CloudContext;
  readonly #pools = new Map<Revision, Pool>();
  readonly #registry: EnvironmentRegistry = new Map();
  /** Pools of functions as they were, whose last invocations have not ended yet. */
  readonly #retired = new Set<Pool>();
  #closed = false;

  constructor(context: CloudContext, store: FunctionStore) {
    this.#context = context;
    this.concurrency = new Concurrency(context.conditions, () => store.all());
    this.folders = new CodeFolders(() =>
      [...store.all()].flatMap(revisionsOf).map(({ code }) => code.directory),
    );
    serveRuntimeApi(context, (id) => this.#registry.get(id));
    inspectorsOf(context).serve({
      all: () => store.all(),
      renew: (name, reason) => {
        for (const revision of revisionsOf(store.get(name))) this.renew(revision, reason);
      },
    });
  }

  /** Runs one invocation to its end, or throws TooManyRequestsException or why no environment starts. The clock counts it as work in flight. */
  async invoke(
    target: Target,
    given: Pick<Invocation, "requestId" | "payload">,
    source?: InvocationSource,
  ): Promise<Invoked> {
    this.#demandOpen();
    const { events, clock } = this.#context;
    const { fn, qualifier } = target;
    const { requestId } = given;
    const revision = chosenRevision(target, this.#context.random);
    const functionArn = qualifier === LATEST ? fn.arn : `${fn.arn}:${qualifier}`;
    const invocation = { ...given, functionArn };
    try {
      this.concurrency.enter(fn);
    } catch (error) {
      events.publish({
        type: "invocation-ended",
        functionName: fn.name,
        requestId,
        durationMs: 0,
        outcome: "throttled",
      });
      throw error;
    }
    try {
      const finished = await clock.busy(
        this.#run(revision, invocation, (coldStart) => {
          events.publish({
            type: "invocation-started",
            functionName: fn.name,
            requestId,
            coldStart,
            ...(source !== undefined && { source }),
            payload: given.payload,
          });
        }),
      );
      const error = functionErrorOf(finished.outcome);
      const place = finished.place ?? sourcePlace(error?.trace ?? [], revision.code.directory);
      events.publish({
        type: "invocation-ended",
        functionName: fn.name,
        requestId,
        durationMs: finished.durationMs,
        outcome: finished.outcome.kind,
        ...(finished.usedMemoryMb !== undefined && { usedMemoryMb: finished.usedMemoryMb }),
        ...(error !== undefined && { errorType: error.errorType, errorMessage: error.errorMessage }),
        ...(place !== undefined && { place }),
      });
      return { ...finished, executedVersion: revision.version };
    } finally {
      this.concurrency.leave(fn);
    }
  }

  /** Lets running invocations end, and the next one start in an environment of the function as it is then. */
  renew(fn: Revision, reason: string): void {
    const pool = this.#pools.get(fn);
    if (pool === undefined) return;
    this.#pools.delete(fn);
    this.#retired.add(pool);
    void pool.retire(reason).then(() => this.#retired.delete(pool));
  }

  /** Kills every process and resolves when all are gone. */
  async close(): Promise<void> {
    this.#closed = true;
    const pools = [...this.#pools.values(), ...this.#retired];
    await Promise.all(pools.map((pool) => pool.close("the embedded cloud closes")));
    await this.folders.settled();
  }

  #run(fn: Revision, invocation: Invocation, onStart: (coldStart: boolean) => void): Promise<Finished> {
    this.#demandOpen();
    // A debugger finds the next process at the address that it knows.
    const ending = inspectorsOf(this.#context).ending(inspectable(fn));
    return (
      ending?.then(() => this.#run(fn, invocation, onStart)) ?? this.#poolOf(fn).run(invocation, onStart)
    );
  }

  #demandOpen(): void {
    if (this.#closed) throw new AwsError("ServiceException", "The embedded cloud is closing", 500);
  }

  #poolOf(fn: Revision): Pool {
    let pool = this.#pools.get(fn);
    if (pool === undefined)
      this.#pools.set(fn, (pool = new Pool(this.#context, fn, this.#registry, this.folders)));
    return pool;
  }
}
