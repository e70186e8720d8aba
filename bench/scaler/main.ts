import { readFileSync, writeFileSync } from "node:fs";
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
import { leastHours, type LeastHours } from "./leastHours";
import { plotSvg, plotText } from "./plot";
import { report, type LeastHoursOfTraces } from "./report";
import { leastHoursTable, parameterLines, scoreTable } from "./table";
import { madeWeek, parseTrace, standardTraces, type Trace } from "./traces";

const defaults = defaultsOf(cpuScalerArguments);

/** The one world in which all policies are compared: times in seconds, sizes in instances. */
export const WORLD: World = {
  minInstances: 2,
  maxInstances: 30,
  targetCpuPercent: defaults.targetCpuPercent,
  bootSeconds: 25,
  bootstrapSeconds: 60,
  metricDelaySeconds: 60,
  bootCpu: { seconds: 60, percent: 100 },
  otherInstances: { count: 3, cpuPercent: 20 },
  staggeredMetrics: true,
  seed: 1,
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
    staging === "deployed" ? deployedScaler(world, settings) : simulatedScaler(world, false),
    simulated("oneLaunchPerAlarm", () => oneLaunchPerAlarm(world, settings.alarmCpuPercent), world),
    simulated("targetTracking", () => targetTracking(world), world),
    simulated("horizontalPodAutoscaler", () => horizontalPodAutoscaler(world), world),
  ];
}

function simulatedScaler(world: World, forecast: boolean): Contender {
  const own = { ...sentOf(cpuScalerArguments, defaults), ...scalerSettings(world), forecast };
  const key = forecast ? "thisScalerForecasting" : "thisScaler";
  return simulated(key, () => thisScaler(world, own), world);
}

/**
 * Those that have a target to be tuned, each by the target, all simulated. This scaler takes part without its forecast
 * and with it: what is the default is what is cheaper.
 */
const TUNED: readonly ((world: World) => Contender)[] = [
  (world) => simulatedScaler(world, false),
  (world) => simulatedScaler(world, true),
  (world) => simulated("targetTracking", () => targetTracking(world), world),
  (world) => simulated("horizontalPodAutoscaler", () => horizontalPodAutoscaler(world), world),
];

async function leastHoursOf(
  name: string,
  traces: readonly Trace[],
  world: World,
): Promise<LeastHoursOfTraces> {
  const policies: LeastHours[] = [];
  for (const contenderIn of TUNED) {
    policies.push(
      await leastHours((targetCpuPercent) => contenderIn({ ...world, targetCpuPercent }), traces),
    );
  }
  return { name, policies };
}

/**
 * `npm run bench -- scaler [--trace FILE.csv] [--seed N] [--quick] [--plot] [--svg FILE] [--json]`: this scaler against
 * what people would use instead, on the same load, with the same delays, disturbances and limits. This scaler is the
 * deployed one, on the embedded cloud's stopped clock (about a minute for the six standard traces); the sweep, the table
 * of least instance-hours, and with `--quick` all of it, simulate its decision like the others'.
 */
export async function benchScaler(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      trace: { type: "string" },
      seed: { type: "string", default: "1" },
      quick: { type: "boolean" },
      plot: { type: "boolean" },
      svg: { type: "string" },
      json: { type: "boolean" },
    },
  });
  const seed = Number(values.seed);
  if (!Number.isInteger(seed)) throw new Error(`--seed: got ${values.seed}; expected an integer`);
  const world = { ...WORLD, seed };
  const traces =
    values.trace === undefined
      ? standardTraces(seed)
      : [parseTrace(path.basename(values.trace), readFileSync(values.trace, "utf8"))];
  const print = (...lines: readonly string[]) => process.stdout.write(`${lines.join("\n")}\n`);

  const staging = values.quick === true ? "simulated" : "deployed";
  const comparisons = await compare(contendersIn(world, staging), traces);
  print(
    "",
    `Scaler: how supply follows demand; this scaler is ${staging}, the others are simulated`,
    "",
    worldLine(world),
    ...parameterLines(comparisons),
    "",
  );
  for (const [index, trace] of traces.entries()) {
    print(...scoresOn(trace, index, comparisons), "");
    for (const { policy, runs } of values.plot === true ? comparisons : []) {
      const run = runs[index];
      if (run !== undefined) print(...plotText(`${trace.name}: ${policy}`, run), "");
    }
  }
  if (traces.length > 1) {
    print(...togetherTable("together", comparisons), "");
    for (const bootstrapSeconds of BOOTSTRAP_SWEEP) {
      const swept = await compare(contendersIn({ ...world, bootstrapSeconds }, "simulated"), traces);
      print(...togetherTable(`together, ${bootstrapSeconds} s of bootstrap, all simulated`, swept), "");
    }
  }
  print(...verdict(comparisons), "");

  const sets: readonly (readonly [string, readonly Trace[]])[] =
    values.trace === undefined
      ? [
          ["the six traces", traces],
          ["a made week", [madeWeek(seed)]],
        ]
      : [[path.basename(values.trace), traces]];
  const least: LeastHoursOfTraces[] = [];
  for (const [name, of] of sets) {
    const measured = await leastHoursOf(name, of, world);
    least.push(measured);
    print(...leastHoursTable(measured), "");
  }
  if (values.svg !== undefined) writeFileSync(values.svg, plotSvg(traces, comparisons));
  if (values.json === true) print(JSON.stringify(report(world, traces, comparisons, least)));
}

function togetherTable(title: string, comparisons: readonly Comparison[]): string[] {
  return scoreTable(
    title,
    comparisons.map(({ policy, together }) => [policy, together]),
  );
}

function worldLine(world: World): string {
  return `  world: ${Object.entries(world)
    .map(([name, value]) => `${name} ${typeof value === "object" ? JSON.stringify(value) : value}`)
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
