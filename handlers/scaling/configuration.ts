import * as v from "valibot";
import { scalingSettings } from "./decision";

/** What the function is told, whatever carries its decisions out. */
const common = v.object({
  /** The tag that makes an instance a member of the fleet: its key, and the fleet's name as its value. */
  fleetTagKey: v.pipe(v.string(), v.nonEmpty()),
  fleet: v.pipe(v.string(), v.nonEmpty()),
  alarmArn: v.string(),
  tickRuleArn: v.string(),
  instanceType: v.string(),
  /** Instead of `imageId`: holds the image's id, which is read at each launch. */
  imageParameter: v.optional(v.string()),
  /** Where each action is told. */
  eventBusName: v.pipe(v.string(), v.nonEmpty()),
  notificationTopicArn: v.optional(v.string()),
  ...scalingSettings.entries,
});

/** What `createScaleFleet` is told. */
export type CommonConfiguration = v.InferOutput<typeof common>;

const configuration = v.object({
  ...common.entries,
  launchTemplateId: v.pipe(v.string(), v.nonEmpty()),
  launchTemplateVersion: v.pipe(v.string(), v.nonEmpty()),
  /** All tags of an instance and its volume, the fleet's own among them. */
  tags: v.record(v.string(), v.string()),
  /** The table that holds the fleet's launch journal. */
  journalTableName: v.pipe(v.string(), v.nonEmpty()),
  subnetIds: v.pipe(v.array(v.string()), v.minLength(1)),
  securityGroupIds: v.pipe(v.array(v.string()), v.minLength(1)),
  publicIp: v.boolean(),
});

const groupConfiguration = v.object({
  ...common.entries,
  autoScalingGroupName: v.pipe(v.string(), v.nonEmpty()),
});

/** What `CpuScaler` tells the function, as JSON in the variable `SCALER`; units as in `CpuScalerArgs`. */
export type ScalerConfiguration = v.InferOutput<typeof configuration>;

/** The same, where an Auto Scaling group carries the decisions out. */
export type GroupConfiguration = v.InferOutput<typeof groupConfiguration>;

/** @throws an error that names every member that is missing or wrong. */
export const parseConfiguration = parserOf(configuration);

/** @throws an error that names every member that is missing or wrong. */
export const parseGroupConfiguration = parserOf(groupConfiguration);

function parserOf<Schema extends v.GenericSchema>(schema: Schema) {
  return (json: string | undefined) => parse(schema, json);
}

function parse<Schema extends v.GenericSchema>(
  schema: Schema,
  json: string | undefined,
): v.InferOutput<Schema> {
  const parsed = v.safeParse(
    v.pipe(v.string("expected the configuration as JSON"), v.parseJson(), schema),
    json,
  );
  if (parsed.success) return parsed.output;
  const reasons = parsed.issues.map((issue) => `${v.getDotPath(issue) ?? "SCALER"}: ${issue.message}`);
  throw new Error(`The environment variable SCALER is not valid: ${reasons.join("; ")}`);
}
