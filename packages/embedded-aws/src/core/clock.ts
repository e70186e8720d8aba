import { TimerQueue } from "./timerQueue";

/** Takes back a timer; does nothing once the timer has fired. */
export type Cancel = () => void;

/**
 * The one source of time for everything in the embedded cloud. Times are milliseconds since the Unix epoch.
 *
 * Work in flight (an invocation, a delivery) is told to the clock with `busy`, so that a sped-up clock runs
 * at real speed meanwhile and a stepped clock waits for it: no function ever sees its own run time inflated.
 */
export interface Clock {
  now(): number;
  /** Runs `fire` once `delayMs` have passed on this clock; a negative delay counts as 0. */
  after(delayMs: number, fire: () => void): Cancel;
  /** Resolves once `delayMs` have passed, or at once when `signal` aborts. Never rejects. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>;
  /** Marks `work` as in flight until it settles, and passes its outcome on. */
  busy<T>(work: Promise<T>): Promise<T>;
  /** How fast this clock runs just now, in its own seconds per real second; 0 when it is stopped. */
  rate(): number;
  /** Drops every timer. */
  close(): void;
}

/** `Clock.sleep`, of any clock that has timers. */
export function sleepOn(clock: Pick<Clock, "after">, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) {
      resolve();
      return;
    }
    const done = () => {
      cancel();
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const cancel = clock.after(delayMs, done);
    signal?.addEventListener("abort", done, { once: true });
  });
}

/** How long a step waits for what a timer has started, in real milliseconds. */
const MOST_WAIT_MS = 5_000;
/** How often a skip looks whether what is in flight is over, in real milliseconds. */
const IN_FLIGHT_LOOK_MS = 5;
/** Work that a timer or another piece of work has just started marks itself busy so many turns of the event loop later. */
const QUIET_TURNS = 3;

/**
 * A clock that runs by itself: at `speed` of its own seconds per real second while nothing is in flight, and
 * at real speed while something is.
 */
export class RunningClock implements Clock {
  readonly #timers = new TimerQueue();
  #speed: number;
  #paused = false;
  #closed = false;
  #inFlight = 0;
  #base: number;
  #realBase: number;
  #alarm: NodeJS.Timeout | undefined;

  /**
   * @param speed at least 1; 1 is real time.
   * @param start what it shows first; by default the machine's time.
   */
  constructor(speed = 1, start = Date.now()) {
    this.#speed = checkedSpeed(speed);
    this.#base = start;
    this.#realBase = performance.now();
  }

  now(): number {
    return this.#base + (performance.now() - this.#realBase) * this.rate();
  }

  rate(): number {
    return this.#inFlight > 0 ? 1 : this.#paused ? 0 : this.#speed;
  }

  /** As set, whatever is in flight just now. */
  get speed(): number {
    return this.#speed;
  }

  get paused(): boolean {
    return this.#paused;
  }

  after(delayMs: number, fire: () => void): Cancel {
    const timer = this.#timers.add(this.now() + Math.max(0, delayMs), fire);
    if (this.#timers.next() === timer) this.#arm();
    return () => this.#timers.remove(timer);
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return sleepOn(this, delayMs, signal);
  }

  async busy<T>(work: Promise<T>): Promise<T> {
    this.#changeRate(() => this.#inFlight++);
    try {
      return await work;
    } finally {
      this.#changeRate(() => this.#inFlight--);
    }
  }

  /** Runs at another speed from now on; at least 1. */
  setSpeed(speed: number): void {
    checkedSpeed(speed);
    this.#changeRate(() => (this.#speed = speed));
  }

  /** Stands still from now on, once what is in flight is over; `false` goes on at the speed that was set. */
  pause(paused = true): void {
    this.#changeRate(() => (this.#paused = paused));
  }

  /**
   * Goes `ms` forward at once, firing each timer at its time. After each it waits until nothing is in flight, and
   * no longer than `MOST_WAIT_MS`, since what is in flight may wait for the clock itself.
   */
  async step(ms: number): Promise<void> {
    const end = this.now() + ms;
    for (let next = this.#timers.next(); next !== undefined && next.at <= end; next = this.#timers.next()) {
      this.#jumpTo(Math.max(this.now(), next.at));
      this.#timers.remove(next);
      next.fire();
      const deadline = performance.now() + MOST_WAIT_MS;
      do await new Promise((resolve) => setImmediate(resolve));
      while (this.#inFlight > 0 && performance.now() < deadline);
    }
    this.#jumpTo(Math.max(this.now(), end));
    this.#arm();
  }

  /**
   * As `sleep`, but while nothing is in flight it goes at once to the next timer, or to the end: for waits that nobody need
   * sit through. Work in flight sees real time.
   */
  async skip(ms: number): Promise<void> {
    const end = this.now() + ms;
    while (this.now() < end && !this.#closed) {
      if (!(await this.#isIdle())) {
        await new Promise((resolve) => setTimeout(resolve, IN_FLIGHT_LOOK_MS).unref());
        continue;
      }
      this.#jumpTo(Math.max(this.now(), Math.min(end, this.#timers.next()?.at ?? end)));
      this.#fireDue();
    }
  }

  /** Whether nothing is in flight, nor anything that marks itself so a few turns after the timer that began it. */
  async #isIdle(): Promise<boolean> {
    for (let turn = 0; turn < QUIET_TURNS; turn++) {
      if (this.#inFlight > 0 || this.#paused) return false;
      await new Promise((resolve) => setImmediate(resolve));
    }
    return this.#inFlight === 0 && !this.#paused;
  }

  #jumpTo(at: number): void {
    this.#base = at;
    this.#realBase = performance.now();
  }

  close(): void {
    this.#closed = true;
    this.#timers.clear();
    clearTimeout(this.#alarm);
  }

  /** Goes on from the present time, at whatever rate there is after `change`. */
  #changeRate(change: () => void): void {
    const before = this.rate();
    const now = this.now();
    change();
    if (this.rate() === before) return;
    this.#base = now;
    this.#realBase = performance.now();
    this.#arm();
  }

  #arm(): void {
    clearTimeout(this.#alarm);
    const next = this.#timers.next();
    if (next === undefined || this.rate() === 0) return;
    // Node's timers hold 31 bits of milliseconds; a longer wait wakes early and arms again.
    const wait = Math.min(Math.max(0, (next.at - this.now()) / this.rate()), 2 ** 31 - 1);
    this.#alarm = setTimeout(() => {
      this.#fireDue();
    }, wait);
  }

  #fireDue(): void {
    for (let next = this.#timers.next(); next !== undefined; next = this.#timers.next()) {
      // Node may wake up to a millisecond early.
      if (next.at > this.now() + 1) break;
      this.#timers.remove(next);
      next.fire();
    }
    this.#arm();
  }
}

function checkedSpeed(speed: number): number {
  if (!(speed >= 1)) throw new RangeError(`speed: got ${speed}; expected a number of at least 1`);
  return speed;
}

/** A clock that stands still until a test steps it. */
export class SteppedClock implements Clock {
  readonly #timers = new TimerQueue();
  #now: number;
  #inFlight = 0;
  #idle: (() => void)[] = [];

  constructor(start = Date.UTC(2026, 0, 1)) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  rate(): number {
    return 0;
  }

  after(delayMs: number, fire: () => void): Cancel {
    const timer = this.#timers.add(this.#now + Math.max(0, delayMs), fire);
    return () => this.#timers.remove(timer);
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return sleepOn(this, delayMs, signal);
  }

  async busy<T>(work: Promise<T>): Promise<T> {
    this.#inFlight++;
    try {
      return await work;
    } finally {
      this.#inFlight--;
      if (this.#inFlight === 0) {
        const waiting = this.#idle;
        this.#idle = [];
        for (const wake of waiting) wake();
      }
    }
  }

  /** Steps `ms` forward, firing each timer at its time and waiting after each until nothing is in flight. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await this.settle();
    for (;;) {
      const next = this.#timers.next();
      if (next === undefined || next.at > end) break;
      this.#timers.remove(next);
      this.#now = Math.max(this.#now, next.at);
      next.fire();
      await this.settle();
    }
    this.#now = end;
  }

  /** Resolves once nothing is in flight; time stands still meanwhile. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < QUIET_TURNS; quiet++) {
      await new Promise((resolve) => setImmediate(resolve));
      while (this.#inFlight > 0) {
        await new Promise<void>((resolve) => this.#idle.push(resolve));
        quiet = 0;
      }
    }
  }

  close(): void {
    this.#timers.clear();
  }
}
