import type { Context } from "aws-lambda";
import type { Timing } from "./retry";

/** The part of Lambda's context that handlers use. */
export type InvocationContext = Pick<Context, "getRemainingTimeInMillis">;

/** Kept back at the end of an invocation to answer with what was not done. */
const ANSWER_MS = 1_000;
/** A record that has less than this is better left to the next delivery. */
const RECORD_MS = 2_000;

export interface Deadline {
  /** When the last call must have ended, in the timing's milliseconds. */
  readonly end: number;
  /**
   * Whether there is time to begin another record.
   *
   * @param ms what the record may take, in milliseconds; by default two seconds.
   */
  allowsStart(ms?: number): boolean;
}

export function deadlineOf(context: InvocationContext, timing: Pick<Timing, "now">): Deadline {
  const end = timing.now() + context.getRemainingTimeInMillis() - ANSWER_MS;
  return { end, allowsStart: (ms = RECORD_MS) => timing.now() + ms <= end };
}

/** Runs `work` for each item, at most `limit` at once, in order of start. `work` must not reject. */
export async function forEachAtOnce<T>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = items.values();
  const worker = async () => {
    for (const item of waiting) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
}
