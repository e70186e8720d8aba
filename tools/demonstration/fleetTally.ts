import type { AlarmEvent, CloudEvent } from "embedded-aws";

/** What makes the fleet's events the fleet's. */
export interface FleetIdentity {
  /** The tag that every instance of the fleet carries. */
  readonly tag: { readonly key: string; readonly value: string };
  readonly alarmName: string;
}

/** What has happened to a fleet so far. */
export interface FleetTally {
  readonly alarmState: AlarmEvent["state"] | undefined;
  /** How often the alarm went off. */
  readonly alarms: number;
  /** Ids of the instances that are pending or running. */
  readonly live: ReadonlySet<string>;
  readonly launched: number;
  /** The most instances that were pending or running at once. */
  readonly peak: number;
  /** Instances that are gone for good. */
  readonly terminated: number;
}

/** What the demonstration of the scaler has shown in the end. */
export interface ScalerDemonstration {
  readonly alarms: number;
  readonly launched: number;
  /** The most instances that were pending or running at once. */
  readonly peak: number;
  /** The most that the configuration allows. */
  readonly maximum: number;
  /** The least that the configuration keeps. */
  readonly minimum: number;
  readonly terminated: number;
  /** Instances that are left. */
  readonly final: number;
  /** What had not happened by the time that it should have; undefined when everything did. */
  readonly missed: string | undefined;
}

/** The tally of a fleet of which only the instances that live now are known; they count as launched. */
export function tallyOf(live: Iterable<string>): FleetTally {
  const there = new Set(live);
  return {
    alarmState: undefined,
    alarms: 0,
    live: there,
    launched: there.size,
    peak: there.size,
    terminated: 0,
  };
}

/** The tally after one more event; the same one when the event is not about the fleet. */
export function tallied(tally: FleetTally, event: CloudEvent, fleet: FleetIdentity): FleetTally {
  if (event.type === "alarm-state-changed" && event.alarmName === fleet.alarmName) {
    const alarms = tally.alarms + (event.state === "ALARM" ? 1 : 0);
    return { ...tally, alarmState: event.state, alarms };
  }
  if (event.type !== "instance-state-changed" || event.tags[fleet.tag.key] !== fleet.tag.value) return tally;
  const live = new Set(tally.live);
  switch (event.state) {
    case "pending":
      live.add(event.instanceId);
      return { ...tally, live, launched: tally.launched + 1, peak: Math.max(tally.peak, live.size) };
    case "shutting-down":
      live.delete(event.instanceId);
      return { ...tally, live };
    case "terminated":
      return { ...tally, terminated: tally.terminated + 1 };
    case "running":
      return tally;
  }
}
