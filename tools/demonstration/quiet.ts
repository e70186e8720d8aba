import type { Limits } from "../../handlers/scaling/schedule";
import type { ScalerSettings } from "./scalerSettings";

type QuietSettings = Pick<ScalerSettings, "targetCpuPercent" | "reserveInstances">;

/** What an instance without work shows, at most, in percent: the cloud's own are below. */
const IDLE_CPU_PERCENT = 2;
/** How much more a fleet that has just grown keeps than its load needs, at the greatest tolerance. */
const MARGIN = 2;

/** A load that the minimum carries at half of the target; where a reserve is beside it, one that it does not outgrow. */
export function quietDemand({ minInstances }: Limits, settings: QuietSettings): number {
  if (minInstances === 0) return 0;
  const { targetCpuPercent, reserveInstances } = settings;
  return (Math.max(1, minInstances - reserveInstances) * targetCpuPercent) / 200;
}

/** The most instances that a fleet keeps then: its minimum, or an instance and its reserve; none where it sleeps. */
export function quietSize({ minInstances, maxInstances }: Limits, settings: QuietSettings): number {
  if (minInstances === 0) return 0;
  const { targetCpuPercent, reserveInstances } = settings;
  // What each instance does by itself looks like a load, that of those which are there for it too.
  const idle = (MARGIN * IDLE_CPU_PERCENT) / targetCpuPercent;
  // Each then calls for another.
  if (idle >= 1) return maxInstances;
  const forTheLoad = Math.max(1, Math.ceil((idle * reserveInstances) / (1 - idle)));
  const resting = reserveInstances === 0 ? 0 : reserveInstances + forTheLoad;
  return Math.min(maxInstances, Math.max(minInstances, resting));
}
