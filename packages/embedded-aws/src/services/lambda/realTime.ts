/**
 * The one place in the embedded cloud that reads real time. An invocation is real work by a real process: it
 * takes as long as it takes, whether the cloud's clock stands still, is stepped, or is sped up. So how long a
 * function ran, and when it has had its time, can only be told by the machine's own clock.
 */
export interface Stopwatch {
  /** Milliseconds since `startStopwatch`. */
  elapsedMs(): number;
}

export function startStopwatch(): Stopwatch {
  const startedAt = performance.now();
  return { elapsedMs: () => performance.now() - startedAt };
}

/** Runs `fire` after `ms` real milliseconds; returns what takes it back. */
export function afterRealTime(ms: number, fire: () => void): () => void {
  const timer = setTimeout(fire, ms);
  return () => clearTimeout(timer);
}
