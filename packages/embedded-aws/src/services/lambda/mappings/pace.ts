/** How fast a queue's poller works: batches at one time, and the pause before the next receive. */
export interface Pace {
  readonly concurrency: number;
  readonly delayMs: number;
}

/** Lambda starts with five batches at one time. */
const INITIAL_CONCURRENCY = 5;
const FIRST_DELAY_MS = 1000;
const MAX_DELAY_MS = 60_000;

export function initialPace(maxConcurrency: number): Pace {
  return { concurrency: Math.min(INITIAL_CONCURRENCY, maxConcurrency), delayMs: 0 };
}

/** A batch that was handled, if only in part, lets the poller recover, and then grow. */
export function faster({ concurrency, delayMs }: Pace, maxConcurrency: number): Pace {
  const halved = Math.floor(delayMs / 2);
  return {
    concurrency: Math.min(concurrency + 1, maxConcurrency),
    delayMs: halved < FIRST_DELAY_MS ? 0 : halved,
  };
}

/** A function that throws, or that is throttled, makes the poller back off. AWS publishes no figures for it. */
export function slower({ concurrency, delayMs }: Pace): Pace {
  return {
    concurrency: Math.max(1, Math.floor(concurrency / 2)),
    delayMs: Math.min(Math.max(FIRST_DELAY_MS, delayMs * 2), MAX_DELAY_MS),
  };
}
