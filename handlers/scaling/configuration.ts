import * as v from "valibot";

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const seconds = v.pipe(v.number(), v.minValue(0));

const metricSource = v.variant("kind", [
  /** `AWS/EC2 CPUUtilization` with these dimensions. */
  v.object({ kind: v.literal("dimensions"), dimensions: v.record(v.string(), v.string()) }),
  /** Metrics Insights over every instance with the fleet's tag. */
  v.object({ kind: v.literal("fleetTag") }),
]);

/** Where the CPU is read: see `CpuScalerArgs.metric`. */
export type MetricSource = v.InferOutput<typeof metricSource>;

const configuration = v.object({
  /** The tag that makes an instance a member of the fleet: its key, and the fleet's name as its value. */
  fleetTagKey: v.pipe(v.string(), v.nonEmpty()),
  fleet: v.pipe(v.string(), v.nonEmpty()),
  launchTemplateId: v.pipe(v.string(), v.nonEmpty()),
  subnetIds: v.pipe(v.array(v.string()), v.minLength(1)),
  securityGroupIds: v.pipe(v.array(v.string()), v.minLength(1)),
  publicIp: v.boolean(),
  alarmArn: v.string(),
  tickRuleArn: v.string(),
  metric: metricSource,
  instanceType: v.string(),
  /** The image's id; left out when a parameter holds it, which is read at each launch. */
  imageId: v.optional(v.string()),
  imageParameter: v.optional(v.string()),
  minInstances: count,
  maxInstances: count,
  targetCpuPercent: v.pipe(v.number(), v.gtValue(0), v.maxValue(100)),
  tolerance: v.pipe(v.number(), v.minValue(0)),
  warmupSeconds: seconds,
  scaleInAfterSeconds: seconds,
  maxStep: v.pipe(v.number(), v.integer(), v.minValue(1)),
  paused: v.boolean(),
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
