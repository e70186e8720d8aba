import { RunningClock, SteppedClock, type Clock } from "embedded-aws";

/** Waits that are for machines, which come and go in seconds, and not for the cloud to settle. */
const LONG_MS = 5_000;
/** How fast the clock runs through those, in its own seconds per real second. */
const SPEED = 300;

/**
 * Waits by the cloud's clock, of whose time no real time need pass while nothing is in flight: one that is stepped is
 * stepped, since whoever steps it waits for the deployment; one that runs is hurried through what takes long, and then
 * runs on as fast as before.
 */
export function waiterOn(clock: Clock): (ms: number) => Promise<void> {
  if (clock instanceof SteppedClock) {
    let last = Promise.resolve();
    return (ms) => (last = last.then(() => clock.advance(ms)));
  }
  if (clock instanceof RunningClock) {
    const hurry = hurrierOf(clock);
    return (ms) => (ms < LONG_MS ? clock.sleep(ms) : hurry(ms));
  }
  return (ms) => clock.sleep(ms);
}

function hurrierOf(clock: RunningClock): (ms: number) => Promise<void> {
  let waiting = 0;
  let before = clock.speed;
  return async (ms) => {
    if (waiting++ === 0) {
      before = clock.speed;
      clock.setSpeed(Math.max(before, SPEED));
    }
    try {
      await clock.sleep(ms);
    } finally {
      // Somebody else may have set it meanwhile.
      if (--waiting === 0 && clock.speed === SPEED) clock.setSpeed(before);
    }
  };
}
