import { limitsAt, type Limits, type ScheduleEntry } from "../../handlers/scaling/schedule";

/** An instance as a policy may see it. */
export interface InstanceView {
  readonly id: string;
  readonly state: "pending" | "running";
  /** Milliseconds since the Unix epoch. */
  readonly launchTime: number;
  /** When it came into service, once it has; an orchestrator's readiness check knows it, EC2 does not. */
  readonly readyAt?: number | undefined;
}

/** An instance that has been terminated, as EC2 describes it for an hour. */
export interface EndedView extends Pick<InstanceView, "id" | "launchTime"> {
  readonly endedAt: number;
}

/** One minute of the CPU metric, as far as it has become available: instances report at offsets of their own. */
export interface MinuteView {
  /** The minute's start, in milliseconds since the Unix epoch. */
  readonly time: number;
  /** The CPU of each instance that has reported, by its id: those that boot or still start their application too. */
  readonly byInstance: ReadonlyMap<string, number>;
  /**
   * The metric that all instances of the image share, over every one that has reported: booting ones, and those
   * that are not the fleet's.
   */
  readonly shared: Average;
}

export interface Average {
  readonly cpuPercent: number;
  readonly instances: number;
}

export interface PolicyView {
  readonly now: number;
  readonly instances: readonly InstanceView[];
  /** Those terminated within the last hour. */
  readonly ended: readonly EndedView[];
  /** Oldest first; of the last hour, what is available by now. */
  readonly minutes: readonly MinuteView[];
}

export type PolicyAction =
  | { readonly action: "launch"; readonly count: number }
  | { readonly action: "terminate"; readonly instanceIds: readonly string[] }
  | { readonly action: "hold" };

/** What every policy is given alike. */
export interface CommonSettings {
  readonly minInstances: number;
  readonly maxInstances: number;
  readonly targetCpuPercent: number;
  /**
   * Limits by time of day instead of the two, which hold for every policy: by scheduled actions of a group, or by whoever
   * changes an autoscaler's. None without it.
   */
  readonly schedule?: readonly ScheduleEntry[] | undefined;
}

/** One way to scale a fleet. It may remember what it likes between calls. */
export interface Policy {
  readonly name: string;
  /** As printed beside the figures. */
  readonly parameters: Readonly<Record<string, string | number>>;
  /** How often it looks: seconds, a divisor of 60. */
  readonly everySeconds: number;
  reconcile(view: PolicyView): PolicyAction | Promise<PolicyAction>;
}

export const HOLD: PolicyAction = { action: "hold" };

/** Towards `desired` instances: launches what is missing, or terminates the oldest of what is too many. */
export function towards(desired: number, instances: readonly InstanceView[]): PolicyAction {
  const missing = desired - instances.length;
  if (missing > 0) return { action: "launch", count: missing };
  if (missing === 0) return HOLD;
  const oldestFirst = instances.toSorted((a, b) => a.launchTime - b.launchTime);
  return { action: "terminate", instanceIds: oldestFirst.slice(0, -missing).map(({ id }) => id) };
}

export function clamp(desired: number, { minInstances, maxInstances }: Limits): number {
  return Math.min(Math.max(desired, minInstances), maxInstances);
}

/** Back within limits that have just changed, whatever the load; undefined while the size is within them. */
export function backWithin(
  { now, instances }: PolicyView,
  settings: CommonSettings,
): PolicyAction | undefined {
  const size = instances.length;
  const next = clamp(size, limitsAt(now, settings));
  return next === size ? undefined : towards(next, instances);
}

/** The mean of these; 0 of none. */
export function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
