import * as v from "valibot";
import type { CpuSample } from "./demand";
import type { InstanceRecord } from "./fleet";
import type { LoadPoint } from "./forecast";
import type { FleetView } from "./fleetPort";
import { scheduleEntry } from "./schedule";
import { wakeMetric } from "./wakeMetric";

export type AlarmState = "OK" | "ALARM" | "INSUFFICIENT_DATA";

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const seconds = v.pipe(v.number(), v.minValue(0));

/** How the fleet is to be kept; see the arguments of `CpuScaler` for units, defaults and limits. */
export const scalingSettings = v.object({
  minInstances: count,
  maxInstances: count,
  targetCpuPercent: v.pipe(v.number(), v.gtValue(0), v.maxValue(100)),
  reserveInstances: count,
  tolerance: v.pipe(v.number(), v.minValue(0)),
  warmupSeconds: seconds,
  scaleInAfterSeconds: seconds,
  maxStep: v.pipe(v.number(), v.integer(), v.minValue(1)),
  paused: v.boolean(),
  forecast: v.boolean(),
  /** What says whether the fleet is needed at all; without it, the fleet's own CPU alone says how much. */
  wakeMetric: v.optional(wakeMetric),
  /** Limits by time of day instead of the two above; decisions are made by those in force (`limitsAt`). */
  schedule: v.optional(v.array(scheduleEntry)),
  /** The image that new instances get, where it is known before the launch. */
  imageId: v.optional(v.string()),
});

export type ScalingSettings = Readonly<v.InferOutput<typeof scalingSettings>>;

/** All that a decision is made of. */
export interface Situation {
  readonly now: number;
  /** Every instance with the fleet's tag, in every state; the order does not matter. */
  readonly fleet: readonly InstanceRecord[];
  /** Instances that were launched and that nobody sees yet; none by default. */
  readonly unseen?: number | undefined;
  /** See `FleetView`: with it, the decision is on the group's size. */
  readonly groupSize?: FleetView["groupSize"];
  /** Of those instances, at least the minutes of the stabilisation window; the order does not matter. */
  readonly samples: readonly CpuSample[];
  /** The load of past days, as far as it is known; the order does not matter. */
  readonly history?: readonly LoadPoint[] | undefined;
  /** Values of the metric that wakes the fleet, of the same minutes; the order does not matter. */
  readonly wake?: readonly number[] | undefined;
  /** The alarm's new state, when its change is what woke us. */
  readonly alarm?: AlarmState | undefined;
  /** Why nothing may be done, whatever the load. */
  readonly hold?: FleetView["hold"];
}

export type HoldReason =
  | "paused"
  | "no metric"
  | "asleep"
  | "at target"
  | "warming up"
  | "stabilising"
  | "alarm has no data"
  | "at maximum"
  | "launches unseen"
  | NonNullable<FleetView["hold"]>;

/** What a decision was made on, for the one line that explains it. */
export interface Findings {
  /** Of the last minute that counted; left out when there was none. */
  readonly cpuPercent?: number;
  /** The load of that minute, in instances' worth of work at full CPU; left out when there was none. */
  readonly load?: LoadPoint;
  /** Instances in service that reported in that minute. */
  readonly measured: number;
  readonly running: number;
  readonly pending: number;
  readonly warmingUp: number;
  /** Instances that are of no use and are being replaced; left out when there are none. */
  readonly unhealthy?: number;
  /** Whether the metric that wakes the fleet calls for an instance; left out when there is no such metric. */
  readonly called?: boolean;
  /** Instances wanted, before the limits. */
  readonly wanted: number;
  /** Of those, the ones beyond what the load needs; left out when there are none. */
  readonly reserve?: number;
  /** Instances wanted, within the limits; reached in steps of at most `maxStep`. */
  readonly desired: number;
}

export type Decision =
  | { readonly action: "launch"; readonly count: number; readonly findings: Findings }
  | {
      readonly action: "terminate";
      readonly instanceIds: readonly string[];
      /** Those that go in their place, in this order, should any be protected from termination. */
      readonly others: readonly string[];
      readonly findings: Findings;
    }
  /** Of a group that launches and terminates by itself: its size now, and the one that it is told. */
  | {
      readonly action: "resize";
      readonly from: number;
      readonly to: number;
      readonly findings: Findings;
    }
  | { readonly action: "hold"; readonly reason: HoldReason; readonly findings: Findings };
