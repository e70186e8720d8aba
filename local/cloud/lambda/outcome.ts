import { parseJson } from "../core/parseJson";

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
}

export function failure(kind: "failed" | "timed-out" | "crashed", error: FunctionError): Outcome {
  return { kind, payload: JSON.stringify(error) };
}

/** The message in an error payload, for events and dead-letter queues; the payload itself when it has none. */
export function errorMessageOf(outcome: Outcome): string | undefined {
  if (outcome.kind === "succeeded") return undefined;
  try {
    const { errorMessage } = parseJson(outcome.payload) as { errorMessage?: unknown };
    return typeof errorMessage === "string" ? errorMessage : outcome.payload;
  } catch {
    return outcome.payload;
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
