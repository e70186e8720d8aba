import type { Cancel, Cloud, CloudContext, Load } from "embedded-aws";
import { describeEvent } from "./describeScaler";
import { type FleetTally, type ScalerDemonstration, tallied, tallyOf } from "./fleetTally";
import type { ScalerSettings } from "./scalerSettings";

/** From running until an instance takes work: its application's own start. */
const BOOTSTRAP_MS = 60_000;

/** Far more than a tick, the metric's delay and a boot take together; beside what the scaler waits for by itself. */
const PATIENCE_MS = 60 * 60_000;
/** Doubling from one instance on, a fleet of a thousand takes ten steps, each after a warm-up. */
const STEPS = 10;

/** Why the load of this demonstration could not move the fleet; undefined when it can. */
export function nothingToShow(settings: ScalerSettings): string | undefined {
  if (settings.paused) return "it is paused";
  if (settings.scheduled)
    return "its limits follow the time of day, and a load of some minutes would prove nothing";
  if (settings.minInstances === 0) return "its fleet starts at 0 instances, and there is no CPU to measure";
  if (settings.maxInstances <= settings.minInstances) return "its minimum is its maximum";
  return undefined;
}

/**
 * Puts load on the scaler's fleet and takes it away again, telling each thing as it happens: the alarm, its
 * event, the decision, launches, recovery, scale-in. Waits for events, and for at most as long as the scaler's
 * own settings explain, by the cloud's clock. Rejects when `signal` aborts.
 */
export async function demonstrateScaler(
  { context, createLoad }: Pick<Cloud, "context" | "createLoad">,
  settings: ScalerSettings,
  tell: (line: string) => void,
  signal: AbortSignal,
): Promise<ScalerDemonstration> {
  const load = createLoad({
    fleetTags: { [settings.tag.key]: settings.tag.value },
    bootstrapMs: BOOTSTRAP_MS,
  });
  const watch = watchFleet(context, settings, load, tell, signal);
  try {
    const missed = await scenario(settings, load, watch);
    const { alarms, launched, peak, terminated, live } = watch.tally();
    return {
      alarms,
      launched,
      peak,
      maximum: settings.maxInstances,
      minimum: settings.minInstances,
      terminated,
      final: live.size,
      missed,
    };
  } finally {
    watch.stop();
    load.close();
  }
}

/** Goes through the demonstration; returns what did not happen in time, if anything. */
async function scenario(
  settings: ScalerSettings,
  load: Load,
  watch: ReturnType<typeof watchFleet>,
): Promise<string | undefined> {
  const { minInstances, maxInstances, targetCpuPercent, alarmCpuPercent } = settings;
  const setLoad = (instances: number, cpuPercent: number, what: string) => {
    const demand = (instances * cpuPercent) / 100;
    load.setDemand(demand);
    watch.tell(`${what}: work for ${demand.toFixed(1)} instances at full CPU`);
  };
  const inService = ({ live }: FleetTally) => load.inService() === live.size;

  setLoad(minInstances, targetCpuPercent / 2, "a quiet day");
  if (!(await watch.until((tally) => tally.live.size >= minInstances && inService(tally))))
    return `the fleet did not reach its minimum of ${minInstances}`;

  // Too much for the minimum, as the alarm sees it, and not too much for the maximum.
  setLoad((minInstances + maxInstances) / 2, alarmCpuPercent, "the load rises");
  if (!(await watch.until((tally) => tally.alarms > 0))) return "the alarm did not go off";
  // Instances that have just booted are idle, and bring the metric's average down before they are of any help.
  const recovered = ({ alarmState }: FleetTally) => alarmState === "OK" && load.cpu() <= alarmCpuPercent;
  if (!(await watch.until((tally) => recovered(tally) && inService(tally)))) return "the CPU did not recover";

  setLoad(minInstances, targetCpuPercent / 2, "the load falls");
  if (!(await watch.until((tally) => tally.launched - tally.terminated <= minInstances)))
    return `the fleet did not return to its minimum of ${minInstances}`;
  return undefined;
}

function watchFleet(
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
  const deadline = clock.now() + patience;

  return {
    tell: tellAt,
    tally: () => tally,
    /** True once `reached` holds; false when the time is up. Rejects when the signal aborts. */
    async until(reached: (tally: FleetTally) => boolean): Promise<boolean> {
      signal.throwIfAborted();
      const outcome = Promise.withResolvers<boolean>();
      const check = () => {
        if (reached(tally)) outcome.resolve(true);
      };
      const abort = () => outcome.reject(signal.reason as Error);
      const cancel = clock.after(deadline - clock.now(), () => outcome.resolve(false));
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
