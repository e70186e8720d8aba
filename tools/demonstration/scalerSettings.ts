import * as v from "valibot";
import type { CloudContext } from "embedded-aws";
import type { ScalingSettings } from "../../handlers/scaling/decision";
import type { FleetIdentity } from "./fleetTally";
import type { GivenLimits } from "./scheduledLimits";

/** What the demonstration needs to know of the deployed scaler. */
export interface ScalerSettings
  extends
    FleetIdentity,
    GivenLimits,
    Pick<
      ScalingSettings,
      "targetCpuPercent" | "reserveInstances" | "warmupSeconds" | "scaleInAfterSeconds" | "paused"
    > {
  readonly functionName: string;
  readonly logGroupName: string;
  readonly alarmCpuPercent: number;
}

/** The members of the function's variable `SCALER` that are read here. */
const scalerVariable = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    fleetTagKey: v.string(),
    fleet: v.string(),
    alarmArn: v.string(),
    minInstances: v.number(),
    maxInstances: v.number(),
    targetCpuPercent: v.number(),
    reserveInstances: v.number(),
    warmupSeconds: v.number(),
    scaleInAfterSeconds: v.number(),
    paused: v.boolean(),
    schedule: v.optional(
      v.array(
        v.object({ cron: v.string(), timezone: v.optional(v.string()), min: v.number(), max: v.number() }),
      ),
      [],
    ),
  }),
);

const functionConfiguration = v.object({
  LoggingConfig: v.object({ LogGroup: v.string() }),
  Environment: v.object({ Variables: v.object({ SCALER: scalerVariable }) }),
});

/** Reads the scaler's settings from its function, as it was deployed. */
export async function readScalerSettings(
  context: CloudContext,
  functionName: string,
): Promise<ScalerSettings> {
  const administrator = { kind: "administrator", accountId: context.accountId } as const;
  const { LoggingConfig, Environment } = v.parse(
    functionConfiguration,
    await context.call("lambda", "GetFunctionConfiguration", { FunctionName: functionName }, administrator),
  );
  const { fleetTagKey, fleet, alarmArn, ...settings } = Environment.Variables.SCALER;
  const alarmName = alarmArn.split(":").slice(6).join(":");
  const { MetricAlarms: [alarm] = [] } = await context.call(
    "monitoring",
    "DescribeAlarms",
    { AlarmNames: [alarmName] },
    administrator,
  );
  if (alarm?.Threshold === undefined)
    throw new Error(`The scaler's alarm "${alarmName}" is not there, or has no threshold`);
  return {
    ...settings,
    functionName,
    logGroupName: LoggingConfig.LogGroup,
    tag: { key: fleetTagKey, value: fleet },
    alarmName,
    alarmCpuPercent: alarm.Threshold,
  };
}
