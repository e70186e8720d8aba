import type { Random } from "../../core/random";

/** Most events come within seconds, one in eight within two minutes; AWS promises no time. */
const MOSTLY_MS = 5_000;
const AT_WORST_MS = 120_000;
const ONE_IN = 8;
/** One in five comes twice. EventBridge delivers at least once. */
const TWICE_ONE_IN = 5;

/** How late an event is delivered, once or twice; milliseconds. */
export function looseDelays(chance: Random): readonly number[] {
  const delay = () => chance.next() * (chance.next() < 1 / ONE_IN ? AT_WORST_MS : MOSTLY_MS);
  const first = delay();
  return chance.next() < 1 / TWICE_ONE_IN ? [first, delay()] : [first];
}
