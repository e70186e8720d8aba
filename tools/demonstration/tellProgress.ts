import type { Cancel, Clock } from "embedded-aws";

/** Often enough that a person sees that it moves, seldom enough that an hour's log can be read. */
const EVERY_MS = 10_000;

/** Calls `tell` every ten seconds of the clock until it is told to end. */
export function tellProgress(clock: Clock, tell: () => void): Cancel {
  let cancel: Cancel;
  const arm = () => {
    cancel = clock.after(EVERY_MS, () => {
      tell();
      arm();
    });
  };
  arm();
  return () => cancel();
}
