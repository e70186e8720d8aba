import type { Decision, Findings, HoldReason, ScalingSettings, Situation } from "./decision";
import { demandByMinute, emergingDemand, MINUTE, presentDemand, type CpuSample, type Demand } from "./demand";
import { isWarmingUp, membersOf, type Member } from "./fleet";
import { rhythmAt, trendAt } from "./forecast";
import { terminationOrder } from "./terminationOrder";
import { unhealthyInstances, withReplacements } from "./unhealthy";
import { callsForInstance } from "./wakeMetric";
import { greatestWish, maySleep, wishFor, type Wish } from "./wish";

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
 *   a load greater than measured when the CPU is used up, and to the reserve beside them (see `wish.ts`). Instances on
 *   their way count as there.
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
  const samples = withinReach(situation, settings);
  // A group sees to the health of its instances by itself.
  const unhealthy =
    situation.groupSize === undefined
      ? unhealthyInstances({ ...situation, samples }, settings, SILENT_MS, historyMs(settings))
      : [];
  const fleet = membersOf(situation.fleet.filter((record) => !unhealthy.includes(record)));
  const decision = decideForHealthy({ ...situation, samples }, fleet, settings);
  const mayAct = situation.hold === undefined && !settings.paused;
  return mayAct ? withReplacements(decision, unhealthy, fleet.length, settings) : decision;
}

function decideForHealthy(
  situation: Situation,
  fleet: readonly Member[],
  settings: ScalingSettings,
): Decision {
  const { now, alarm } = situation;
  const { maxInstances, warmupSeconds, wakeMetric } = settings;
  // Stryker disable next-line ArrayDeclaration: what is no number is above nothing.
  const called = wakeMetric && callsForInstance(situation.wake ?? [], wakeMetric);
  // A schedule may have none at all for a while, whatever calls.
  const minInstances = Math.min(maxInstances, Math.max(settings.minInstances, called === true ? 1 : 0));
  const { unseen = 0, groupSize } = situation;
  const seen = groupSize ?? fleet.length;
  const size = groupSize ?? fleet.length + unseen;
  // What a group lacks may stay away for long: it keeps nothing else from being given away.
  const warming =
    (groupSize === undefined ? unseen : 0) +
    fleet.filter((member) => isWarmingUp(member, now, warmupSeconds)).length;
  const demands = demandByMinute(situation.samples, situation.fleet, settings);
  const last = presentDemand(demands);
  const fresh = last !== undefined && isFresh(last.time, now) ? last : undefined;

  const within = (wanted: number) => Math.min(Math.max(wanted, minInstances), maxInstances);
  const findings = (wish: Wish): Findings => ({
    ...(fresh && {
      cpuPercent: fresh.cpuPercent,
      load: { time: fresh.time, load: fresh.load },
    }),
    ...(called !== undefined && { called }),
    measured: fresh?.reported ?? 0,
    running: fleet.filter((member) => member.state === "running").length,
    pending: unseen + fleet.filter((member) => member.state === "pending").length,
    warmingUp: warming,
    ...wish,
    desired: within(wish.wanted),
  });
  const hold = (reason: HoldReason, wish: Wish = { wanted: size }): Decision => ({
    action: "hold",
    reason,
    findings: findings(wish),
  });
  // What is not seen yet is counted, and might still turn out otherwise: nothing is added to it meanwhile.
  const resize = (from: number, wish: Wish): Decision => ({
    action: "resize",
    from,
    to: from + Math.max(-settings.maxStep, Math.min(within(wish.wanted) - from, settings.maxStep)),
    findings: findings(wish),
  });
  const launch = (wish: Wish): Decision => {
    if (groupSize !== undefined) return resize(groupSize, wish);
    return unseen > 0
      ? hold("launches unseen", wish)
      : {
          action: "launch",
          count: Math.min(within(wish.wanted) - size, settings.maxStep),
          findings: findings(wish),
        };
  };
  const terminate = (wish: Wish): Decision => {
    if (groupSize !== undefined) return resize(groupSize, wish);
    const order = terminationOrder(fleet, now, warmupSeconds, settings.imageId).map(({ id }) => id);
    const count = Math.min(seen - within(wish.wanted), settings.maxStep);
    return {
      action: "terminate",
      instanceIds: order.slice(0, count),
      others: order.slice(count),
      findings: findings(wish),
    };
  };

  if (situation.hold !== undefined) return hold(situation.hold);
  if (settings.paused) return hold("paused");
  if (seen > maxInstances) return terminate({ wanted: size });
  // Under a maximum that is lower by now; what nobody sees may never come, and is no reason to end what is there.
  if (size > maxInstances) return hold("launches unseen");
  const asleep = size === 0 && called !== true && maySleep(settings);
  if (fresh === undefined) {
    if (size < minInstances) return launch({ wanted: minInstances });
    return hold(asleep ? "asleep" : "no metric");
  }

  const inForce = { ...settings, minInstances };
  const wish = greatestWish(
    wishFor(fresh.needed, size, inForce),
    wishFor(foreseen(situation, demands, fresh, settings), size, inForce),
  );
  if (within(wish.wanted) > size) return launch(wish);
  if (wish.wanted > size) return hold("at maximum", wish);

  const hasGrown = warming === 0 && fleet.some(({ launchTime }) => now - launchTime < GROWN_MS);
  const lately = wishesLately(demands, fresh, size, hasGrown, inForce);
  if (asleep) return hold("asleep");
  const most = lately && greatestWish(wish, ...lately);
  if (most === undefined || within(most.wanted) >= size)
    return hold(wish.wanted < size ? "stabilising" : "at target", wish);
  if (warming > 0) return hold("warming up", wish);
  // Datapoints that arrive while the alarm finds none are too few to give capacity away on.
  if (alarm === "INSUFFICIENT_DATA") return hold("alarm has no data", wish);
  return terminate(most);
}

/** What will be needed when an instance that is launched now is ready, by the trend and by the days before; or 0. */
function foreseen(
  // Stryker disable next-line ArrayDeclaration: what has no time is of no day.
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
 * What each minute of the stabilisation window wanted; undefined when one is missing: it wanted, for all we know, what is
 * there now, and nothing is given away on a gap. Of a fleet that has just grown, nothing is given away that the load needs
 * again as soon as it rises by the tolerance: noise would launch it once more.
 */
function wishesLately(
  demands: readonly Demand[],
  last: Demand,
  size: number,
  hasGrown: boolean,
  settings: ScalingSettings,
): Wish[] | undefined {
  const minutes = Math.max(1, Math.ceil(settings.scaleInAfterSeconds / 60));
  const window = demands.filter(({ time }) => time > last.time - minutes * MINUTE && time <= last.time);
  if (window.length < minutes) return undefined;
  const margin = hasGrown ? 1 + 2 * settings.tolerance : 1;
  return window.map(({ needed }) => wishFor(needed * margin, size, settings));
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
