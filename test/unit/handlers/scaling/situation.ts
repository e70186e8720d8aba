import { cpuScalerArguments } from "../../../../components/cpuScaler/arguments";
import { defaultsOf, sentOf } from "../../../../components/parts/argumentTable";
import type { ScalerConfiguration } from "../../../../handlers/scaling/configuration";
import { SOURCES } from "./events";
import type { Situation, ScalingSettings } from "../../../../handlers/scaling/decideCapacity";
import type { Datapoint } from "../../../../handlers/scaling/demand";
import type { Member } from "../../../../handlers/scaling/fleet";

/** Situations are told in minutes before this moment: half a minute past a full one. */
export const NOW = Date.UTC(2026, 5, 1, 12, 0, 30);
const FULL_MINUTE = Date.UTC(2026, 5, 1, 12);

export const settings: ScalingSettings = {
  ...sentOf(cpuScalerArguments, defaultsOf(cpuScalerArguments)),
  maxInstances: 10,
  imageId: "ami-new",
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
 * One datapoint a minute, the last of them for the minute that ended a minute ago (CloudWatch is late); a gap
 * where the value is undefined.
 */
export function minutes(values: readonly (number | undefined)[], reporting?: number): Datapoint[] {
  return values.flatMap((cpuPercent, index) =>
    cpuPercent === undefined
      ? []
      : [
          {
            time: FULL_MINUTE - (values.length - index + 1) * 60_000,
            cpuPercent,
            ...(reporting !== undefined && { reporting }),
          },
        ],
  );
}

export function situation(
  fleet: readonly Member[],
  cpu: readonly (number | undefined)[],
  changes: Partial<Situation> = {},
): Situation {
  return { now: NOW, fleet, datapoints: minutes(cpu), ...changes };
}

/** What the component tells the function. */
export const configuration: ScalerConfiguration = {
  ...settings,
  imageId: "ami-new",
  fleetTagKey: "Fleet",
  fleet: "web",
  launchTemplateId: "lt-1",
  subnetIds: ["a", "b", "c"],
  securityGroupIds: ["sg-1"],
  publicIp: false,
  ...SOURCES,
  metric: { kind: "dimensions", dimensions: { ImageId: "ami-new" } },
  instanceType: "t3.micro",
};
