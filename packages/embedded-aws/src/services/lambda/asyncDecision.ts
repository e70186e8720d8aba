/** What becomes of an event of an asynchronous invocation after an attempt. */
export type AsyncDecision =
  | { readonly kind: "retry"; readonly delayMs: number }
  | { readonly kind: "give-up"; readonly condition: "RetriesExhausted" | "EventAgeExceeded" };

export interface AsyncLimits {
  readonly maximumRetryAttempts: number;
  readonly maximumEventAgeMs: number;
}

/** Delay before the first and the second retry: Lambda developer guide, "How Lambda handles errors and retries". */
const RETRY_DELAYS_MS = [60_000, 120_000];
/** A throttled event comes back after 1 second at first, at longest after 5 minutes. */
const FIRST_THROTTLE_DELAY_MS = 1000;
const MAX_THROTTLE_DELAY_MS = 5 * 60_000;

/**
 * @param functionErrors attempts of this event that the function has failed so far, the last one included.
 * @param ageMs since the event was accepted.
 */
export function afterFunctionError(
  functionErrors: number,
  ageMs: number,
  limits: AsyncLimits,
): AsyncDecision {
  if (functionErrors > limits.maximumRetryAttempts) return { kind: "give-up", condition: "RetriesExhausted" };
  return withinAge(RETRY_DELAYS_MS[functionErrors - 1] ?? 120_000, ageMs, limits);
}

/** Throttles do not count as attempts: the event is tried again until it is too old. */
export function afterThrottle(throttlesInARow: number, ageMs: number, limits: AsyncLimits): AsyncDecision {
  const delayMs = Math.min(FIRST_THROTTLE_DELAY_MS * 2 ** (throttlesInARow - 1), MAX_THROTTLE_DELAY_MS);
  return withinAge(delayMs, ageMs, limits);
}

function withinAge(delayMs: number, ageMs: number, limits: AsyncLimits): AsyncDecision {
  return ageMs + delayMs > limits.maximumEventAgeMs
    ? { kind: "give-up", condition: "EventAgeExceeded" }
    : { kind: "retry", delayMs };
}
