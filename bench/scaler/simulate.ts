import type { Sample } from "./elasticity";
import type { CommonSettings, InstanceView, MinuteView, Policy } from "./policy";
import type { Trace } from "./traces";

/** What the simulated world does to every policy alike; all times in seconds. */
export interface World extends CommonSettings {
  /** From launch to `running`. */
  readonly bootSeconds: number;
  /** From `running` to taking load. */
  readonly bootstrapSeconds: number;
  /** From a minute's end until its datapoint can be read; CloudWatch's are up to 120 s late. */
  readonly metricDelaySeconds: number;
}

export interface Run {
  /** One sample each `STEP_SECONDS`. */
  readonly samples: readonly Sample[];
  /** One sample a minute, at its end: ν compares directions, and the trace has one each minute. */
  readonly minuteSamples: readonly Sample[];
  /** From launch to termination, of all instances together. */
  readonly instanceHours: number;
  readonly minutesAbove90Percent: number;
  readonly launched: number;
  readonly terminated: number;
  readonly peak: number;
}

export const STEP_SECONDS = 5;
const STEPS_PER_MINUTE = 60 / STEP_SECONDS;
/** Policies wake in the middle of a minute: neither at the very moment that a datapoint comes nor just before. */
const PHASE_SECONDS = 30;
const START = Date.UTC(2026, 0, 1);

interface Instance extends InstanceView {
  readonly runningAt: number;
  readonly inServiceAt: number;
}

/**
 * Runs one policy through one trace. The fleet starts in service, at the size that holds the first minute's
 * demand at the target. The load spreads evenly over the instances in service; what they cannot do is lost, not
 * queued, so CPU is demand ÷ instances, at most 100 %.
 */
export async function simulate(policy: Policy, trace: Trace, world: World): Promise<Run> {
  let serial = 0;
  const launch = (time: number, ready = false): Instance => {
    const runningAt = ready ? time : time + world.bootSeconds * 1000;
    return {
      id: `i-${(++serial).toString().padStart(5, "0")}`,
      state: "pending",
      launchTime: ready ? time - 3_600_000 : time,
      runningAt,
      inServiceAt: ready ? time : runningAt + world.bootstrapSeconds * 1000,
    };
  };
  const first = Math.ceil(((trace.demand[0] ?? 0) * 100) / world.targetCpuPercent);
  const initial = Math.min(Math.max(first, world.minInstances), world.maxInstances);
  let fleet = Array.from({ length: initial }, () => launch(START, true));

  const samples: Sample[] = [];
  const minuteSamples: Sample[] = [];
  const minutes: (MinuteView & { readonly availableAt: number })[] = [];
  let instanceSteps = 0;
  let minutesAbove90Percent = 0;
  let terminated = 0;
  let peak = initial;

  for (const [minute, demand] of trace.demand.entries()) {
    const minuteStart = START + minute * 60_000;
    const inService = { load: 0, instances: 0 };
    const running = { load: 0, instances: 0 };
    for (let step = 0; step < STEPS_PER_MINUTE; step++) {
      const now = minuteStart + step * STEP_SECONDS * 1000;
      if ((step * STEP_SECONDS - PHASE_SECONDS) % policy.everySeconds === 0) {
        const instances: InstanceView[] = fleet.map(({ id, launchTime, runningAt }) => ({
          id,
          launchTime,
          state: runningAt <= now ? "running" : "pending",
        }));
        const available = minutes.filter(({ availableAt }) => availableAt <= now);
        const action = await policy.reconcile({ now, instances, minutes: available });
        if (action.action === "launch") {
          for (let i = 0; i < action.count; i++) fleet.push(launch(now));
        } else if (action.action === "terminate") {
          const gone = new Set(action.instanceIds);
          terminated += fleet.filter(({ id }) => gone.has(id)).length;
          fleet = fleet.filter(({ id }) => !gone.has(id));
        }
        peak = Math.max(peak, fleet.length);
      }
      const supply = fleet.filter(({ inServiceAt }) => inServiceAt <= now).length;
      const up = fleet.filter(({ runningAt }) => runningAt <= now).length;
      samples.push({ demand, supply });
      instanceSteps += fleet.length;
      inService.load += Math.min(demand, supply);
      inService.instances += supply;
      running.instances += up;
    }
    running.load = inService.load;
    const percent = ({ load, instances }: typeof running) => (instances === 0 ? 0 : (100 * load) / instances);
    if (percent(inService) > 90) minutesAbove90Percent++;
    minuteSamples.push({ demand, supply: samples.at(-1)?.supply ?? 0 });
    if (running.instances > 0) {
      minutes.push({
        time: minuteStart,
        availableAt: minuteStart + 60_000 + world.metricDelaySeconds * 1000,
        // An instance that came up in mid-minute counts for the part that it was there.
        running: { cpuPercent: percent(running), instances: running.instances / STEPS_PER_MINUTE },
        inService: { cpuPercent: percent(inService), instances: inService.instances / STEPS_PER_MINUTE },
      });
    }
  }
  return {
    samples,
    minuteSamples,
    instanceHours: (instanceSteps * STEP_SECONDS) / 3600,
    minutesAbove90Percent,
    launched: serial - initial,
    terminated,
    peak,
  };
}
