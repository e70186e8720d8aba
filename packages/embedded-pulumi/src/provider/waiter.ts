import { RunningClock, SteppedClock, type Clock } from "embedded-aws";

/** Waits that are for instances, which come and go in half a minute; shorter ones are for what settles in a second. */
const LONG_MS = 5_000;

/**
 * Waits by the cloud's clock; long, in no real time while nothing is in flight, since nobody need sit through that. What is
 * short passes as it does, and leaves the cloud's time where the machine's is. A clock that is stepped is stepped, since
 * whoever steps it waits for the deployment.
 */
export function waiterOn(clock: Clock): (ms: number) => Promise<void> {
  if (clock instanceof RunningClock) return (ms) => (ms < LONG_MS ? clock.sleep(ms) : clock.skip(ms));
  if (!(clock instanceof SteppedClock)) return (ms) => clock.sleep(ms);
  let last = Promise.resolve();
  return (ms) => (last = last.then(() => clock.advance(ms)));
}
