import type { CloudEvent, EventStream } from "../cloud/core/events";
import type { Terminal } from "./terminal";

/** Tells of each kind of trouble once, as it happens; returns what ends it. */
export function tellTrouble(events: EventStream, terminal: Terminal): () => void {
  const told = new Set<string>();
  return events.subscribe((event) => {
    const trouble = troubleIn(event);
    if (trouble === undefined || told.has(trouble)) return;
    told.add(trouble);
    terminal.print(`  ! ${trouble}`);
  });
}

/**
 * What a person would want to know of at once: a function that fails, or that may not do what it tries. Refusals
 * that functions live with, such as a condition that does not hold, are none.
 */
export function troubleIn(event: CloudEvent): string | undefined {
  if (event.type === "invocation-ended" && event.outcome !== "succeeded" && event.outcome !== "throttled") {
    return `${event.functionName} ${event.outcome}: ${event.errorMessage ?? "no message"}`;
  }
  if (
    event.type === "request" &&
    event.caller.kind !== "administrator" &&
    event.errorCode?.includes("Denied") === true
  ) {
    return event.errorMessage ?? `${event.service} ${event.operation}: ${event.errorCode}`;
  }
  return undefined;
}
