import * as v from "valibot";
import { functionErrorIn, type Cancel, type CloudEvent, type CloudContext } from "embedded-aws";

/** What a part of the demonstration waits for, and for how long nothing of it may happen once a function fails. */
export interface Expectation {
  /** The functions that it needs. */
  readonly functionNames: readonly string[];
  /** Events that bring it on. */
  readonly progress: ReadonlySet<CloudEvent["type"]>;
  /** The one of them that only functions that do what they should can bring about. */
  readonly achievement: CloudEvent["type"];
  /** By the cloud's clock. */
  readonly patienceMs: number;
}

/** How the functions fare. */
export interface Standing {
  readonly progressAt: number;
  readonly achieved: boolean;
  readonly functions: ReadonlyMap<string, Fare>;
}

interface Fare {
  readonly running: number;
  readonly everSucceeded: boolean;
  /** In a row, up to now. */
  readonly failures: number;
  /** The last failure's. */
  readonly error: string;
  /** What it logged last of something that failed inside of an invocation that did not. */
  readonly complaint: string | undefined;
}

const UNTRIED: Fare = { running: 0, everSucceeded: false, failures: 0, error: "", complaint: undefined };

/** So many failures in a row need no moment without a running invocation: the others will fail as well. */
const ENOUGH_FAILURES = 3;
/** Of one that fails inside of invocations that do not: what failed is tried again meanwhile. */
const COMPLAINT_PATIENCE = 4;
/** Of one that has worked before: a batch that fails comes back when its visibility timeout ends. */
const RELAPSE_PATIENCE = 12;

/** Why a demonstration ends before its time; the message says which function fails, how and where. */
export class CannotGoOn extends Error {}

/** The standing after an event. */
function after(standing: Standing, event: CloudEvent, expectation: Expectation): Standing {
  const name = functionOf(event, expectation.functionNames);
  if (name !== undefined) {
    const former = standing.functions.get(name) ?? UNTRIED;
    const fare = fareAfter(former, event);
    return fare === former
      ? standing
      : { ...standing, functions: new Map(standing.functions).set(name, fare) };
  }
  if (!expectation.progress.has(event.type)) return standing;
  const achieved = standing.achieved || event.type === expectation.achievement;
  return { ...standing, progressAt: event.at, achieved };
}

function functionOf(event: CloudEvent, functionNames: readonly string[]): string | undefined {
  if (event.type === "invocation-started" || event.type === "invocation-ended")
    return functionNames.find((name) => name === event.functionName);
  // Each function's log group is named after it.
  return event.type === "log" ? functionNames.find((name) => event.logGroupName.includes(name)) : undefined;
}

function fareAfter(fare: Fare, event: CloudEvent): Fare {
  switch (event.type) {
    case "invocation-started":
      return { ...fare, running: fare.running + 1 };
    case "invocation-ended": {
      if (event.outcome === "throttled") return fare;
      const running = Math.max(0, fare.running - 1);
      return event.outcome === "succeeded"
        ? { ...fare, running, failures: 0, everSucceeded: true }
        : { ...fare, running, failures: fare.failures + 1, error: functionErrorIn(event) };
    }
    case "log": {
      const complaint = complaintIn(event.message);
      return complaint === undefined ? fare : { ...fare, complaint };
    }
    default:
      return fare;
  }
}

/** The line that the handlers log of an order, a message or a mail that failed. */
const complaintLine = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ failure: v.object({ name: v.string(), message: v.string() }) }),
);

function complaintIn(line: string): string | undefined {
  // Most lines are none, and there may be a million of them.
  if (!line.includes('"failure"')) return undefined;
  const { success, output } = v.safeParse(complaintLine, line);
  return success
    ? functionErrorIn({ errorType: output.failure.name, errorMessage: output.failure.message })
    : undefined;
}

/** Why it is of no use to wait any longer; undefined while it is. */
function stuck(standing: Standing, now: number, { patienceMs }: Expectation): string | undefined {
  const patiences = (now - standing.progressAt) / patienceMs;
  for (const [name, fare] of standing.functions) {
    const reason = whyStuck(fare, standing.achieved, patiences);
    if (reason !== undefined) return `${name} ${reason}`;
  }
  return undefined;
}

function whyStuck(fare: Fare, achieved: boolean, patiences: number): string | undefined {
  const { running, everSucceeded, failures, error, complaint } = fare;
  const fails =
    failures >= ENOUGH_FAILURES || (failures > 0 && running === 0 && !everSucceeded)
      ? patiences >= (everSucceeded ? RELAPSE_PATIENCE : 1)
      : false;
  if (fails) {
    const times = failures === 1 ? "failed" : `failed ${failures} times in a row`;
    return `${times}, and nothing else happens: ${[error, complaint].filter(Boolean).join("; ")}`;
  }
  const idles = complaint !== undefined && running === 0 && !achieved && patiences >= COMPLAINT_PATIENCE;
  return idles ? `does nothing of what it should: ${complaint}` : undefined;
}

/**
 * Runs a part of the demonstration, and ends it when it is stuck.
 *
 * @throws CannotGoOn when it was stuck; else what `run` throws.
 */
export async function unlessStuck<T>(
  { clock, events }: Pick<CloudContext, "clock" | "events">,
  expectation: Expectation,
  signal: AbortSignal,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const giveUp = new AbortController();
  let standing: Standing = { progressAt: clock.now(), achieved: false, functions: new Map() };
  let cancel: Cancel | undefined;
  const check = () => {
    cancel = undefined;
    const reason = stuck(standing, clock.now(), expectation);
    if (reason !== undefined) giveUp.abort(new CannotGoOn(reason));
    else watchOut();
  };
  // Nothing can be stuck before something has failed: a run without a failure sets no timer.
  const watchOut = () => {
    const faults = [...standing.functions.values()].some(
      ({ failures, complaint }) => failures > 0 || complaint !== undefined,
    );
    if (faults) cancel ??= clock.after(expectation.patienceMs / 2, check);
  };
  const unsubscribe = events.subscribe((event) => {
    standing = after(standing, event, expectation);
    if (event.type === "invocation-ended") watchOut();
  });
  try {
    return await run(AbortSignal.any([signal, giveUp.signal]));
  } catch (error) {
    throw giveUp.signal.aborted ? giveUp.signal.reason : error;
  } finally {
    unsubscribe();
    cancel?.();
  }
}
