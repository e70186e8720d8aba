import { mkdirSync, rmSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { join } from "node:path";
import { newSecret } from "../../core/secret";
import type { CloudContext } from "../../core/service";
import { PRIVATE_FOLDER } from "./archive";
import { lambdaControlsOf } from "./controls";
import { environmentVariables } from "./environmentVariables";
import { FunctionProcess, RUNTIME_DIRECTORY } from "./functionProcess";
import { formatTrace, logStreamNameAt, newTrace, type TraceHeader } from "./identifiers";
import { executionRole, inspectable, roleNameOf, type Revision } from "./lambdaFunction";
import { INIT_TIMEOUT_MS } from "./limits";
import { InspectedTime } from "./inspector";
import { inspectorsOf } from "./inspectors";
import { LogWriter } from "./logWriter";
import { taskTimedOut, unanswered, type Finished, type Outcome } from "./outcome";
import { platformLog } from "./platformLog";
import { afterRealTime, startStopwatch, type Stopwatch } from "./realTime";
import { RUNTIME_API_PREFIX, sendInvocation, type Reply, type RuntimeClient } from "./runtimeApi";
import { TraceWriter } from "./traceWriter";
import { appendAll } from "../../core/lists";

/** Environments by their ids, for the Runtime API. */
export type EnvironmentRegistry = Map<string, RuntimeClient>;

export interface Invocation {
  readonly requestId: string;
  /** The function as it was called: with a version or an alias, if it was. */
  readonly functionArn: string;
  readonly payload: Uint8Array;
}

type InitResult = { readonly ok: true } | { readonly ok: false; readonly exitReason: string };

interface Run {
  readonly invocation: Invocation;
  /** None when the code could not be loaded. */
  readonly trace: TraceHeader | undefined;
  /** By the cloud's clock, in milliseconds. */
  readonly startedAt: number;
  readonly stopwatch: Stopwatch;
  readonly lines: string[];
  readonly settle: (finished: Finished) => void;
  cancelTimeout: () => void;
  timedOut: boolean;
  reply?: Reply & { readonly durationMs: number };
  /** How many of stdout and stderr have been read to this invocation's end. */
  markers: number;
  next?: ServerResponse;
}

/** An execution environment: one process, one invocation at a time. */
export class Environment implements RuntimeClient {
  readonly id: string;
  readonly runtimeSecret = newSecret(32, "hex");
  readonly #context: CloudContext;
  readonly #fn: Revision;
  readonly #registry: EnvironmentRegistry;
  readonly #logStreamName: string;
  readonly #log: LogWriter;
  readonly #traces: TraceWriter;
  readonly #temporaryDirectory: string;
  readonly #process: FunctionProcess;
  readonly #initWatch = startStopwatch();
  readonly #forget: () => void;
  readonly #cancelInitTimeout: () => void;
  /** Only of a function that is inspected. */
  readonly #inspected: InspectedTime | undefined;
  readonly #initLines: string[] = [];
  /** Resolves when the process is gone. */
  readonly stopped: Promise<void>;
  #markStopped: () => void = () => undefined;
  #settleInit: (result: InitResult) => void = () => undefined;
  /** Settles once the code is loaded, or has failed to. */
  readonly #initialised: Promise<InitResult>;
  /** What the process itself reported about its failed init. */
  #initError: string | undefined;
  #initTimedOut = false;
  #initMs: number | undefined;
  /** Told once, in the first REPORT line. */
  #initReported = false;
  #next: ServerResponse | undefined;
  #run: Run | undefined;
  #alive = true;
  #retires = false;
  #stopReason: string | undefined;

  constructor(context: CloudContext, fn: Revision, registry: EnvironmentRegistry) {
    this.#context = context;
    this.#fn = fn;
    this.#registry = registry;
    this.id = context.random.uuid();
    this.stopped = new Promise((resolve) => (this.#markStopped = resolve));
    this.#initialised = new Promise((resolve) => (this.#settleInit = resolve));

    const logStreamName = logStreamNameAt(context.clock.now(), fn.version, context.random);
    this.#logStreamName = logStreamName;
    this.#log = new LogWriter(
      context,
      { logGroupName: fn.settings.Logging.LogGroup, logStreamName },
      executionRole(context, fn),
    );
    this.#traces = new TraceWriter(context, fn);
    this.#temporaryDirectory = join(context.directory, "environments", this.id);
    mkdirSync(this.#temporaryDirectory, { recursive: true, mode: PRIVATE_FOLDER });
    registry.set(this.id, this);

    const endpoint = context.endpoint();
    const inspectorPort = inspectorsOf(context).take(inspectable(fn), {
      isEnding: () => !this.alive || this.#retires,
      stopped: this.stopped,
    });
    const credentials = context.issueCredentials(roleNameOf(fn.settings.Role), fn.name);
    this.#process = new FunctionProcess(
      {
        directory: fn.code.directory,
        memoryMb: fn.settings.MemorySize,
        inspectorPort,
        nowMs: context.clock.now(),
        rate: context.clock.rate(),
        variables: environmentVariables(fn, {
          region: context.region,
          endpoint,
          runtimeApi: `${new URL(endpoint).host}${RUNTIME_API_PREFIX}${this.id}/${this.runtimeSecret}`,
          credentials,
          logStreamName,
          runtimeDirectory: RUNTIME_DIRECTORY,
          temporaryDirectory: this.#temporaryDirectory,
          host: { platform: process.platform, systemRoot: process.env.SystemRoot },
        }),
      },
      {
        onLine: (line) => {
          this.#addLines([line]);
        },
        onMarker: (id) => {
          this.#onMarker(id);
        },
        onExit: (reason) => {
          this.#onExit(reason);
        },
      },
    );
    this.#forget = lambdaControlsOf(context).add(credentials.accessKeyId, () => {
      this.#process.kill();
    });
    this.#inspected = inspectorPort === undefined ? undefined : new InspectedTime(inspectorPort);
    this.#cancelInitTimeout = this.#after(INIT_TIMEOUT_MS, () => {
      this.#initTimedOut = true;
      void this.stop("init timed out");
    });
  }

  /** Whether it can take another invocation. */
  get alive(): boolean {
    return this.#alive && this.#stopReason === undefined;
  }

  /** Runs one invocation to its end, once the code is loaded; no other may be running. */
  async run(invocation: Invocation): Promise<Finished> {
    const init = await this.#initialised;
    if (init.ok) return await this.#invoke(invocation);
    const run = this.#begin(invocation, undefined, () => undefined);
    return await this.#finish(run, this.#initOutcome(invocation.requestId, init.exitReason));
  }

  #invoke(invocation: Invocation): Promise<Finished> {
    const { settings } = this.#fn;
    const timeoutMs = settings.Timeout * 1000;
    const { clock, random } = this.#context;
    const trace = newTrace(clock.now(), random, settings.TracingMode === "Active");
    const traceId = formatTrace(trace);
    return new Promise((resolve) => {
      const run = this.#begin(invocation, trace, resolve);
      run.cancelTimeout = this.#after(timeoutMs, () => {
        run.timedOut = true;
        void this.stop("timed out");
      });
      const { requestId, functionArn, payload } = invocation;
      this.#context.events.publish({
        type: "invocation-running",
        functionName: this.#fn.name,
        requestId,
        environmentId: this.id,
        logStreamName: this.#logStreamName,
        traceId: trace.traceId,
      });
      const next = this.#next;
      // The process has died in the meantime: its exit ends this run.
      if (next === undefined) return;
      this.#next = undefined;
      if (this.#failsOnDemand(run)) return;
      const [nowMs, rate] = [clock.now(), clock.rate()];
      sendInvocation(next, { requestId, functionArn, traceId, nowMs, rate, timeoutMs }, payload);
    });
  }

  /** By the machine's clock, which waits while somebody looks at a breakpoint. */
  #after(ms: number, fire: () => void): () => void {
    return this.#inspected?.after(ms, fire) ?? afterRealTime(ms, fire);
  }

  /** Whether a fault that was switched on ends this run: the process is killed, as its own death would end it. */
  #failsOnDemand(run: Run): boolean {
    const { name } = this.#fn;
    const isMine = ({ functionName }: { readonly functionName?: string }) =>
      functionName === undefined || functionName === name;
    const { faults } = this.#context;
    if (faults.strikes("timeout", isMine) !== undefined) run.timedOut = true;
    else if (faults.strikes("crash", isMine) === undefined) return false;
    void this.stop(run.timedOut ? "timed out" : "crashed on demand");
    return true;
  }

  #begin(invocation: Invocation, trace: TraceHeader | undefined, settle: Run["settle"]): Run {
    const run: Run = {
      invocation,
      settle,
      trace,
      startedAt: this.#context.clock.now(),
      stopwatch: startStopwatch(),
      lines: this.#initLines.splice(0),
      cancelTimeout: () => undefined,
      timedOut: false,
      markers: 0,
    };
    this.#run = run;
    this.#addLines(this.#platformLog().start(invocation.requestId));
    return run;
  }

  /** Tells that it will be stopped after what it does. */
  retire(): void {
    this.#retires = true;
  }

  /** Ends the process; resolves when it is gone. */
  stop(reason: string): Promise<void> {
    this.#stopReason ??= reason;
    this.#process.kill();
    return this.stopped;
  }

  onNext(response: ServerResponse): void {
    if (this.#run !== undefined) {
      this.#run.next = response;
      this.#finishWhenComplete(this.#run);
      return;
    }
    this.#next = response;
    if (this.#initMs !== undefined) return;
    this.#cancelInitTimeout();
    this.#initMs = this.#initWatch.elapsedMs();
    this.#context.events.publish({
      type: "environment-started",
      functionName: this.#fn.name,
      environmentId: this.id,
      initMs: this.#initMs,
    });
    this.#settleInit({ ok: true });
  }

  onReply(requestId: string, reply: Reply): boolean {
    const run = this.#run;
    if (run?.invocation.requestId !== requestId || run.reply !== undefined) return false;
    run.reply = { ...reply, durationMs: run.stopwatch.elapsedMs() };
    this.#finishWhenComplete(run);
    return true;
  }

  onInitError(payload: string): void {
    // The process ends itself; its exit settles init once its last lines have been read.
    this.#initError = payload;
  }

  #onMarker(id: string): void {
    const run = this.#run;
    if (run?.invocation.requestId !== id) return;
    run.markers++;
    this.#finishWhenComplete(run);
  }

  #onExit(reason: string): void {
    this.#alive = false;
    this.#inspected?.close();
    this.#cancelInitTimeout();
    this.#registry.delete(this.id);
    this.#forget();
    rmSync(this.#temporaryDirectory, { recursive: true, force: true });
    if (this.#initMs !== undefined) {
      const { name: functionName } = this.#fn;
      this.#context.events.publish({
        type: "environment-stopped",
        functionName,
        environmentId: this.id,
        reason: this.#stopReason ?? reason,
      });
    }
    this.#settleInit({ ok: false, exitReason: reason });
    if (this.#run !== undefined) this.#settle(this.#run, reason);
    this.#traces.flush();
    this.#markStopped();
  }

  /** An invocation is over when it is answered, its output is read, and the process asks for the next one. */
  #finishWhenComplete(run: Run): void {
    if (run.reply === undefined || run.next === undefined || run.markers < 2) return;
    this.#next = run.next;
    this.#settle(run, "");
  }

  #settle(run: Run, exitReason: string): void {
    void this.#finish(run, this.#outcomeOf(run, exitReason)).then(run.settle);
  }

  #outcomeOf({ invocation, reply, timedOut }: Run, exitReason: string): Outcome {
    if (reply !== undefined)
      return { kind: reply.kind === "response" ? "succeeded" : "failed", payload: reply.payload };
    const fault = timedOut ? taskTimedOut(this.#fn.settings.Timeout) : exitReason;
    return this.#fault(timedOut ? "timed-out" : "crashed", invocation.requestId, fault);
  }

  #initOutcome(requestId: string, exitReason: string): Outcome {
    if (this.#initError !== undefined) return { kind: "failed", payload: this.#initError };
    return this.#initTimedOut
      ? this.#fault("timed-out", requestId, taskTimedOut(INIT_TIMEOUT_MS / 1000))
      : this.#fault("crashed", requestId, exitReason);
  }

  #fault(kind: "timed-out" | "crashed", requestId: string, fault: string): Outcome {
    this.#addLines(this.#platformLog().fault(requestId, fault));
    return unanswered(kind, requestId, fault);
  }

  async #finish(run: Run, outcome: Outcome): Promise<Finished> {
    run.cancelTimeout();
    const { Timeout, MemorySize } = this.#fn.settings;
    const durationMs = run.timedOut ? Timeout * 1000 : (run.reply?.durationMs ?? run.stopwatch.elapsedMs());
    // Only the heap is bounded here, so that a process can be somewhat larger than its function may be.
    const usedMemoryMb = Math.min(run.reply?.usedMemoryMb ?? MemorySize, MemorySize);
    this.#addLines(
      this.#platformLog().end({
        requestId: run.invocation.requestId,
        durationMs,
        ...(this.#initMs !== undefined && !this.#initReported && { initMs: this.#initMs }),
        memoryMb: MemorySize,
        usedMemoryMb,
        outcome: outcome.kind,
      }),
    );
    this.#initReported = true;
    this.#run = undefined;
    const { trace, startedAt } = run;
    if (trace?.sampled === true) {
      const { requestId } = run.invocation;
      this.#traces.add({ trace, requestId, startedAt, durationMs, outcome: outcome.kind });
    }
    await this.#log.flush();
    return { outcome, durationMs, lines: run.lines, usedMemoryMb };
  }

  #addLines(lines: readonly string[]): void {
    for (const line of lines) this.#log.add(line);
    appendAll(this.#run?.lines ?? this.#initLines, lines);
  }

  #platformLog() {
    const { settings, version } = this.#fn;
    return platformLog(settings.Logging, version, () => new Date(this.#context.clock.now()).toISOString());
  }
}
