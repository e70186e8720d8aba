import { elasticityOf, instabilityOf, type Elasticity } from "./elasticity";
import type { Policy } from "./policy";
import { simulate, type World } from "./simulate";
import type { Trace } from "./traces";

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

export interface Comparison {
  readonly policy: string;
  readonly parameters: Policy["parameters"];
  /** One score a trace, in the traces' order. */
  readonly scores: readonly Score[];
  /** Over all traces: percentages as means, in which every trace weighs the same, the rest as sums; the peak is the highest. */
  readonly together: Score;
}

/** Runs every policy through every trace, each time from its beginning. */
export async function compare(
  policies: readonly (() => Policy)[],
  traces: readonly Trace[],
  world: World,
): Promise<Comparison[]> {
  const comparisons: Comparison[] = [];
  for (const create of policies) {
    const scores: Score[] = [];
    for (const trace of traces) {
      const { samples, minuteSamples, ...counts } = await simulate(create(), trace, world);
      scores.push({ ...elasticityOf(samples), instability: instabilityOf(minuteSamples), ...counts });
    }
    const { name, parameters } = create();
    comparisons.push({ policy: name, parameters, scores, together: together(scores) });
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
    peak: Math.max(...scores.map((score) => score.peak)),
  };
}
