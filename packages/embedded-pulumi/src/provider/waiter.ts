import { RunningClock, SteppedClock, type Clock } from "embedded-aws";

/**
 * Waits by the cloud's clock, in no real time while nothing is in flight: a deployment looks again and again whether an
 * instance has come or a role is known, and nobody need sit through that. A clock that is stepped is stepped, since whoever
 * steps it waits for the deployment.
 */
export function waiterOn(clock: Clock): (ms: number) => Promise<void> {
  if (clock instanceof RunningClock) return (ms) => clock.skip(ms);
  if (!(clock instanceof SteppedClock)) return (ms) => clock.sleep(ms);
  let last = Promise.resolve();
  return (ms) => (last = last.then(() => clock.advance(ms)));
}
