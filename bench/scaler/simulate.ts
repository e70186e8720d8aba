import { cpuUnderLoad, idleCpu } from "embedded-aws/support";
import type { CommonSettings, EndedView, InstanceView, MinuteView, Policy } from "./policy";
import { STEP_SECONDS, STEPS_PER_MINUTE, type Run, type Step } from "./run";
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

/** Policies wake in the middle of a minute: neither at the very moment that a datapoint comes nor just before. */
export const PHASE_SECONDS = 30;
/** How long EC2 describes an instance after its end. */
const ENDED_SHOWN_MS = 3_600_000;
const START = Date.UTC(2026, 0, 1);
/** Of an instance that runs without work, in the middle of what it may show. */
const IDLE_CPU = idleCpu(0.5);

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
  const initial = initialSize(trace, world);
  let fleet = Array.from({ length: initial }, () => launch(START, true));

  const steps: Step[] = [];
  const minutes: (MinuteView & { readonly availableAt: number })[] = [];
  let ended: EndedView[] = [];
  let terminated = 0;

  for (const [minute, demand] of trace.demand.entries()) {
    const minuteStart = START + minute * 60_000;
    const inService = { load: 0, instances: 0 };
    /** The CPU of each instance, at each step that it ran in this minute. */
    const cpu = new Map<string, number[]>();
    for (let step = 0; step < STEPS_PER_MINUTE; step++) {
      const now = minuteStart + step * STEP_SECONDS * 1000;
      if ((step * STEP_SECONDS - PHASE_SECONDS) % policy.everySeconds === 0) {
        const instances: InstanceView[] = fleet.map(({ id, launchTime, runningAt }) => ({
          id,
          launchTime,
          state: runningAt <= now ? "running" : "pending",
        }));
        const available = minutes.filter(({ availableAt }) => availableAt <= now);
        ended = ended.filter(({ endedAt }) => now - endedAt < ENDED_SHOWN_MS);
        const action = await policy.reconcile({ now, instances, ended, minutes: available });
        if (action.action === "launch") {
          for (let i = 0; i < action.count; i++) fleet.push(launch(now));
        } else if (action.action === "terminate") {
          const gone = new Set(action.instanceIds);
          const going = fleet.filter(({ id }) => gone.has(id));
          terminated += going.length;
          for (const { id, launchTime } of going) ended.push({ id, launchTime, endedAt: now });
          fleet = fleet.filter(({ id }) => !gone.has(id));
        }
      }
      const supply = fleet.filter(({ inServiceAt }) => inServiceAt <= now).length;
      for (const { id, runningAt, inServiceAt } of fleet) {
        if (runningAt > now) continue;
        const samples = cpu.get(id) ?? [];
        samples.push(inServiceAt <= now ? cpuUnderLoad(demand, supply, IDLE_CPU) : IDLE_CPU);
        cpu.set(id, samples);
      }
      steps.push({ demand, supply, fleet: fleet.length });
      inService.load += Math.min(demand, supply);
      inService.instances += supply;
    }
    if (cpu.size > 0) {
      minutes.push({
        time: minuteStart,
        availableAt: minuteStart + 60_000 + world.metricDelaySeconds * 1000,
        byInstance: new Map([...cpu].map(([id, samples]) => [id, mean(samples)])),
        running: { cpuPercent: mean([...cpu.values()].map(mean)), instances: cpu.size },
        // An instance that came into service in mid-minute counts for the part that it was.
        inService: {
          cpuPercent: inService.instances === 0 ? 0 : (100 * inService.load) / inService.instances,
          instances: inService.instances / STEPS_PER_MINUTE,
        },
      });
    }
  }
  return { steps, launched: serial - initial, terminated };
}

/** What holds the first minute's demand at the target. */
export function initialSize(trace: Trace, world: World): number {
  const wanted = Math.ceil(((trace.demand[0] ?? 0) * 100) / world.targetCpuPercent);
  return Math.min(Math.max(wanted, world.minInstances), world.maxInstances);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
