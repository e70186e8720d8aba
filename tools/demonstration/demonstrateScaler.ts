import type { Cloud, Load } from "embedded-aws";
import type { FleetTally, ScalerDemonstration } from "./fleetTally";
import { quietDemand, quietSize } from "./quiet";
import type { ScalerSettings } from "./scalerSettings";
import { BOOTSTRAP_MS, watchFleet, type FleetWatch } from "./watchFleet";

/** Why the load of this demonstration could not move the fleet; undefined when it can. */
export function nothingToShow(settings: ScalerSettings): string | undefined {
  if (settings.paused) return "it is paused";
  // What is given beside it does not count then, and the hours are shown instead.
  if (settings.schedule.length > 0) return undefined;
  if (settings.minInstances === 0) return "its fleet starts at 0 instances, and there is no CPU to measure";
  if (settings.maxInstances <= settings.minInstances) return "its minimum is its maximum";
  if (settings.maxInstances <= quietSize(settings, settings)) return "its reserve is as large as its maximum";
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
      minimum: quietSize(settings, settings),
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
  watch: FleetWatch,
): Promise<string | undefined> {
  const { maxInstances, alarmCpuPercent, reserveInstances } = settings;
  const setLoad = (demand: number, what: string) => {
    load.setDemand(demand);
    watch.tell(`${what}: work for ${demand.toFixed(1)} instances at full CPU`);
  };
  const inService = ({ live }: FleetTally) => load.inService() === live.size;
  const [quiet, size] = [quietDemand(settings, settings), quietSize(settings, settings)];
  // An instance for the load, and the reserve; what the reserve does by itself may want another.
  const leastSize =
    reserveInstances === 0 ? size : Math.min(size, Math.max(settings.minInstances, reserveInstances + 1));
  const itsSize =
    reserveInstances === 0 ? `its minimum of ${size}` : `${size}, with its reserve of ${reserveInstances}`;

  setLoad(quiet, "a quiet day");
  if (!(await watch.until((tally) => tally.live.size >= leastSize && inService(tally))))
    return `the fleet did not reach ${itsSize}`;

  // Too much for the fleet of a quiet day, as the alarm sees it, and not too much for the maximum.
  setLoad(((size + maxInstances) / 2) * (alarmCpuPercent / 100), "the load rises");
  if (!(await watch.until((tally) => tally.alarms > 0))) return "the alarm did not go off";
  // Instances that have just booted are idle, and bring the metric's average down before they are of any help.
  const recovered = ({ alarmState }: FleetTally) => alarmState === "OK" && load.cpu() <= alarmCpuPercent;
  if (!(await watch.until((tally) => recovered(tally) && inService(tally)))) return "the CPU did not recover";

  setLoad(quiet, "the load falls");
  if (!(await watch.until((tally) => tally.launched - tally.terminated <= size)))
    return `the fleet did not return to ${itsSize}`;
  return undefined;
}
