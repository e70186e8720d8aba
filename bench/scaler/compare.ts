import type { Policy } from "./policy";
import { scoreOf, type Run, type Score } from "./run";
import { simulate, type World } from "./simulate";
import type { Trace } from "./traces";
import { largest } from "embedded-aws/support";

/** What a policy is called in figures for machines. */
export type PolicyKey =
  | "thisScaler"
  | "thisScalerWithoutReserve"
  | "thisScalerForecasting"
  | "oneLaunchPerAlarm"
  | "targetTracking"
  | "horizontalPodAutoscaler";

/** A policy with the world that it is to be measured in. */
export interface Contender {
  readonly key: PolicyKey;
  readonly name: string;
  /** As printed beside the figures. */
  readonly parameters: Readonly<Record<string, string | number>>;
  /** Goes through a trace, each time from its beginning. */
  readonly run: (trace: Trace) => Promise<Run>;
}

/** A policy in the simulated world; `create` gives a new one, without memories, for each trace. */
export function simulated(key: PolicyKey, create: () => Policy, world: World): Contender {
  const { name, parameters } = create();
  return { key, name, parameters, run: (trace) => simulate(create(), trace, world) };
}

export interface Comparison {
  readonly key: PolicyKey;
  readonly policy: string;
  readonly parameters: Contender["parameters"];
  /** What was done on each trace, in the traces' order. */
  readonly runs: readonly Run[];
  /** One score a trace, in the same order. */
  readonly scores: readonly Score[];
  /** Over all traces: percentages as means, in which every trace weighs the same, the rest as sums; the peak is the highest. */
  readonly together: Score;
}

/**
 * Sends every policy through every trace.
 *
 * @param onStart hears which policy begins.
 */
export async function compare(
  contenders: readonly Contender[],
  traces: readonly Trace[],
  onStart?: (policy: string) => void,
): Promise<Comparison[]> {
  const comparisons: Comparison[] = [];
  for (const { key, name, parameters, run } of contenders) {
    onStart?.(name);
    const runs: Run[] = [];
    for (const trace of traces) runs.push(await run(trace));
    const scores = runs.map(scoreOf);
    comparisons.push({ key, policy: name, parameters, runs, scores, together: together(scores) });
  }
  return comparisons;
}

function together(scores: readonly Score[]): Score {
  const sum = (of: (score: Score) => number) => scores.reduce((total, score) => total + of(score), 0);
  const mean = (of: (score: Score) => number) => sum(of) / scores.length;
  return {
    shortfall: mean((score) => score.shortfall),
    excess: mean((score) => score.excess),
    timeUnder: mean((score) => score.timeUnder),
    timeOver: mean((score) => score.timeOver),
    instability: mean((score) => score.instability),
    instanceHours: sum((score) => score.instanceHours),
    minutesAbove90Percent: sum((score) => score.minutesAbove90Percent),
    launched: sum((score) => score.launched),
    terminated: sum((score) => score.terminated),
    peak: largest(scores.map((score) => score.peak)),
  };
}
