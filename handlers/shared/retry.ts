import { isPassing } from "./failure";

/** Time as a function sees it, in milliseconds; tests step it. */
export interface Timing {
  now(): number;
  sleep(milliseconds: number): Promise<void>;
  /** A number from 0 (included) to 1 (excluded). */
  random(): number;
}

export const realTiming: Timing = {
  now: () => Date.now(),
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  random: () => Math.random(),
};

const FIRST_BACKOFF_MS = 25;
const LONGEST_BACKOFF_MS = 2_000;

/** Passes, as every other lack of time: the next delivery has a time of its own. */
function timeIsOver(): DOMException {
  return new DOMException("the function's time is over", "TimeoutError");
}

/**
 * Calls until it succeeds, fails for good, or no time is left to wait and call once more. Waits grow twofold
 * and are drawn evenly from 0 to their limit ("full jitter"), so that writers who met once do not meet again. Calls not at
 * all once the deadline is over.
 *
 * @throws what the last call failed with; `TimeoutError` where it was cut short, or none was made.
 * @param deadline when the last call must have ended, in the timing's milliseconds.
 * @param call gets a signal that aborts at the deadline, and which attempt it is, from 1.
 * @param lastStart when the last attempt must have begun; by default the deadline. Earlier where a call that is cut short
 * costs more than one that is not made.
 */
export async function retryUntil<T>(
  deadline: number,
  timing: Timing,
  call: (signal: AbortSignal, attempt: number) => Promise<T>,
  lastStart: number = deadline,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const left = deadline - timing.now();
    if (left <= 0) throw timeIsOver();
    // What AbortSignal.timeout() does, at a third of its price: that one is left to the garbage collector.
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(timeIsOver()), Math.ceil(left));
    try {
      return await call(controller.signal, attempt);
    } catch (error) {
      // Clients tell of an abort by its own name, which says neither whose it was nor that it passes.
      if (controller.signal.aborted) throw timeIsOver();
      const limit = Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (attempt - 1));
      const wait = timing.random() * limit;
      if (!isPassing(error) || timing.now() + wait >= Math.min(lastStart, deadline)) throw error;
      await timing.sleep(wait);
    } finally {
      clearTimeout(timer);
    }
  }
}

/**
 * How every AWS client here waits. A call that hangs is given up after seconds, not after the SDK's default of
 * never, and retries are left to `retryUntil`, which knows the function's deadline: the SDK alone may sleep 7
 * seconds for a throttled call.
 */
export const clientConfig = {
  maxAttempts: 1,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 3_000, throwOnRequestTimeout: true },
} as const;

/** What the SDK keeps open at once, and so how many records are worth starting together. */
export const SOCKETS = 50;
