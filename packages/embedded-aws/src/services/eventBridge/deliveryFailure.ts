import type { AwsError } from "../../core/errors";

/** How a delivery failed, in the words of the dead-letter queue's `ERROR_CODE`. */
export type DeliveryErrorCode =
  "NO_PERMISSIONS" | "NO_RESOURCE" | "THROTTLING" | "INTERNAL_ERROR" | "ERROR_FROM_TARGET";

export interface DeliveryFailure {
  readonly code: DeliveryErrorCode;
  readonly message: string;
  /** Whether EventBridge tries again: not where permission or the target itself is missing. */
  readonly retried: boolean;
}

export function deliveryFailure(error: AwsError): DeliveryFailure {
  const { code, message } = error;
  if (/^AccessDenied|^AuthorizationError/.test(code))
    return { code: "NO_PERMISSIONS", message, retried: false };
  if (/NotFound|DoesNotExist|NonExistent/.test(code)) return { code: "NO_RESOURCE", message, retried: false };
  if (/Thrott|TooManyRequests/.test(code)) return { code: "THROTTLING", message, retried: true };
  if (error.status >= 500) return { code: "INTERNAL_ERROR", message, retried: true };
  return { code: "ERROR_FROM_TARGET", message, retried: false };
}

/** Defaults and bounds of a target's retry policy: EventBridge user guide, "How EventBridge retries delivering events". */
const DEFAULT_RETRY_ATTEMPTS = 185;
const DEFAULT_EVENT_AGE_MS = 86_400_000;
const FIRST_DELAY_MS = 1_000;
/** With 185 attempts this fills the 24 hours. */
const LONGEST_DELAY_MS = 480_000;

export interface RetryPolicy {
  readonly MaximumRetryAttempts?: number | undefined;
  readonly MaximumEventAgeInSeconds?: number | undefined;
}

export type RetryDecision =
  | { readonly kind: "retry"; readonly delayMs: number }
  | { readonly kind: "give-up"; readonly exhausted?: "MaximumRetryAttempts" | "MaximumEventAgeInSeconds" };

/**
 * What to do after a failed attempt, when `retries` were made before it and the event is `ageMs` old. Delays
 * double, with jitter: `random` is a number in [0, 1).
 */
export function decideRetry(
  policy: RetryPolicy,
  failure: DeliveryFailure,
  retries: number,
  ageMs: number,
  random: number,
): RetryDecision {
  if (!failure.retried) return { kind: "give-up" };
  if (retries >= (policy.MaximumRetryAttempts ?? DEFAULT_RETRY_ATTEMPTS)) {
    return { kind: "give-up", exhausted: "MaximumRetryAttempts" };
  }
  const longest = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** retries);
  const delayMs = longest * (0.5 + random / 2);
  const maximumAge =
    policy.MaximumEventAgeInSeconds === undefined
      ? DEFAULT_EVENT_AGE_MS
      : policy.MaximumEventAgeInSeconds * 1000;
  if (ageMs + delayMs > maximumAge) return { kind: "give-up", exhausted: "MaximumEventAgeInSeconds" };
  return { kind: "retry", delayMs };
}
