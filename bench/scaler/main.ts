import { writeFileSync } from "node:fs";
import type { ParsedArguments } from "embedded-pulumi/cli";
import { cpuScalerArguments } from "../../components/cpuScaler/arguments";
import { targetProblem } from "../../components/cpuScaler/reserve";
import { widestLimits } from "../../components/cpuScaler/schedule";
import { defaultsOf, sentOf } from "../../components/parts/argumentTable";
import type { ScalingSettings } from "../../handlers/scaling/decision";
import { compare, simulated, type Comparison, type Contender, type PolicyKey } from "./compare";
import { deployedScaler } from "./deployedScaler";
import type { Score } from "./run";
import { horizontalPodAutoscaler } from "./policies/horizontalPodAutoscaler";
import { oneLaunchPerAlarm } from "./policies/oneLaunchPerAlarm";
import { targetTracking } from "./policies/targetTracking";
import { thisScaler } from "./policies/thisScaler";
import type { World } from "./simulate";
import { leastHours, type LeastHours, type Tunable, type Tuning } from "./leastHours";
import { tell } from "../progress";
import { readOptions } from "./options";
import { plotSvg, plotText } from "./plot";
import type { Policy } from "./policy";
import { report, type LeastHoursOfTraces } from "./report";
import { leastHoursTable, parameterLines, scoreTable } from "./table";
import { madeWeek, type Trace } from "./traces";

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

/** This project's defaults for what is this project's own, unless it is to have a reserve. */
function scalerSettings(world: World, reserveInstances = defaults.reserveInstances) {
  const { alarmCpuPercent, tolerance, scaleInAfterSeconds, maxStep } = defaults;
  return {
    minInstances: world.minInstances,
    maxInstances: world.maxInstances,
    targetCpuPercent: world.targetCpuPercent,
    reserveInstances,
    alarmCpuPercent,
    tolerance,
    // Whoever deploys knows how long the application takes to start, and says so; a little more is harmless.
    warmupSeconds: Math.max(defaults.warmupSeconds, world.bootSeconds + world.bootstrapSeconds + 5),
    scaleInAfterSeconds,
    maxStep,
    ...(world.schedule && { schedule: world.schedule }),
  };
}

/**
 * How this scaler takes part: its decision in the simulated world, or deployed, whole, in the embedded cloud. The
 * two differ only where the alarm's event wakes the deployed one half a minute before its tick.
 */
export type Staging = "simulated" | "deployed";

/**
 * This scaler first, then what people would use instead, each in a world of its own.
 *
 * @param reserveInstances of this scaler; by default what is its default.
 */
export function contendersIn(world: World, staging: Staging, reserveInstances?: number): Contender[] {
  const settings = scalerSettings(world, reserveInstances);
  return [
    staging === "deployed"
      ? deployedScaler(world, settings)
      : simulatedScaler(world, { reserveInstances: settings.reserveInstances }),
    simulated("oneLaunchPerAlarm", () => oneLaunchPerAlarm(world, settings.alarmCpuPercent), world),
    simulated("targetTracking", () => targetTracking(world), world),
    simulated("horizontalPodAutoscaler", () => horizontalPodAutoscaler(world), world),
  ];
}

function simulatedScaler(
  world: World,
  changes: Partial<Pick<ScalingSettings, "forecast" | "reserveInstances">> = {},
  key: PolicyKey = "thisScaler",
): Contender {
  const own = { ...sentOf(cpuScalerArguments, defaults), ...scalerSettings(world), ...changes };
  return simulated(key, () => thisScaler(world, own), world);
}

/**
 * Those that have a target to be tuned, all simulated. This scaler has a reserve besides, and takes part without it too,
 * and without it with its forecast: what is the default is what is cheaper. Neither HPA nor target tracking has one.
 */
function tunables(world: World): Tunable[] {
  const { maxInstances } = widestLimits(world);
  const own = (key: PolicyKey, name: string, mostReserve: number, forecast: boolean): Tunable => ({
    key,
    name,
    mostReserve,
    at: ({ targetCpuPercent, reserveInstances }) =>
      // What the component refuses is no choice.
      targetProblem(targetCpuPercent, defaults.tolerance, reserveInstances, maxInstances) === undefined
        ? simulatedScaler({ ...world, targetCpuPercent }, { forecast, reserveInstances }, key)
        : undefined,
  });
  const other = (key: PolicyKey, create: (world: World) => Policy): Tunable => ({
    key,
    name: create(world).name,
    at: ({ targetCpuPercent }: Tuning) => {
      const tuned = { ...world, targetCpuPercent };
      return simulated(key, () => create(tuned), tuned);
    },
  });
  return [
    own("thisScaler", "this scaler", maxInstances, false),
    own("thisScalerWithoutReserve", "this scaler, without a reserve", 0, false),
    own("thisScalerForecasting", "this scaler, without a reserve, with its forecast", 0, true),
    other("targetTracking", targetTracking),
    other("horizontalPodAutoscaler", horizontalPodAutoscaler),
  ];
}

async function leastHoursOf(
  name: string,
  traces: readonly Trace[],
  world: World,
): Promise<LeastHoursOfTraces> {
  const policies: LeastHours[] = [];
  for (const tunable of tunables(world)) {
    tell(`${name}: ${tunable.name} at its cheapest`);
    policies.push(await leastHours(tunable, traces));
  }
  return { name, policies };
}

/**
 * `npm run bench -- scaler`: this scaler against what people would use instead, on the same load, with the same delays,
 * disturbances and limits, by time of day where a schedule names them; traces begin at midnight UTC of a Thursday. This
 * scaler is the deployed one, on the embedded cloud's stopped clock (about a minute for the six standard traces); the
 * sweep, the table of least instance-hours, and with `--quick` all of it, simulate its decision like the others'.
 */
export async function benchScaler(args: ParsedArguments): Promise<object> {
  const values = readOptions(args);
  const { seed, traces } = values;
  const world: World = {
    ...WORLD,
    seed,
    ...(values.schedule !== undefined && { schedule: values.schedule }),
  };
  const print = (...lines: readonly string[]) => process.stdout.write(`${lines.join("\n")}\n`);

  const staging = values.quick ? "simulated" : "deployed";
  const comparisons = await compare(contendersIn(world, staging), traces, (policy) =>
    tell(`${policy}, ${staging}`),
  );
  if (values.svg !== undefined) writeFileSync(values.svg, plotSvg(traces, comparisons));
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
    for (const { policy, runs } of values.plot ? comparisons : []) {
      const run = runs[index];
      if (run !== undefined) print(...plotText(`${trace.name}: ${policy}`, run), "");
    }
  }
  if (traces.length > 1) {
    print(...togetherTable("together", comparisons), "");
    for (const bootstrapSeconds of BOOTSTRAP_SWEEP) {
      tell(`all, at ${bootstrapSeconds} s of bootstrap`);
      const swept = await compare(contendersIn({ ...world, bootstrapSeconds }, "simulated"), traces);
      print(...togetherTable(`together, ${bootstrapSeconds} s of bootstrap, all simulated`, swept), "");
    }
  }
  print(...verdict(comparisons), "");

  const sets: readonly (readonly [string, readonly Trace[]])[] = values.ownTrace
    ? [[traces[0]?.name ?? "", traces]]
    : [
        ["the six traces", traces],
        ["a made week", [madeWeek(seed)]],
      ];
  const least: LeastHoursOfTraces[] = [];
  for (const [name, of] of sets) {
    const measured = await leastHoursOf(name, of, world);
    least.push(measured);
    print(...leastHoursTable(measured), "");
  }
  return report(world, traces, comparisons, least);
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
