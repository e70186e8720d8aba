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
  /** In instances' worth of work at full CPU; what a used-up CPU does not show is not in it. */
  readonly load: number;
  /** Instances that would have carried the load at the target; a real number. */
  readonly needed: number;
}

type Measured = Omit<Demand, "needed">;

/** From here on, the metric no longer tells how much more load there is. */
const USED_UP_CPU_PERCENT = 97;

/** How much greater than what is seen a load is taken to be that has used up the CPU. */
const USED_UP_FACTOR = 2;
/** The same, where the minutes before show that it has just risen: then growing in steps wastes at most a quarter. */
const RISEN_FACTOR = 1.25;
/** A load that was less within so long before has just risen. */
const RISE_MS = 4 * MINUTE;
/** Loads that differ by less are the same instances, used up in both minutes. */
const SAME_LOAD = 0.95;

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
  const demands: Measured[] = [];
  for (const [time, ofMinute] of Map.groupBy(samples, (sample) => sample.time)) {
    const cpu = new Map(ofMinute.map(({ instanceId, cpuPercent }) => [instanceId, cpuPercent]));
    const served = records.filter((record) => servedIn(record, time, warmupSeconds, cpu));
    const reported = served.flatMap(({ id }) => cpu.get(id) ?? []);
    if (reported.length === 0) continue;
    const cpuPercent = reported.reduce((sum, value) => sum + value, 0) / reported.length;
    const load = (served.length * cpuPercent) / 100;
    demands.push({
      time,
      cpuPercent,
      reported: reported.length,
      complete: reported.length === served.length,
      load,
    });
  }
  const loads = demands.toSorted((a, b) => a.time - b.time);
  return loads.map((demand) => ({ ...demand, needed: (100 * likelyLoad(demand, loads)) / targetCpuPercent }));
}

/** The load of a minute; where it has used up the CPU, the metric does not tell how much more there is. */
function likelyLoad(minute: Measured, loads: readonly Measured[]): number {
  const { time, load } = minute;
  if (!isUsedUp(minute)) return load;
  const hasRisen = loads.some(
    // Stryker disable next-line EqualityOperator: a minute has no less load than itself.
    (other) => other.time < time && other.time >= time - RISE_MS && other.load < SAME_LOAD * load,
  );
  return (hasRisen ? RISEN_FACTOR : USED_UP_FACTOR) * load;
}

function isUsedUp({ cpuPercent }: Measured): boolean {
  return cpuPercent >= USED_UP_CPU_PERCENT;
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

/**
 * The minute after `present`, as far as it can be told before all have reported in it: the present need, changed by
 * what those have changed that have reported in both. Undefined while fewer than half have, since one instance says
 * little of the fleet, and when others were in service in it: then the load is spread anew, and a change of one says
 * nothing of the whole.
 */
export function emergingDemand(
  present: Demand,
  samples: readonly CpuSample[],
  records: readonly InstanceRecord[],
  { targetCpuPercent, warmupSeconds }: DemandSettings,
): Pick<Demand, "time" | "needed"> | undefined {
  const time = present.time + MINUTE;
  const minuteAt = (minute: number) => {
    const ofMinute = samples.filter((sample) => sample.time === minute);
    const cpu = new Map(ofMinute.map(({ instanceId, cpuPercent }) => [instanceId, cpuPercent]));
    const served = records.filter((record) => servedIn(record, minute, warmupSeconds, cpu));
    return { cpu, served: served.map(({ id }) => id) };
  };
  const [before, after] = [minuteAt(present.time), minuteAt(time)];
  if (before.served.join(" ") !== after.served.join(" ")) return undefined;
  // Of those in service alone: what still warms up shows the CPU of its boot.
  const changes = after.served.flatMap((id) => {
    const [then, since] = [before.cpu.get(id), after.cpu.get(id)];
    return then === undefined || since === undefined ? [] : [since - then];
  });
  if (2 * changes.length < present.reported) return undefined;
  const change = changes.reduce((sum, value) => sum + value, 0) / targetCpuPercent;
  return { time, needed: Math.max(0, present.needed + change) };
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
