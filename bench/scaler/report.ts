import type { Comparison } from "./compare";
import { hoursRatio, type LeastHours } from "./leastHours";
import { largest } from "embedded-aws/support";
import type { CommonSettings } from "./policy";
import { sizeFor, type World } from "./simulate";
import type { Trace } from "./traces";

/** The most instances that there were, relative to those that the greatest demand needs at the target. */
export function peakOverNeeded(peak: number, trace: Trace, settings: CommonSettings): number {
  return peak / sizeFor(largest(trace.demand), settings);
}

/** What was measured of some traces at the targets that serve. */
export interface LeastHoursOfTraces {
  /** "six traces", "made week", or the name of a file. */
  readonly name: string;
  readonly policies: readonly LeastHours[];
}

/** All figures, for machines: the last line with `--json`. Percentages, hours, instances; ratios of instance-hours. */
export function report(
  world: World,
  traces: readonly Trace[],
  comparisons: readonly Comparison[],
  [first, ...others]: readonly LeastHoursOfTraces[],
): object {
  const figures = ({ scores, together }: Comparison) => ({
    traces: Object.fromEntries(
      traces.flatMap((trace, index) => {
        const score = scores[index];
        return score === undefined
          ? []
          : [[trace.name, { ...score, peakOverNeeded: peakOverNeeded(score.peak, trace, world) }]];
      }),
    ),
    together,
  });
  const policies = Object.fromEntries(
    comparisons.map((comparison) => [comparison.key, figures(comparison)] as const),
  );
  const own = policies.thisScaler?.traces ?? {};
  return {
    world,
    policies,
    peakOverNeeded: Object.fromEntries(
      Object.entries(own).map(([name, { peakOverNeeded: ratio }]) => [name, ratio]),
    ),
    leastInstanceHours: {
      ...(first && leastFigures(first)),
      others: others.map(leastFigures),
    },
  };
}

function leastFigures({ name, policies }: LeastHoursOfTraces) {
  return {
    name,
    policies: Object.fromEntries(
      policies.map(({ key, hasReserve, best }) => [
        key,
        best === undefined
          ? null
          : {
              targetCpuPercent: best.targetCpuPercent,
              // Null where the policy has none to tune.
              reserveInstances: hasReserve ? best.reserveInstances : null,
              ...best.comparison.together,
            },
      ]),
    ),
    // JSON has no undefined: no ratio where a policy serves at no target.
    ratio: {
      horizontalPodAutoscaler: hoursRatio(policies, "thisScaler", "horizontalPodAutoscaler") ?? null,
      targetTracking: hoursRatio(policies, "thisScaler", "targetTracking") ?? null,
    },
  };
}
