import type { Comparison } from "./compare";
import { SERVED } from "./leastHours";
import type { LeastHoursOfTraces } from "./report";
import type { Score } from "./run";
import { largest } from "embedded-aws/support";

const COLUMNS: readonly (readonly [title: string, of: (score: Score) => string])[] = [
  ["θ_U %", (score) => score.shortfall.toFixed(2)],
  ["θ_O %", (score) => score.excess.toFixed(1)],
  ["τ_U %", (score) => score.timeUnder.toFixed(2)],
  ["τ_O %", (score) => score.timeOver.toFixed(1)],
  ["ν %", (score) => score.instability.toFixed(1)],
  ["inst.-hours", (score) => score.instanceHours.toFixed(1)],
  ["min > 90 %", (score) => score.minutesAbove90Percent.toFixed(0)],
  ["launched", (score) => score.launched.toFixed(0)],
  ["ended", (score) => score.terminated.toFixed(0)],
  ["peak", (score) => score.peak.toFixed(0)],
];

/** One line a policy, under a title. */
export function scoreTable(
  title: string,
  rows: readonly (readonly [policy: string, score: Score])[],
): string[] {
  const width = largest(
    rows.map(([policy]) => policy.length),
    title.length,
  );
  const widths = COLUMNS.map(([heading]) => Math.max(heading.length, 7));
  const line = (first: string, cells: readonly string[]) =>
    `  ${first.padEnd(width)}  ${cells.map((cell, index) => cell.padStart(widths[index] ?? 0)).join("  ")}`;
  return [
    line(
      title,
      COLUMNS.map(([heading]) => heading),
    ),
    ...rows.map(([policy, score]) =>
      line(
        policy,
        COLUMNS.map(([, of]) => of(score)),
      ),
    ),
  ];
}

/** What serving costs with each policy, tuned to what is cheapest for it. */
export function leastHoursTable({ name, policies }: LeastHoursOfTraces): string[] {
  const own = policies.find(({ key }) => key === "thisScaler")?.best?.comparison.together.instanceHours;
  return [
    `  Least instance-hours over ${name} with τ_U ≤ ${SERVED.timeUnder} % and θ_U ≤ ${SERVED.shortfall} %, all simulated`,
    ...policies.map(({ policy, key, hasReserve, best }) => {
      if (best === undefined) return `  ${policy}: at no target`;
      const { instanceHours, timeUnder, shortfall, launched } = best.comparison.together;
      const reserve = hasReserve ? `reserve ${best.reserveInstances}` : "has no reserve to tune";
      const ratio =
        own === undefined || key === "thisScaler"
          ? ""
          : `; this scaler × ${(own / instanceHours).toFixed(2)}`;
      return `  ${policy}: ${instanceHours.toFixed(1)} at ${best.targetCpuPercent} %, ${reserve} (τ_U ${timeUnder.toFixed(2)}, θ_U ${shortfall.toFixed(2)}, ${launched} launched)${ratio}`;
    }),
  ];
}

/** "name: a 1, b 2", one line a policy. */
export function parameterLines(comparisons: readonly Comparison[]): string[] {
  return comparisons.map(({ policy, parameters }) => {
    const list = Object.entries(parameters).map(([name, value]) => `${name} ${value}`);
    return `  ${policy}: ${list.join(", ")}`;
  });
}
