import { isWarmingUp, type InstanceRecord } from "./fleet";

export const MINUTE = 60_000;

/** What CloudWatch holds of one instance's CPU in one minute. */
export interface CpuSample {
  readonly instanceId: string;
  /** The minute's start, in milliseconds since the Unix epoch. */
  readonly time: number;
  /** 0 to 100. */
  readonly cpuPercent: number;
}

export interface DemandSettings {
  readonly targetCpuPercent: number;
  readonly warmupSeconds: number;
}

/** What one minute of the metric says about the number of instances that the load needs. */
export interface Demand {
  readonly time: number;
  /** Average over those in service that reported. */
  readonly cpuPercent: number;
  /** Instances in service that reported. */
  readonly reported: number;
  /** Whether every instance that is in service now, and was then, has reported. */
  readonly complete: boolean;
  /** Instances that would have carried the load at the target; a real number. */
  readonly needed: number;
}

/** From here on, the metric no longer tells how much more load there is. */
const SATURATED_CPU_PERCENT = 97;

/** How much greater than the measured load a load is taken to be that has used up the CPU. */
const SATURATED_FACTOR = 2;

/**
 * The demand of each minute that somebody in service reported in, oldest first: the sum over the instances that
 * were in service for the whole minute. Those that were still warming up are left out, since the CPU of a boot
 * is no load; so is whatever is not this fleet's. Instances that have ended since count for the minutes that
 * they served, or a scale-in would make the past look quieter than it was.
 *
 * Instances that served but have not reported yet count with the average of the others.
 */
export function demandByMinute(
  samples: readonly CpuSample[],
  records: readonly InstanceRecord[],
  { targetCpuPercent, warmupSeconds }: DemandSettings,
): Demand[] {
  const demands: Demand[] = [];
  for (const [time, ofMinute] of Map.groupBy(samples, (sample) => sample.time)) {
    const cpu = new Map(ofMinute.map(({ instanceId, cpuPercent }) => [instanceId, cpuPercent]));
    const served = records.filter((record) => servedIn(record, time, warmupSeconds, cpu));
    const reported = served.flatMap(({ id }) => cpu.get(id) ?? []);
    if (reported.length === 0) continue;
    const cpuPercent = reported.reduce((sum, value) => sum + value, 0) / reported.length;
    const factor = cpuPercent >= SATURATED_CPU_PERCENT ? SATURATED_FACTOR : 1;
    demands.push({
      time,
      cpuPercent,
      reported: reported.length,
      complete: reported.length === served.length,
      needed: ((served.length * cpuPercent) / targetCpuPercent) * factor,
    });
  }
  return demands.toSorted((a, b) => a.time - b.time);
}

/** Whether an instance was in service for the whole of a minute. */
function servedIn(
  record: InstanceRecord,
  time: number,
  warmupSeconds: number,
  cpu: ReadonlyMap<string, number>,
): boolean {
  if (record.launchTime + warmupSeconds * 1000 > time) return false;
  if (record.state === "running") return true;
  if (record.state === "pending") return false;
  // Of those that have ended, nobody knows whether silence means that they did nothing.
  return cpu.has(record.id) && (record.endedAt ?? Infinity) >= time + MINUTE;
}

/**
 * The minute that says what is needed now: the newest, once every instance in service is in it. Instances
 * report at offsets of their own, so until then it is the one before.
 */
export function presentDemand(demands: readonly Demand[]): Demand | undefined {
  const newest = demands.at(-1);
  return newest?.complete === true ? newest : demands.at(-2);
}

/** The instances whose CPU says something of the minutes since `from`: see `demandByMinute`. */
export function measuredInstances(
  records: readonly InstanceRecord[],
  from: number,
  now: number,
  warmupSeconds: number,
): string[] {
  return records
    .filter((record) =>
      record.state === "running" || record.state === "pending"
        ? !isWarmingUp(record, now, warmupSeconds)
        : (record.endedAt ?? Infinity) > from,
    )
    .map(({ id }) => id);
}
