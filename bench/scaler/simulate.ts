import { limitsAt } from "../../handlers/scaling/schedule";
import { cpuUnderLoad, idleCpu, seededRandom } from "embedded-aws/support";
import { CpuMetric, type MetricConditions } from "./metric";
import { clamp, type CommonSettings, type EndedView, type InstanceView, type Policy } from "./policy";
import { STEP_SECONDS, STEPS_PER_MINUTE, type Run, type Step } from "./run";
import type { Trace } from "./traces";

/** What the simulated world does to every policy alike; all times in seconds. */
export interface World extends CommonSettings, MetricConditions {
  /** From launch to `running`. */
  readonly bootSeconds: number;
  /** From `running` to taking load. */
  readonly bootstrapSeconds: number;
  /** Of the seconds at which instances report. */
  readonly seed: number;
}

/** Policies wake in the middle of a minute: neither at the very moment that a datapoint comes nor just before. */
export const PHASE_SECONDS = 30;
/** How long EC2 describes an instance after its end. */
const ENDED_SHOWN_MS = 3_600_000;
/** When traces begin: a Thursday, at midnight UTC. */
export const TRACE_START = Date.UTC(2026, 0, 1);
/** The CPU of an instance without work, where it takes some. */
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
    const runningAt = ready ? time - 3_600_000 : time + world.bootSeconds * 1000;
    return {
      id: `i-${(++serial).toString().padStart(5, "0")}`,
      state: "pending",
      launchTime: ready ? time - 3_600_000 : time,
      runningAt,
      inServiceAt: ready ? time : runningAt + world.bootstrapSeconds * 1000,
    };
  };
  const initial = initialSize(trace, world);
  let fleet = Array.from({ length: initial }, () => launch(TRACE_START, true));

  const steps: Step[] = [];
  const random = seededRandom(world.seed);
  const metric = new CpuMetric(world, () => random.next());
  let ended: EndedView[] = [];
  let terminated = 0;

  for (const [minute, demand] of trace.demand.entries()) {
    for (let step = 0; step < STEPS_PER_MINUTE; step++) {
      const now = TRACE_START + minute * 60_000 + step * STEP_SECONDS * 1000;
      if ((step * STEP_SECONDS - PHASE_SECONDS) % policy.everySeconds === 0) {
        const instances: InstanceView[] = fleet.map(({ id, launchTime, runningAt, inServiceAt }) => ({
          id,
          launchTime,
          state: runningAt <= now ? "running" : "pending",
          ...(inServiceAt <= now && { readyAt: inServiceAt }),
        }));
        ended = ended.filter(({ endedAt }) => now - endedAt < ENDED_SHOWN_MS);
        const action = await policy.reconcile({ now, instances, ended, minutes: metric.available(now) });
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
      const workPercent = cpuUnderLoad(demand, supply, IDLE_CPU);
      metric.record(
        now,
        fleet
          .filter(({ runningAt }) => runningAt <= now)
          .map(({ id, runningAt, inServiceAt }) => ({
            id,
            runningAt,
            workPercent: inServiceAt <= now ? workPercent : undefined,
          })),
      );
      steps.push({ demand, supply, fleet: fleet.length });
    }
  }
  return { steps, launched: serial - initial, terminated };
}

/** What holds the first minute's demand at the target, within the limits of that minute. */
export function initialSize(trace: Trace, world: CommonSettings): number {
  return sizeFor(trace.demand[0] ?? 0, { ...world, ...limitsAt(TRACE_START, world) });
}

/** The instances that hold a demand at the target, within the limits that are given beside a schedule. */
export function sizeFor(demand: number, world: CommonSettings): number {
  return clamp(Math.ceil((demand * 100) / world.targetCpuPercent - 1e-9), world);
}
