import { RunningClock, type Cancel, type Clock } from "embedded-aws";
import { sleepOn } from "embedded-aws/support";

interface Timer {
  readonly at: number;
  readonly fire: () => void;
  cancel: Cancel;
}

/**
 * A clock that runs fast while nothing is in flight, and that can jump ahead while something is: visibility timeouts end
 * under the hands of whoever holds the messages, signatures age, schedules fall due at once.
 */
export class LeapingClock implements Clock {
  readonly #running: Clock;
  readonly #timers = new Set<Timer>();
  #ahead = 0;

  /** @param running what it is ahead of. */
  constructor(running: Clock | number) {
    this.#running = typeof running === "number" ? new RunningClock(running) : running;
  }

  now(): number {
    return this.#running.now() + this.#ahead;
  }

  rate(): number {
    return this.#running.rate();
  }

  after(delayMs: number, fire: () => void): Cancel {
    const timer: Timer = { at: this.now() + Math.max(0, delayMs), fire, cancel: () => undefined };
    this.#timers.add(timer);
    this.#arm(timer);
    return () => {
      this.#timers.delete(timer);
      timer.cancel();
    };
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return sleepOn(this, delayMs, signal);
  }

  busy<T>(work: Promise<T>): Promise<T> {
    return this.#running.busy(work);
  }

  /** It is `ms` milliseconds later from now on. What fell due meanwhile fires in its order. */
  leap(ms: number): void {
    this.#ahead += ms;
    for (const timer of [...this.#timers].sort((a, b) => a.at - b.at)) {
      timer.cancel();
      this.#arm(timer);
    }
  }

  close(): void {
    this.#timers.clear();
    this.#running.close();
  }

  #arm(timer: Timer): void {
    timer.cancel = this.#running.after(timer.at - this.now(), () => {
      this.#timers.delete(timer);
      timer.fire();
    });
  }
}
