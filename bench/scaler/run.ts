import { elasticityOf, instabilityOf, type Elasticity, type Sample } from "./elasticity";
import { largest } from "embedded-aws/support";

export const STEP_SECONDS = 5;
export const STEPS_PER_MINUTE = 60 / STEP_SECONDS;

/** One step of `STEP_SECONDS`. */
export interface Step extends Sample {
  /** Instances that are paid for: from launch to termination, in service or not. */
  readonly fleet: number;
}

/** One policy's way through one trace. */
export interface Run {
  readonly steps: readonly Step[];
  readonly launched: number;
  readonly terminated: number;
}

/** How one policy did, on one trace or on several together. */
export interface Score extends Elasticity {
  /** ν, in percent. */
  readonly instability: number;
  readonly instanceHours: number;
  readonly minutesAbove90Percent: number;
  readonly launched: number;
  readonly terminated: number;
  readonly peak: number;
}

export function scoreOf({ steps, launched, terminated }: Run): Score {
  const minutes = Array.from({ length: steps.length / STEPS_PER_MINUTE }, (_, minute) =>
    steps.slice(minute * STEPS_PER_MINUTE, (minute + 1) * STEPS_PER_MINUTE),
  );
  return {
    ...elasticityOf(steps),
    // One sample a minute, at its end: ν compares directions, and the trace has one each minute.
    instability: instabilityOf(minutes.flatMap((minute) => minute.slice(-1))),
    instanceHours: (steps.reduce((sum, { fleet }) => sum + fleet, 0) * STEP_SECONDS) / 3600,
    minutesAbove90Percent: minutes.filter((minute) => cpuPercentOf(minute) > 90).length,
    launched,
    terminated,
    peak: largest(steps.map(({ fleet }) => fleet)),
  };
}

/** CPU of the instances in service over some steps; what they cannot do is lost, not queued. */
function cpuPercentOf(steps: readonly Sample[]): number {
  const load = steps.reduce((sum, { demand, supply }) => sum + Math.min(demand, supply), 0);
  const supply = steps.reduce((sum, step) => sum + step.supply, 0);
  return supply === 0 ? 0 : (100 * load) / supply;
}
