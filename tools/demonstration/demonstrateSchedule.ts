import type { Cloud } from "embedded-aws";
import type { Limits } from "../../handlers/scaling/schedule";
import type { FleetTally } from "./fleetTally";
import { limitsInForce, nextChange } from "./scheduledLimits";
import { quietDemand, quietSize } from "./quiet";
import type { ScalerSettings } from "./scalerSettings";
import { BOOTSTRAP_MS, watchFleet } from "./watchFleet";

/** So often limits are tried: those that change while they are shown are not counted. */
const ATTEMPTS = 3;
/** The limits in force, and those after them. */
const SHOWN = 2;
/** The next change is waited for when it comes within a day of the cloud. */
const MOST_WAIT_MS = 24 * 60 * 60_000;
/** What was decided under the limits before may be launched so long after they have changed. */
const AFTERMATH_MS = 2 * 60_000;

/** How large a fleet was under some limits, all in instances. */
interface LimitsShown {
  readonly minimum: number;
  readonly maximum: number;
  /** What it did with next to nothing to do: the minimum, or its reserve and an instance. */
  readonly idle: number;
  /** What it did with as much as the maximum can do; undefined where the load was not raised. */
  readonly busy: number | undefined;
}

/** What the demonstration of a fleet whose limits follow the time of day has shown in the end. */
export interface ScheduleDemonstration extends Pick<
  FleetTally,
  "alarms" | "launched" | "peak" | "terminated"
> {
  /** One after the other, as they came into force. */
  readonly limits: readonly LimitsShown[];
  /** Launches beyond the maximum that was in force. */
  readonly beyondMaximum: number;
  /** Instances that are left. */
  readonly final: number;
  /** What had not happened by the time that it should have; undefined when everything did. */
  readonly missed: string | undefined;
}

/** Whether a fleet came to a limit, which is so many instances. */
interface Reached {
  readonly reached: boolean;
  readonly size: number;
}

/**
 * Shows that a fleet keeps to the limits of the hour: idle it has the minimum, busy the maximum, and when the schedule
 * names others, those. Waits for the next change by the cloud's clock, which so had better run fast. Rejects when `signal` aborts.
 */
export async function demonstrateSchedule(
  { context, createLoad }: Pick<Cloud, "context" | "createLoad">,
  settings: ScalerSettings,
  tell: (line: string) => void,
  signal: AbortSignal,
): Promise<ScheduleDemonstration> {
  const { clock, events } = context;
  const load = createLoad({
    fleetTags: { [settings.tag.key]: settings.tag.value },
    bootstrapMs: BOOTSTRAP_MS,
  });
  const watch = watchFleet(context, settings, load, tell, signal);
  const inForce = () => limitsInForce(settings, clock.now());
  let beyondMaximum = 0;
  const unsubscribe = events.subscribe((event) => {
    if (event.type !== "instance-state-changed" || event.state !== "pending") return;
    const { live } = watch.tally();
    const before = limitsInForce(settings, clock.now() - AFTERMATH_MS);
    const most = Math.max(inForce().maxInstances, before.maxInstances);
    if (live.has(event.instanceId) && live.size > most) beyondMaximum++;
  });
  const setDemand = (demand: number, what: string) => {
    load.setDemand(demand);
    watch.tell(`${what}: work for ${demand.toFixed(1)} instances at full CPU`);
  };
  const isAt = (limit: keyof Limits) => {
    const { size } = watch.tally().live;
    return limit === "maxInstances"
      ? size === inForce().maxInstances
      : size >= inForce().minInstances && size <= quietSize(inForce(), settings);
  };
  // At the limit and not on its way through it.
  const comesTo = async (limit: keyof Limits): Promise<Reached> => {
    let reached: boolean;
    do {
      reached = await watch.until(() => isAt(limit));
      await clock.sleep(AFTERMATH_MS, signal);
      signal.throwIfAborted();
    } while (reached && !isAt(limit));
    return { reached, size: reached ? watch.tally().live.size : inForce()[limit] };
  };
  const limits: LimitsShown[] = [];
  let missed: string | undefined;
  try {
    for (let attempt = 0; attempt < ATTEMPTS && limits.length < SHOWN; attempt++) {
      watch.beginAnew();
      const before = inForce();
      const shown = await showLimits(before, settings, setDemand, comesTo);
      if ("missed" in shown) {
        missed = shown.missed;
        break;
      }
      const after = inForce();
      const changed =
        before.minInstances !== after.minInstances || before.maxInstances !== after.maxInstances;
      // Others came into force meanwhile: what was seen is of neither.
      if (changed) continue;
      limits.push(shown);
      const next = limits.length < SHOWN ? nextChange(settings, clock.now(), MOST_WAIT_MS) : undefined;
      if (next === undefined) break;
      setDemand(
        quietDemand(before, settings),
        `these limits hold until ${new Date(next.at).toISOString().slice(0, 16)} UTC; the clock goes on`,
      );
      await clock.sleep(next.at - clock.now(), signal);
      signal.throwIfAborted();
    }
    const { alarms, launched, peak, terminated, live } = watch.tally();
    return { alarms, launched, peak, terminated, limits, beyondMaximum, final: live.size, missed };
  } finally {
    unsubscribe();
    watch.stop();
    load.close();
  }
}

/** What the fleet does under the limits in force; should they change meanwhile, under the new ones. */
async function showLimits(
  limits: Limits,
  settings: ScalerSettings,
  setDemand: (demand: number, what: string) => void,
  comesTo: (limit: keyof Limits) => Promise<Reached>,
): Promise<LimitsShown | { readonly missed: string }> {
  const { minInstances: minimum, maxInstances: maximum } = limits;
  setDemand(quietDemand(limits, settings), `limits of ${minimum} to ${maximum}, and little to do`);
  const idle = await comesTo("minInstances");
  if (!idle.reached) return { missed: `the fleet did not come to its minimum of ${idle.size}` };
  // Without an instance there is no CPU, and only the schedule wakes the fleet.
  if (minimum === 0 || idle.size === maximum) return { minimum, maximum, idle: idle.size, busy: undefined };
  setDemand(maximum, "much to do");
  const busy = await comesTo("maxInstances");
  if (!busy.reached) return { missed: `the fleet did not come to its maximum of ${busy.size}` };
  return { minimum, maximum, idle: idle.size, busy: busy.size };
}

export function describeSchedule({
  limits,
  launched,
  peak,
  terminated,
  final,
}: ScheduleDemonstration): string[] {
  return [
    "",
    ...limits.map(
      ({ minimum, maximum, idle, busy }) =>
        `limits of ${minimum} to ${maximum}: ${idle} with little to do${busy === undefined ? "" : `, ${busy} with much`}`,
    ),
    `${launched} launched, at most ${peak} at once, ${terminated} terminated, ${final} left`,
  ];
}

/** The promises that the demonstration shows broken, for a person; none when all is well. */
export function brokenSchedulePromises({ beyondMaximum, missed }: ScheduleDemonstration): string[] {
  return [
    ...(missed === undefined ? [] : [`in the scaler's demonstration, ${missed}`]),
    ...(beyondMaximum === 0
      ? []
      : [`${beyondMaximum} instances were launched beyond the maximum of their hour; expected none`]),
  ];
}
