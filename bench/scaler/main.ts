import { readFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { cpuScalerArguments } from "../../components/cpuScaler/arguments";
import { defaultsOf, sentOf } from "../../components/parts/argumentTable";
import { compare, simulated, type Comparison, type Contender } from "./compare";
import { deployedScaler } from "./deployedScaler";
import type { Score } from "./run";
import { horizontalPodAutoscaler } from "./policies/horizontalPodAutoscaler";
import { oneLaunchPerAlarm } from "./policies/oneLaunchPerAlarm";
import { targetTracking } from "./policies/targetTracking";
import { thisScaler } from "./policies/thisScaler";
import type { World } from "./simulate";
import { parameterLines, scoreTable } from "./table";
import { parseTrace, standardTraces, type Trace } from "./traces";

const defaults = defaultsOf(cpuScalerArguments);

/** The one world in which all policies are compared: times in seconds, sizes in instances. */
export const WORLD: World = {
  minInstances: 2,
  maxInstances: 30,
  targetCpuPercent: defaults.targetCpuPercent,
  bootSeconds: 25,
  bootstrapSeconds: 60,
  metricDelaySeconds: 60,
};

/** The application's own start, in seconds, beside the one above. */
const BOOTSTRAP_SWEEP = [0, 180];

/** This project's defaults for what is this project's own. */
function scalerSettings(world: World) {
  const { alarmCpuPercent, tolerance, scaleInAfterSeconds, maxStep } = defaults;
  return {
    minInstances: world.minInstances,
    maxInstances: world.maxInstances,
    targetCpuPercent: world.targetCpuPercent,
    alarmCpuPercent,
    tolerance,
    // Whoever deploys knows how long the application takes to start, and says so; a little more is harmless.
    warmupSeconds: Math.max(defaults.warmupSeconds, world.bootSeconds + world.bootstrapSeconds + 5),
    scaleInAfterSeconds,
    maxStep,
  };
}

/**
 * How this scaler takes part: its decision in the simulated world, or deployed, whole, in the embedded cloud. The
 * two differ only where the alarm's event wakes the deployed one half a minute before its tick.
 */
export type Staging = "simulated" | "deployed";

/** This scaler first, then what people would use instead, each in a world of its own. */
export function contendersIn(world: World, staging: Staging): Contender[] {
  const settings = scalerSettings(world);
  return [
    staging === "deployed"
      ? deployedScaler(world, settings)
      : simulated(() => thisScaler(world, { ...sentOf(cpuScalerArguments, defaults), ...settings }), world),
    simulated(() => oneLaunchPerAlarm(world, settings.alarmCpuPercent), world),
    simulated(() => targetTracking(world), world),
    simulated(() => horizontalPodAutoscaler(world), world),
  ];
}

/**
 * `npm run bench -- scaler [--trace file.csv] [--seed N] [--quick]`: this scaler against what people would use
 * instead, on the same load, with the same delays and limits. This scaler is the deployed one, on the embedded
 * cloud's stopped clock (about a minute for the six standard traces); the sweep, and with `--quick` all of it,
 * simulates its decision like the others'.
 */
export async function benchScaler(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      trace: { type: "string" },
      seed: { type: "string", default: "1" },
      quick: { type: "boolean" },
    },
  });
  const seed = Number(values.seed);
  if (!Number.isInteger(seed)) throw new Error(`--seed: got ${values.seed}; expected an integer`);
  const traces =
    values.trace === undefined
      ? standardTraces(seed)
      : [parseTrace(path.basename(values.trace), readFileSync(values.trace, "utf8"))];
  const print = (...lines: readonly string[]) => process.stdout.write(`${lines.join("\n")}\n`);

  const staging = values.quick === true ? "simulated" : "deployed";
  const comparisons = await compare(contendersIn(WORLD, staging), traces);
  print(
    "",
    `Scaler: how supply follows demand; this scaler is ${staging}, the others are simulated`,
    "",
    worldLine(WORLD),
    ...parameterLines(comparisons),
    "",
  );
  for (const [index, trace] of traces.entries()) print(...scoresOn(trace, index, comparisons), "");
  if (traces.length > 1) {
    print(...togetherTable("together", comparisons), "");
    for (const bootstrapSeconds of BOOTSTRAP_SWEEP) {
      const world = { ...WORLD, bootstrapSeconds };
      const swept = await compare(contendersIn(world, "simulated"), traces);
      print(...togetherTable(`together, ${bootstrapSeconds} s of bootstrap, all simulated`, swept), "");
    }
  }
  print(...verdict(comparisons), "");
}

function togetherTable(title: string, comparisons: readonly Comparison[]): string[] {
  return scoreTable(
    title,
    comparisons.map(({ policy, together }) => [policy, together]),
  );
}

function worldLine(world: World): string {
  return `  world: ${Object.entries(world)
    .map(([name, value]) => `${name} ${value}`)
    .join(", ")}`;
}

function scoresOn(trace: Trace, index: number, comparisons: readonly Comparison[]): string[] {
  const rows = comparisons.flatMap(({ policy, scores }) => {
    const score = scores[index];
    return score === undefined ? [] : [[policy, score] as const];
  });
  return scoreTable(`${trace.name}, ${trace.demand.length} min`, rows);
}

/** This scaler in proportion to the others, over all traces. */
function verdict([own, ...others]: readonly Comparison[]): string[] {
  if (own === undefined) return [];
  return others.map((other) => {
    const ratio = (of: (score: Score) => number) => {
      const [ours, theirs] = [of(own.together), of(other.together)];
      return theirs === 0 ? `${ours.toFixed(2)} : 0` : `× ${(ours / theirs).toFixed(2)}`;
    };
    return [
      `  against ${other.policy}: θ_U ${ratio((score) => score.shortfall)}`,
      `τ_U ${ratio((score) => score.timeUnder)}`,
      `instance-hours ${ratio((score) => score.instanceHours)}`,
      `ν ${ratio((score) => score.instability)}`,
    ].join(", ");
  });
}
