import type { CloudEvent } from "./eventStream";

/**
 * What a person would want to know of at once: a function that fails, or that may not do what it tries. Refusals
 * that functions live with, such as a condition that does not hold, are none.
 */
export function troubleIn(event: CloudEvent): string | undefined {
  if (event.type === "invocation-ended" && event.outcome !== "succeeded" && event.outcome !== "throttled") {
    return `${event.functionName} ${event.outcome}: ${functionErrorIn(event)}`;
  }
  if (
    event.type === "request" &&
    event.caller.kind !== "administrator" &&
    event.errorCode?.includes("Denied") === true
  ) {
    return event.errorMessage ?? `${event.service} ${event.operation}: ${event.errorCode}`;
  }
  if (event.type === "event-not-encrypted")
    return `the event bus ${event.busName} could not encrypt a ${event.detailType}: ${event.errorMessage}`;
  return undefined;
}

/** Longer messages are cut: the whole one stands in the function's log. */
const MAX_MESSAGE = 300;

/** An invocation's error in one line: its type, the first line of its message, the place in the source. */
export function functionErrorIn(
  event: Pick<Extract<CloudEvent, { type: "invocation-ended" }>, "errorType" | "errorMessage" | "place">,
): string {
  const { errorType, errorMessage = "", place } = event;
  // Lambda's own begin with the request's id, which makes each of them another one.
  const [line = ""] = errorMessage.replace(/^RequestId: \S+ (?:Error: )?/, "").split("\n", 1);
  const short = line.length > MAX_MESSAGE ? `${line.slice(0, MAX_MESSAGE)}…` : line;
  // What Lambda says from outside, as of a time-out, says itself what it is.
  const type = errorType === undefined || /^(Sandbox\.|Runtime\.ExitError$)/.test(errorType) ? "" : errorType;
  const what = [type, short].filter((part) => part !== "").join(": ") || "no message";
  return place === undefined ? what : `${what}, at ${place}`;
}
