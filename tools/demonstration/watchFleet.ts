import type { Cancel, CloudContext, Load } from "embedded-aws";
import { describeEvent } from "./describeScaler";
import { type FleetTally, tallied, tallyOf } from "./fleetTally";
import type { ScalerSettings } from "./scalerSettings";

/** From running until an instance takes work: its application's own start. */
export const BOOTSTRAP_MS = 60_000;

/** Far more than a tick, the metric's delay and a boot take together; beside what the scaler waits for by itself. */
const PATIENCE_MS = 60 * 60_000;
/** Doubling from one instance on, a fleet of a thousand takes ten steps, each after a warm-up. */
const STEPS = 10;

export type FleetWatch = ReturnType<typeof watchFleet>;

/**
 * Tells what happens to a fleet, with the cloud's time, and waits for it: for as long as the scaler's own settings
 * explain, by the cloud's clock.
 */
export function watchFleet(
  { clock, events }: CloudContext,
  settings: ScalerSettings,
  load: Load,
  tell: (line: string) => void,
  signal: AbortSignal,
) {
  let tally = tallyOf(load.live());
  const look = new Set<() => void>();
  const cancels: Cancel[] = [];
  const lookAgain = () => {
    for (const check of look) check();
  };
  const tellAt = (line: string) => tell(`  ${new Date(clock.now()).toISOString().slice(11, 19)}  ${line}`);
  let told = -1;
  const tellService = () => {
    // Instances that were launched together come into service together.
    if (load.inService() === told) return;
    told = load.inService();
    tellAt(`${told} of ${tally.live.size} instances in service, CPU ${Math.round(load.cpu())} %`);
  };

  const unsubscribe = events.subscribe((event) => {
    const before = tally;
    tally = tallied(before, event, settings);
    const line = describeEvent(event, settings, tally);
    if (line !== undefined) tellAt(line);
    if (
      event.type === "instance-state-changed" &&
      event.state === "running" &&
      tally.live.has(event.instanceId)
    ) {
      const cancel = clock.after(BOOTSTRAP_MS, () => {
        tellService();
        lookAgain();
      });
      cancels.push(cancel);
    }
    lookAgain();
  });
  const patience = PATIENCE_MS + 1000 * (STEPS * settings.warmupSeconds + 2 * settings.scaleInAfterSeconds);
  let begun = clock.now();

  return {
    tell: tellAt,
    tally: () => tally,
    /** Gives what is waited for from now on the whole time again. */
    beginAnew(): void {
      begun = clock.now();
    },
    /** True once `reached` holds; false when the time is up. Rejects when the signal aborts. */
    async until(reached: (tally: FleetTally) => boolean): Promise<boolean> {
      signal.throwIfAborted();
      const outcome = Promise.withResolvers<boolean>();
      const check = () => {
        if (reached(tally)) outcome.resolve(true);
      };
      const abort = () => outcome.reject(signal.reason as Error);
      const cancel = clock.after(begun + patience - clock.now(), () => outcome.resolve(false));
      look.add(check);
      signal.addEventListener("abort", abort, { once: true });
      try {
        check();
        return await outcome.promise;
      } finally {
        cancel();
        look.delete(check);
        signal.removeEventListener("abort", abort);
      }
    },
    stop(): void {
      unsubscribe();
      for (const cancel of cancels) cancel();
    },
  };
}
