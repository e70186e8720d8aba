import type { Clock } from "../../core/clock";
import type { Queue } from "./queues";

export interface LongPoll {
  readonly clock: Clock;
  readonly queue: Queue;
  /** 0 for a short poll: one attempt. */
  readonly waitMs: number;
  /** Ends the wait early, empty-handed. */
  readonly signal: AbortSignal;
}

/**
 * Repeats `attempt` until it returns something: at once, and again whenever the queue may have something new.
 * Undefined once the time is over or the receiver has gone; it never takes a message for a receiver that has.
 */
export async function longPoll<T>({ clock, queue, waitMs, signal }: LongPoll, attempt: () => T | undefined) {
  const deadline = clock.now() + waitMs;
  while (!signal.aborted) {
    const result = attempt();
    if (result !== undefined) return result;
    const now = clock.now();
    if (now >= deadline) return undefined;
    const wakeAt = Math.min(deadline, queue.messages.nextVisibleAt() ?? Infinity);
    await wakeUp(clock, wakeAt - now, queue, signal);
  }
  return undefined;
}

/** Resolves after `delayMs`, at an arrival, or when `signal` aborts, whichever comes first. */
function wakeUp(clock: Clock, delayMs: number, queue: Queue, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      cancelTimer();
      stopListening();
      signal.removeEventListener("abort", done);
      resolve();
    };
    const cancelTimer = clock.after(delayMs, done);
    const stopListening = queue.arrivals.onNext(done);
    signal.addEventListener("abort", done, { once: true });
  });
}
