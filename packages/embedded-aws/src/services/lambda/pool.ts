import type { Cancel } from "../../core/clock";
import type { CloudContext } from "../../core/service";
import type { CodeFolders } from "./codeFolders";
import { Environment, type EnvironmentRegistry, type Invocation } from "./environment";
import { checkVariablesReadable } from "./functionKey";
import { inspectorsOf } from "./inspectors";
import { inspectable, type Revision } from "./lambdaFunction";
import { IDLE_ENVIRONMENT_MS, MAX_LOCAL_ENVIRONMENTS } from "./limits";
import { failure, type Finished } from "./outcome";

interface Acquired {
  readonly environment: Environment;
  readonly coldStart: boolean;
}

interface Idle {
  readonly environment: Environment;
  readonly cancelStop: Cancel;
}

/** The environments of one version, or of a function as it stands; a changed function gets a new pool. */
export class Pool {
  readonly #context: CloudContext;
  readonly #fn: Revision;
  readonly #registry: EnvironmentRegistry;
  readonly #folders: CodeFolders;
  /** Those whose process lives. */
  readonly #environments = new Set<Environment>();
  /** Most recently used last: it is taken first, so that surplus environments fall idle and stop. */
  readonly #idle: Idle[] = [];
  readonly #waiting: ((acquired: Acquired | undefined) => void)[] = [];
  #retired: string | undefined;
  /** One inspector listens at one port. */
  readonly #most: number;

  constructor(context: CloudContext, fn: Revision, registry: EnvironmentRegistry, folders: CodeFolders) {
    this.#context = context;
    this.#fn = fn;
    this.#registry = registry;
    this.#folders = folders;
    const port = inspectorsOf(context).portOf(inspectable(fn));
    this.#most = port === undefined ? MAX_LOCAL_ENVIRONMENTS : 1;
  }

  /**
   * Runs an invocation in a warm environment, a new one, or, when there are as many as may be, the next free one.
   *
   * @throws AwsError where no environment can start, as `checkVariablesReadable` says.
   */
  async run(invocation: Invocation, onStart: (coldStart: boolean) => void): Promise<Finished> {
    const acquired = await this.#acquire();
    if (acquired === undefined) {
      const errorMessage = `RequestId: ${invocation.requestId} Error: ${this.#retired ?? "stopped"}`;
      return {
        outcome: failure("crashed", { errorType: "Runtime.ExitError", errorMessage }),
        durationMs: 0,
        lines: [],
      };
    }
    onStart(acquired.coldStart);
    const finished = await acquired.environment.run(invocation);
    this.#release(acquired.environment);
    return finished;
  }

  /** Ends all environments at once. */
  async close(reason: string): Promise<void> {
    this.#retired = reason;
    for (const { cancelStop } of this.#idle.splice(0)) cancelStop();
    for (const wake of this.#waiting.splice(0)) wake(undefined);
    await Promise.all([...this.#environments].map((environment) => environment.stop(reason)));
  }

  /** Ends idle environments now and each other one after its invocation; resolves when all are gone. */
  async retire(reason: string): Promise<void> {
    this.#retired = reason;
    for (const environment of this.#environments) environment.retire();
    for (const { environment, cancelStop } of this.#idle.splice(0)) {
      cancelStop();
      void environment.stop(reason);
    }
    while (this.#environments.size > 0) {
      await Promise.all([...this.#environments].map((environment) => environment.stopped));
    }
  }

  /** A warm environment, a new one, or the next that becomes free; nothing once the pool is closed. */
  #acquire(): Acquired | undefined | Promise<Acquired | undefined> {
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) {
      idle.cancelStop();
      if (idle.environment.alive) return { environment: idle.environment, coldStart: false };
    }
    checkVariablesReadable(this.#context, this.#fn.settings);
    if (this.#environments.size < this.#most) return this.#start();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #start(): Acquired {
    const environment = new Environment(this.#context, this.#fn, this.#registry);
    const letGo = this.#folders.hold(this.#fn.code.directory);
    this.#environments.add(environment);
    void environment.stopped.then(() => {
      this.#environments.delete(environment);
      letGo();
      this.#waiting.shift()?.(this.#start());
    });
    return { environment, coldStart: true };
  }

  #release(environment: Environment): void {
    // What waits for a dead environment's place gets a new one once the process is gone.
    if (!environment.alive) return;
    const next = this.#waiting.shift();
    if (next !== undefined) {
      next({ environment, coldStart: false });
      return;
    }
    if (this.#retired !== undefined) {
      void environment.stop(this.#retired);
      return;
    }
    const cancelStop = this.#context.clock.after(IDLE_ENVIRONMENT_MS, () => {
      const index = this.#idle.findIndex((idle) => idle.environment === environment);
      if (index < 0) return;
      this.#idle.splice(index, 1);
      void environment.stop("idle");
    });
    this.#idle.push({ environment, cancelStop });
  }
}
