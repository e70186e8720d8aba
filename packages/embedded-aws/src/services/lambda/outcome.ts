import { parseJson } from "../../core/parseJson";

/** An error as it stands in the payload of a failed invocation. */
export interface FunctionError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

/** How an invocation ended. */
export type Outcome =
  | { readonly kind: "succeeded"; readonly payload: string }
  /** The handler threw, or its code could not be loaded; the payload is what the function reported. */
  | { readonly kind: "failed"; readonly payload: string }
  | { readonly kind: "timed-out"; readonly payload: string }
  | { readonly kind: "crashed"; readonly payload: string };

/** A finished invocation, with what its REPORT line says. */
export interface Finished {
  readonly outcome: Outcome;
  readonly durationMs: number;
  /** What the function logged, platform lines included, in order. */
  readonly lines: readonly string[];
  /** The most memory that the environment has used so far, in MB, as its REPORT line says. */
  readonly usedMemoryMb?: number;
  /** What the code was at when it had to be ended, if that could be told ("handlers/processOrders.ts:12"). */
  readonly place?: string;
}

export function failure(kind: "failed" | "timed-out" | "crashed", error: FunctionError): Outcome {
  return { kind, payload: JSON.stringify(error) };
}

/** The error in a failed invocation's payload; undefined after a success. What is no error is its own message. */
export function functionErrorOf(outcome: Outcome): FunctionError | undefined {
  if (outcome.kind === "succeeded") return undefined;
  const told = parsed(outcome.payload);
  const { errorType, errorMessage, trace } = told as Partial<Record<string, unknown>>;
  return {
    errorType: typeof errorType === "string" ? errorType : "Error",
    errorMessage: typeof errorMessage === "string" ? errorMessage : outcome.payload,
    ...(Array.isArray(trace) && { trace: trace.filter((line) => typeof line === "string") }),
  };
}

function parsed(payload: string): object {
  try {
    const value: unknown = parseJson(payload);
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}

/** How Lambda words the end of an invocation from outside. */
export function taskTimedOut(timeoutSeconds: number): string {
  return `Task timed out after ${timeoutSeconds.toFixed(2)} seconds`;
}

/** The outcome of an invocation that its process did not answer, because of `fault`. */
export function unanswered(kind: "timed-out" | "crashed", requestId: string, fault: string): Outcome {
  return failure(kind, {
    errorType: kind === "timed-out" ? "Sandbox.Timedout" : "Runtime.ExitError",
    errorMessage: `RequestId: ${requestId} Error: ${fault}`,
  });
}
