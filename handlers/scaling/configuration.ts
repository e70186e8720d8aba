import * as v from "valibot";
import { scalingSettings } from "./decision";

const configuration = v.object({
  /** The tag that makes an instance a member of the fleet: its key, and the fleet's name as its value. */
  fleetTagKey: v.pipe(v.string(), v.nonEmpty()),
  fleet: v.pipe(v.string(), v.nonEmpty()),
  launchTemplateId: v.pipe(v.string(), v.nonEmpty()),
  launchTemplateVersion: v.pipe(v.string(), v.nonEmpty()),
  /** All tags of an instance and its volume, the fleet's own among them. */
  tags: v.record(v.string(), v.string()),
  /** The table that holds the fleet's launch journal. */
  journalTableName: v.pipe(v.string(), v.nonEmpty()),
  subnetIds: v.pipe(v.array(v.string()), v.minLength(1)),
  securityGroupIds: v.pipe(v.array(v.string()), v.minLength(1)),
  publicIp: v.boolean(),
  /** Where each action is told. */
  eventBusName: v.pipe(v.string(), v.nonEmpty()),
  notificationTopicArn: v.optional(v.string()),
  alarmArn: v.string(),
  tickRuleArn: v.string(),
  instanceType: v.string(),
  /** Instead of `imageId`: holds the image's id, which is read at each launch. */
  imageParameter: v.optional(v.string()),
  ...scalingSettings.entries,
});

/** What `CpuScaler` tells the function, as JSON in the variable `SCALER`; units as in `CpuScalerArgs`. */
export type ScalerConfiguration = v.InferOutput<typeof configuration>;

/** @throws an error that names every member that is missing or wrong. */
export function parseConfiguration(json: string | undefined): ScalerConfiguration {
  const parsed = v.safeParse(
    v.pipe(v.string("expected the configuration as JSON"), v.parseJson(), configuration),
    json,
  );
  if (parsed.success) return parsed.output;
  const reasons = parsed.issues.map((issue) => `${v.getDotPath(issue) ?? "SCALER"}: ${issue.message}`);
  throw new Error(`The environment variable SCALER is not valid: ${reasons.join("; ")}`);
}
