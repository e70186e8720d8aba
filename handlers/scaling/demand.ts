import { inServiceAt, type Member } from "./fleet";

export const MINUTE = 60_000;

/** One minute of the fleet's CPU metric. */
export interface Datapoint {
  /** The minute's start, in milliseconds since the Unix epoch. */
  readonly time: number;
  /** Average over the instances that reported, 0 to 100. */
  readonly cpuPercent: number;
  /** How many instances the average is of: CloudWatch's `SampleCount`. Left out when the metric has none. */
  readonly reporting?: number;
}

export interface DemandSettings {
  readonly targetCpuPercent: number;
  readonly maxInstances: number;
  readonly warmupSeconds: number;
}

/** What one minute of the metric says about the number of instances that the load needs. */
export interface Demand {
  readonly time: number;
  readonly cpuPercent: number;
  /** Instances that carried the load in that minute. */
  readonly instances: number;
  /** Instances that would have carried it at the target; a real number. */
  readonly needed: number;
  /** The CPU was used up, so the load may have been greater than what was measured. */
  readonly saturated: boolean;
}

/** From here on, the metric no longer tells how much more load there is. */
const SATURATED_CPU_PERCENT = 97;

/** How much greater than the measured load a load is taken to be that has used up the CPU. */
const SATURATED_FACTOR = 2;

/**
 * The demand of each minute, oldest first. The average alone would mislead as soon as the fleet changes: a
 * datapoint is minutes old when it is read, and speaks of the instances of its own time. So the load of a
 * minute is its average times the instances that it is the average of, whatever the fleet is now; a launch is
 * then not repeated because old datapoints still show the old fleet.
 *
 * Instances that serve but have not reported yet count with the average of the others.
 */
export function demandByMinute(
  datapoints: readonly Datapoint[],
  fleet: readonly Member[],
  settings: DemandSettings,
): Demand[] {
  const { targetCpuPercent, maxInstances, warmupSeconds } = settings;
  return datapoints
    .map(({ time, cpuPercent, reporting = 0 }) => {
      const instances = Math.min(Math.max(reporting, inServiceAt(fleet, time, warmupSeconds)), maxInstances);
      const saturated = cpuPercent >= SATURATED_CPU_PERCENT;
      const needed = ((instances * cpuPercent) / targetCpuPercent) * (saturated ? SATURATED_FACTOR : 1);
      return { time, cpuPercent, instances, needed, saturated };
    })
    .toSorted((a, b) => a.time - b.time);
}
