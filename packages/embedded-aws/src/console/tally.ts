import type { CloudEvent } from "../core/eventStream";
import { functionErrorIn } from "../core/trouble";
import type { AlarmState, EnvironmentState, FunctionState } from "./protocol";

/** Durations kept of each function, newest last. */
const DURATIONS = 60;

interface FunctionTally {
  invocations: number;
  errors: number;
  coldStarts: number;
  running: number;
  usedMemoryMb: number;
  durations: number[];
  lastError?: FunctionState["lastError"];
  readonly environments: Map<string, EnvironmentState>;
  /** Environments by the invocation that runs in them. */
  readonly busy: Map<string, string>;
}

/** What becomes of functions and alarms, added up from their events. */
export class Tally {
  readonly #functions = new Map<string, FunctionTally>();
  readonly #alarms = new Map<string, { state: AlarmState["state"]; since: number; reason: string }>();

  take(event: CloudEvent): void {
    switch (event.type) {
      case "environment-started":
        this.#of(event.functionName).environments.set(event.environmentId, {
          id: event.environmentId,
          startedAt: event.at,
          initMs: event.initMs,
          busy: false,
        });
        break;
      case "environment-stopped":
        this.#of(event.functionName).environments.delete(event.environmentId);
        break;
      case "invocation-started": {
        const fn = this.#of(event.functionName);
        fn.running++;
        if (event.coldStart) fn.coldStarts++;
        break;
      }
      case "invocation-running":
        this.#of(event.functionName).busy.set(event.requestId, event.environmentId);
        break;
      case "invocation-ended": {
        const fn = this.#of(event.functionName);
        // A throttled one did not run at all.
        if (event.outcome === "throttled") break;
        fn.invocations++;
        fn.busy.delete(event.requestId);
        fn.running = Math.max(0, fn.running - 1);
        fn.usedMemoryMb = Math.max(fn.usedMemoryMb, event.usedMemoryMb ?? 0);
        fn.durations.push(Math.round(event.durationMs));
        if (fn.durations.length > DURATIONS) fn.durations.shift();
        if (event.outcome !== "succeeded") {
          fn.errors++;
          fn.lastError = {
            at: event.at,
            text: `${event.outcome}: ${functionErrorIn(event)}`,
            requestId: event.requestId,
          };
        }
        break;
      }
      case "alarm-state-changed":
        this.#alarms.set(event.alarmName, { state: event.state, since: event.at, reason: event.reason });
        break;
      default:
        break;
    }
  }

  functionsOf(functions: readonly Pick<FunctionState, "name" | "memoryMb">[]): FunctionState[] {
    return functions.map(({ name, memoryMb }) => {
      const fn = this.#of(name);
      const busy = new Set(fn.busy.values());
      return {
        name,
        memoryMb,
        usedMemoryMb: fn.usedMemoryMb,
        running: fn.running,
        environments: [...fn.environments.values()].map((environment) => ({
          ...environment,
          busy: busy.has(environment.id),
        })),
        invocations: fn.invocations,
        errors: fn.errors,
        coldStarts: fn.coldStarts,
        durations: [...fn.durations],
        ...(fn.lastError !== undefined && { lastError: fn.lastError }),
      };
    });
  }

  /** When an alarm last changed; undefined for one that has not since this was begun. */
  alarm(name: string): Omit<AlarmState, "name"> | undefined {
    return this.#alarms.get(name);
  }

  #of(name: string): FunctionTally {
    let fn = this.#functions.get(name);
    if (fn === undefined) {
      fn = {
        invocations: 0,
        errors: 0,
        coldStarts: 0,
        running: 0,
        usedMemoryMb: 0,
        durations: [],
        environments: new Map(),
        busy: new Map(),
      };
      this.#functions.set(name, fn);
    }
    return fn;
  }
}
