import type { BatchResult } from "./partialResponse";

/** Consecutive records of a shard that are invoked together, and how often they have failed so. */
export interface Segment<R> {
  readonly records: readonly R[];
  readonly failures: number;
}

export interface RetryRules {
  readonly bisect: boolean;
  /** -1: no bound. */
  readonly maximumRetryAttempts: number;
}

/** How an invocation for a segment ended. */
export type SegmentResult = BatchResult | { readonly kind: "throttled" };

export interface NextStep<R> {
  /** What must be handled next, before anything behind it in the shard. */
  readonly segments: readonly Segment<R>[];
  /** Given up; goes to the on-failure destination. */
  readonly discarded?: Segment<R>;
  readonly delayMs: number;
}

const FIRST_DELAY_MS = 500;
const MAX_DELAY_MS = 60_000;

/**
 * What follows from an invocation (Lambda developer guide, "DynamoDB streams: error handling"): a reported
 * failure starts again at the lowest failed record; a failed batch is halved when bisecting is on, which costs
 * no attempt, else tried again as it is until its attempts are used up.
 */
export function afterInvocation<R>(
  segment: Segment<R>,
  result: SegmentResult,
  identifierOf: (record: R) => string,
  rules: RetryRules,
): NextStep<R> {
  switch (result.kind) {
    case "succeeded":
      return { segments: [], delayMs: 0 };
    case "throttled":
      return { segments: [segment], delayMs: FIRST_DELAY_MS };
    case "partly-failed": {
      const lowest = segment.records.findIndex((record) => result.failed.has(identifierOf(record)));
      return lowest <= 0
        ? afterFailure(segment, rules)
        : retry({ records: segment.records.slice(lowest), failures: 1 }, rules);
    }
    case "failed":
      return afterFailure(segment, rules);
  }
}

function afterFailure<R>({ records, failures }: Segment<R>, rules: RetryRules): NextStep<R> {
  if (rules.bisect && records.length > 1) {
    const middle = Math.ceil(records.length / 2);
    const halves = [records.slice(0, middle), records.slice(middle)];
    return { segments: halves.map((half) => ({ records: half, failures })), delayMs: 0 };
  }
  return retry({ records, failures: failures + 1 }, rules);
}

function retry<R>(segment: Segment<R>, { maximumRetryAttempts }: RetryRules): NextStep<R> {
  if (maximumRetryAttempts >= 0 && segment.failures > maximumRetryAttempts) {
    return { segments: [], discarded: segment, delayMs: 0 };
  }
  return {
    segments: [segment],
    delayMs: Math.min(FIRST_DELAY_MS * 2 ** (segment.failures - 1), MAX_DELAY_MS),
  };
}
