import { cpuScalerArguments } from "../../../../components/cpuScaler/arguments";
import { defaultsOf, sentOf } from "../../../../components/parts/argumentTable";
import type { ScalerConfiguration } from "../../../../handlers/scaling/configuration";
import { SOURCES } from "./events";
import type { Situation, ScalingSettings } from "../../../../handlers/scaling/decision";
import type { CpuSample } from "../../../../handlers/scaling/demand";
import type { InstanceRecord, Member } from "../../../../handlers/scaling/fleet";
import type { WakeMetric } from "../../../../handlers/scaling/wakeMetric";

/** Situations are told in minutes before this moment: half a minute past a full one. */
export const NOW = Date.UTC(2026, 5, 1, 12, 0, 30);
const FULL_MINUTE = Date.UTC(2026, 5, 1, 12);

export const settings: ScalingSettings = {
  ...sentOf(cpuScalerArguments, defaultsOf(cpuScalerArguments)),
  maxInstances: 10,
  imageId: "ami-new",
};

/** Calls above 5 messages. */
export const WAKE_METRIC: WakeMetric = {
  namespace: "AWS/SQS",
  name: "ApproximateNumberOfMessagesVisible",
  dimensions: { QueueName: "jobs" },
  above: 5,
};

export function member(id: string, launchedMinutesAgo = 60, changes: Partial<Member> = {}): Member {
  return {
    id,
    state: "running",
    launchTime: NOW - launchedMinutesAgo * 60_000,
    imageId: "ami-new",
    ...changes,
  };
}

/** `count` members that have long been in service. */
export function members(count: number): Member[] {
  return Array.from({ length: count }, (_, index) => member(`i-${index}`, 100 - index));
}

/**
 * What each of these instances reports, minute by minute, from its launch on: the same CPU for all; the last
 * minute is the one that ended half a minute ago. A gap where the value is undefined.
 */
export function minutes(
  fleet: readonly Pick<Member, "id" | "launchTime">[],
  values: readonly (number | undefined)[],
): CpuSample[] {
  return values.flatMap((cpuPercent, index) => {
    const time = FULL_MINUTE - (values.length - index) * 60_000;
    if (cpuPercent === undefined) return [];
    return fleet
      .filter(({ launchTime }) => launchTime <= time)
      .map(({ id }) => ({ instanceId: id, time, cpuPercent }));
  });
}

export function situation(
  fleet: readonly InstanceRecord[],
  cpu: readonly (number | undefined)[],
  changes: Partial<Situation> = {},
): Situation {
  return { now: NOW, fleet, samples: minutes(fleet, cpu), ...changes };
}

/** What the component tells the function. */
export const configuration: ScalerConfiguration = {
  ...settings,
  eventBusName: "default",
  imageId: "ami-new",
  fleetTagKey: "Fleet",
  fleet: "web",
  launchTemplateId: "lt-1",
  launchTemplateVersion: "3",
  tags: { Fleet: "web", Name: "web" },
  journalTableName: "web-journal",
  subnetIds: ["a", "b", "c"],
  securityGroupIds: ["sg-1"],
  publicIp: false,
  ...SOURCES,
  instanceType: "t3.micro",
};
