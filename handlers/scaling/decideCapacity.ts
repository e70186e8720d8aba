import type { Decision, Findings, HoldReason, ScalingSettings, Situation } from "./decision";
import { demandByMinute, emergingDemand, MINUTE, presentDemand, type CpuSample, type Demand } from "./demand";
import { isWarmingUp, membersOf, type Member } from "./fleet";
import { rhythmAt, trendAt } from "./forecast";
import { terminationOrder } from "./terminationOrder";
import { unhealthyInstances, withReplacements } from "./unhealthy";
import { wakes } from "./schedule";
import { callsForInstance } from "./wakeMetric";

/** A minute of the metric is available at most this much after its end: Amazon EC2 user guide, two periods. */
const METRIC_DELAY_MS = 2 * MINUTE;

/**
 * A datapoint that starts this long ago is history, not the present: its own minute, which ends up to a minute after the
 * one that it is named after, the delay, one tick.
 */
const FRESH_MS = 2 * MINUTE + METRIC_DELAY_MS + MINUTE;

/** An instance that was in service for so long must have reported: one whole minute, the delay, one tick. */
const SILENT_MS = FRESH_MS + MINUTE;

/** So long after its last launch a fleet counts as one that has just grown. */
const GROWN_MS = 60 * MINUTE;

/** How far a datapoint's time may lie ahead of our clock. */
const CLOCK_SKEW_MS = MINUTE;

/** Whether something that happened at `time` still says something about `now`, both in milliseconds. */
export function isFresh(time: number, now: number): boolean {
  return now - time <= FRESH_MS && time - now <= CLOCK_SKEW_MS;
}

/** How far back the metric must reach for a decision, in milliseconds. */
export function historyMs(settings: ScalingSettings): number {
  return settings.scaleInAfterSeconds * 1000 + FRESH_MS;
}

/**
 * The fleet's next step. Nothing is remembered between calls: each looks at what is there and at what the load
 * of the last minutes needed, so a missed call costs a minute and a repeated one nothing.
 *
 * - Out at once and in proportion: to the instances that would carry the last minute's load at the target, and
 *   a load greater than measured when the CPU is used up. Instances on their way count as there.
 * - What is foreseen for the moment when a launch is ready counts like what is needed now (see `forecast.ts`).
 * - In by the greatest need of the stabilisation window, read from the metric's own history; never while an
 *   instance is warming up, for the fleet has not yet felt the last step.
 * - Instances that are of no use count for the maximum alone, and are replaced (see `withReplacements`).
 * - To none, and back to one, by the metric that wakes the fleet: while it has called in any minute of the history,
 *   at least one is kept. While it has not, instances that have next to nothing to do are not needed; of any that
 *   does something at least one is, since a share of an instance cannot be had.
 * - No metric, no guess: only the limits are kept then.
 */
export function decideCapacity(situation: Situation, settings: ScalingSettings): Decision {
  const { unseen = 0 } = situation;
  const samples = withinReach(situation, settings);
  const unhealthy = unhealthyInstances({ ...situation, samples }, settings, SILENT_MS, historyMs(settings));
  const fleet = membersOf(situation.fleet.filter((record) => !unhealthy.includes(record)));
  const decision = decideForHealthy({ ...situation, samples }, fleet, settings);
  const mayAct = situation.hold === undefined && !settings.paused;
  return mayAct ? withReplacements(decision, unhealthy, fleet.length + unseen, settings) : decision;
}

function decideForHealthy(
  situation: Situation,
  fleet: readonly Member[],
  settings: ScalingSettings,
): Decision {
  const { now, alarm } = situation;
  const { maxInstances, warmupSeconds, wakeMetric } = settings;
  const called = wakeMetric && callsForInstance(situation.wake ?? [], wakeMetric);
  // A schedule may have none at all for a while, whatever calls.
  const minInstances = Math.min(maxInstances, Math.max(settings.minInstances, called === true ? 1 : 0));
  const { unseen = 0 } = situation;
  const size = fleet.length + unseen;
  const warming = unseen + fleet.filter((member) => isWarmingUp(member, now, warmupSeconds)).length;
  const demands = demandByMinute(situation.samples, situation.fleet, settings);
  const last = presentDemand(demands);
  const fresh = last !== undefined && isFresh(last.time, now) ? last : undefined;

  const within = (wanted: number) => Math.min(Math.max(wanted, minInstances), maxInstances);
  const findings = (wanted: number): Findings => ({
    ...(fresh && {
      cpuPercent: fresh.cpuPercent,
      load: { time: fresh.time, load: fresh.load },
    }),
    ...(called !== undefined && { called }),
    measured: fresh?.reported ?? 0,
    running: fleet.filter((member) => member.state === "running").length,
    pending: unseen + fleet.filter((member) => member.state === "pending").length,
    warmingUp: warming,
    wanted,
    desired: within(wanted),
  });
  const hold = (reason: HoldReason, wanted = size): Decision => ({
    action: "hold",
    reason,
    findings: findings(wanted),
  });
  // What is not seen yet is counted, and might still turn out otherwise: nothing is added to it meanwhile.
  const launch = (wanted: number): Decision =>
    unseen > 0
      ? hold("launches unseen", wanted)
      : {
          action: "launch",
          count: Math.min(within(wanted) - size, settings.maxStep),
          findings: findings(wanted),
        };
  const terminate = (wanted: number): Decision => ({
    action: "terminate",
    instanceIds: terminationOrder(fleet, now, warmupSeconds, settings.imageId)
      .slice(0, Math.min(size - within(wanted), settings.maxStep))
      .map((member) => member.id),
    findings: findings(wanted),
  });

  if (situation.hold !== undefined) return hold(situation.hold);
  if (settings.paused) return hold("paused");
  if (size > maxInstances) return terminate(size);
  const asleep = size === 0 && called !== true && maySleep(settings);
  if (fresh === undefined) {
    if (size < minInstances) return launch(minInstances);
    return hold(asleep ? "asleep" : "no metric");
  }

  const wanted = Math.max(
    instancesFor(fresh.needed, size, settings),
    instancesFor(foreseen(situation, demands, fresh, settings), size, settings),
  );
  if (within(wanted) > size) return launch(wanted);
  if (wanted > size) return hold("at maximum", wanted);

  const hasGrown = warming === 0 && fleet.some(({ launchTime }) => now - launchTime < GROWN_MS);
  const peak = Math.max(wanted, peakWish(demands, fresh, size, hasGrown, settings));
  if (asleep) return hold("asleep");
  if (within(peak) >= size) return hold(wanted < size ? "stabilising" : "at target", Math.min(wanted, size));
  if (warming > 0) return hold("warming up", wanted);
  // Datapoints that arrive while the alarm finds none are too few to give capacity away on.
  if (alarm === "INSUFFICIENT_DATA") return hold("alarm has no data", wanted);
  return terminate(peak);
}

/** What will be needed when an instance that is launched now is ready, by the trend and by the days before; or 0. */
function foreseen(
  { now, samples, fleet, history = [] }: Situation,
  demands: readonly Demand[],
  present: Demand,
  settings: ScalingSettings,
): number {
  if (!settings.forecast) return 0;
  const ready = now + settings.warmupSeconds * 1000;
  const emerging = emergingDemand(present, samples, fleet, settings);
  const known = demands.filter(({ time }) => time <= present.time);
  const trend = trendAt(emerging === undefined ? known : [...known, emerging], ready);
  const rhythm = rhythmAt(history, now, now, ready + MINUTE);
  return Math.max(emerging?.needed ?? 0, trend ?? 0, ((rhythm ?? 0) * 100) / settings.targetCpuPercent);
}

/**
 * Whole instances for a need; the present size, when it is within the tolerance of the need. None, where the fleet
 * may sleep, when the need is within the tolerance of none.
 */
function instancesFor(needed: number, size: number, settings: ScalingSettings): number {
  const { tolerance } = settings;
  if (maySleep(settings) && needed <= tolerance) return 0;
  return Math.abs(needed - size) <= tolerance * size ? size : Math.ceil(needed - 1e-9);
}

/** Whether something else than its CPU wakes a fleet that has no instance. */
function maySleep({ wakeMetric, schedule }: ScalingSettings): boolean {
  return wakeMetric !== undefined || wakes(schedule);
}

/**
 * The most instances that any minute of the stabilisation window wanted. A minute that is missing wanted, for
 * all we know, what is there now: nothing is given away on a gap. Of a fleet that has just grown, nothing is given away
 * that the load needs again as soon as it rises by the tolerance: noise would launch it once more.
 */
function peakWish(
  demands: readonly Demand[],
  last: Demand,
  size: number,
  hasGrown: boolean,
  settings: ScalingSettings,
): number {
  const minutes = Math.max(1, Math.ceil(settings.scaleInAfterSeconds / 60));
  const window = demands.filter(({ time }) => time > last.time - minutes * MINUTE && time <= last.time);
  if (window.length < minutes) return size;
  const margin = hasGrown ? 1 + 2 * settings.tolerance : 1;
  const wishes = window.map(({ needed }) => instancesFor(needed * margin, size, settings));
  return Math.min(
    size,
    wishes.reduce((most, wish) => Math.max(most, wish), 0),
  );
}

/** The samples that can be used: no older than the history, not from the future, a real value. */
function withinReach({ now, samples }: Situation, settings: ScalingSettings): CpuSample[] {
  return samples.flatMap((sample) => {
    const { time, cpuPercent } = sample;
    if (!Number.isFinite(cpuPercent) || cpuPercent < 0) return [];
    if (time > now + CLOCK_SKEW_MS || time < now - historyMs(settings)) return [];
    return [{ ...sample, cpuPercent: Math.min(cpuPercent, 100) }];
  });
}
