import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { ArgumentChecks, boolean, integer, isPlain, listOf, number, oneOf, text } from "../parts/arguments";
import { LOG_RETENTION_DAYS, type LambdaFunctionTransforms } from "../parts/lambdaFunction";
import type { SecureQueueTransforms } from "../parts/secureQueue";
import type { Transform } from "../parts/transform";

/** Which CPU metric the fleet is measured by. */
export type CpuMetric =
  /** `AWS/EC2 CPUUtilization` by these dimensions ("InstanceType"), with everything else that they cover. */
  | { readonly kind: "dimensions"; readonly dimensions: Readonly<Record<string, pulumi.Input<string>>> }
  /**
   * A Metrics Insights query over exactly the instances of this fleet, by their tag. Needs the account's opt-in
   * to tags on telemetry (`aws.observabilityadmin.TelemetryEnrichment`).
   */
  | { readonly kind: "fleetTag" };

/** Every number has the default and the limits that `cpuScalerDefaults` and `cpuScalerRules` state. */
export interface CpuScalerArgs {
  /** The image of new instances ("ami-0123456789abcdef0"): this, or `amiSsmParameter`. */
  readonly amiId?: pulumi.Input<string> | undefined;
  /**
   * The SSM parameter that holds the image's id, read at each launch:
   * "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64". Needs `metric`, since an alarm by
   * `ImageId` must know the id beforehand.
   */
  readonly amiSsmParameter?: pulumi.Input<string> | undefined;
  /** "t3.micro" */
  readonly instanceType: pulumi.Input<string>;
  /** Where instances are launched: at least one subnet, each in another zone, all tried in turn. */
  readonly subnetIds: pulumi.Input<readonly pulumi.Input<string>[]>;
  /** Of every instance; at least one. */
  readonly securityGroupIds: pulumi.Input<readonly pulumi.Input<string>[]>;
  /** Whether instances get public IPv4 addresses; false by default. */
  readonly publicIp?: pulumi.Input<boolean> | undefined;
  /** What an instance runs when it first starts, as text: at most 16 KB. None by default. */
  readonly userData?: pulumi.Input<string> | undefined;
  /** What instances may do in AWS; by default nothing. The role is the one in the profile. */
  readonly instanceProfile?:
    { readonly arn: pulumi.Input<string>; readonly roleArn: pulumi.Input<string> } | undefined;
  /** The image's root device; "/dev/xvda", Amazon Linux's, by default. */
  readonly rootDeviceName?: pulumi.Input<string> | undefined;
  /** 1 to 16,384 GB, at least the image's size; 8 by default. */
  readonly rootVolumeGigabytes?: pulumi.Input<number> | undefined;

  /**
   * Instances kept whatever the load: 0 to 1,000; 1 by default. From 0 instances nothing ever scales out, since
   * there is no CPU to measure.
   */
  readonly minInstances?: pulumi.Input<number> | undefined;
  /** Instances never exceeded: 1 to 1,000, at least `minInstances`; 4 by default. */
  readonly maxInstances?: pulumi.Input<number> | undefined;
  /**
   * The average CPU that the fleet is sized for: 1 to 95 %; 60 by default. With the tolerance it must stay below
   * 97 %, or no load could ever exceed it.
   */
  readonly targetCpuPercent?: pulumi.Input<number> | undefined;
  /** The average CPU above which the alarm goes off: `targetCpuPercent` to 99 %; 80 by default. */
  readonly alarmCpuPercent?: pulumi.Input<number> | undefined;
  /** How far the wanted size may differ from the present one and be left: 0 to 0.5, a share; 0.1 by default. */
  readonly tolerance?: pulumi.Input<number> | undefined;
  /** From launch until an instance takes its share of the load: 0 to 3,600 seconds; 120 by default. */
  readonly warmupSeconds?: pulumi.Input<number> | undefined;
  /** How long fewer instances must have been enough: 0 to 7,200 seconds; 300 by default. */
  readonly scaleInAfterSeconds?: pulumi.Input<number> | undefined;
  /** Instances launched or terminated at once: 1 to 50; 10 by default. */
  readonly maxStep?: pulumi.Input<number> | undefined;
  /** A kill switch: while true, nothing is launched or terminated. False by default. */
  readonly paused?: pulumi.Input<boolean> | undefined;
  /**
   * By default the metric by `ImageId`, which counts every instance of the image in the account and region: give
   * the fleet an image of its own, or another metric.
   */
  readonly metric?: CpuMetric | undefined;
  /** What else the alarm sets off, by ARN: an SNS topic. None by default. */
  readonly alarmActions?: pulumi.Input<readonly pulumi.Input<string>[]> | undefined;

  /**
   * Executions set aside for the function: 0 to 10; 1 by default, so that one runs at a time. 0 sets none aside,
   * for accounts whose quota allows none; nothing is launched twice then either, unless two invocations meet
   * just as a zone runs out of capacity.
   */
  readonly reservedConcurrency?: number | undefined;
  /** Of the function: 128 to 10,240 MB; 512 by default. */
  readonly memoryMegabytes?: pulumi.Input<number> | undefined;
  /** Of the function's log: one of CloudWatch Logs' periods in days; 30 by default. */
  readonly logRetentionDays?: pulumi.Input<number> | undefined;
  /** Put on every resource that takes tags, and on every instance and its volume. */
  readonly tags?: Readonly<Record<string, pulumi.Input<string>>> | undefined;
  /** Changes to single children; see `Transform`. */
  readonly transform?: CpuScalerTransforms | undefined;
}

export interface CpuScalerTransforms {
  readonly launchTemplate?: Transform<aws.ec2.LaunchTemplateArgs>;
  readonly alarm?: Transform<aws.cloudwatch.MetricAlarmArgs>;
  readonly alarmRule?: Transform<aws.cloudwatch.EventRuleArgs>;
  readonly tickRule?: Transform<aws.cloudwatch.EventRuleArgs>;
  readonly alarmTarget?: Transform<aws.cloudwatch.EventTargetArgs>;
  readonly tickTarget?: Transform<aws.cloudwatch.EventTargetArgs>;
  readonly alarmPermission?: Transform<aws.lambda.PermissionArgs>;
  readonly tickPermission?: Transform<aws.lambda.PermissionArgs>;
  readonly failureQueue?: SecureQueueTransforms;
  readonly scaleFleet?: LambdaFunctionTransforms;
  readonly invokeConfig?: Transform<aws.lambda.FunctionEventInvokeConfigArgs>;
}

export const cpuScalerDefaults = {
  publicIp: false,
  rootDeviceName: "/dev/xvda",
  rootVolumeGigabytes: 8,
  minInstances: 1,
  maxInstances: 4,
  targetCpuPercent: 60,
  alarmCpuPercent: 80,
  tolerance: 0.1,
  warmupSeconds: 120,
  scaleInAfterSeconds: 300,
  maxStep: 10,
  paused: false,
  reservedConcurrency: 1,
  memoryMegabytes: 512,
  logRetentionDays: 30,
} as const;

const instanceTypePattern = /^[a-z][a-z0-9-]*\.[a-z0-9-]+$/;

/** What each argument must be, for the component and for whoever reads one from elsewhere. */
export const cpuScalerRules = {
  amiId: text(/^ami-([0-9a-f]{8}|[0-9a-f]{17})$/, 'an AMI id like "ami-0123456789abcdef0"'),
  amiSsmParameter: text(/^\/?[\w.-]+(\/[\w.-]+)*$/, "the name of an SSM parameter"),
  instanceType: text(instanceTypePattern, 'an instance type like "t3.micro"'),
  subnetIds: listOf(text(/^subnet-([0-9a-f]{8}|[0-9a-f]{17})$/, 'a subnet id like "subnet-0123abcd"'), 1),
  securityGroupIds: listOf(
    text(/^sg-([0-9a-f]{8}|[0-9a-f]{17})$/, 'a security group id like "sg-0123abcd"'),
    1,
  ),
  publicIp: boolean,
  // 16 KB before encoding: Amazon EC2 user guide.
  userData: text(/^[^]{1,16384}$/, "a text of 1 to 16,384 characters"),
  rootDeviceName: text(/^\/dev\/[a-z0-9/]+$/, 'a device name like "/dev/xvda"'),
  rootVolumeGigabytes: integer(1, 16_384, "GB"),
  minInstances: integer(0, 1_000, "instances"),
  maxInstances: integer(1, 1_000, "instances"),
  targetCpuPercent: number(1, 95, "%"),
  alarmCpuPercent: number(1, 99, "%"),
  tolerance: number(0, 0.5),
  warmupSeconds: integer(0, 3_600, "seconds"),
  // A Metrics Insights query reaches three hours back: Amazon CloudWatch user guide.
  scaleInAfterSeconds: integer(0, 7_200, "seconds"),
  // EC2 takes RunInstances calls at two a second; fifty still fit into the function's minute.
  maxStep: integer(1, 50, "instances"),
  paused: boolean,
  reservedConcurrency: integer(0, 10),
  memoryMegabytes: integer(128, 10_240, "MB"),
  logRetentionDays: oneOf(LOG_RETENTION_DAYS),
};

/** What is wrong with a maximum, given the minimum. */
export function maximumProblem(maxInstances: number, minInstances: number): string | undefined {
  return maxInstances < minInstances
    ? `got ${maxInstances}; expected at least minInstances, ${minInstances}`
    : undefined;
}

/** From 97 % on, a CPU counts as used up, and no load is ever seen to exceed a target beyond that. */
export function targetProblem(targetCpuPercent: number, tolerance: number): string | undefined {
  const highest = 97 / (1 + tolerance);
  return targetCpuPercent >= highest
    ? `got ${targetCpuPercent} with a tolerance of ${tolerance}; expected less than ${highest.toFixed(1)}, or a smaller tolerance`
    : undefined;
}

/** An alarm below the target would go off on a fleet that has what it wants. */
export function alarmProblem(alarmCpuPercent: number, targetCpuPercent: number): string | undefined {
  return alarmCpuPercent < targetCpuPercent
    ? `got ${alarmCpuPercent}; expected at least targetCpuPercent, ${targetCpuPercent}`
    : undefined;
}

/** Which image to launch: exactly one of the two; undefined when that is so. */
export function imageProblem(
  amiId: unknown,
  amiSsmParameter: unknown,
): { readonly path: "amiId"; readonly reason: string } | undefined {
  if ((amiId === undefined) !== (amiSsmParameter === undefined)) return undefined;
  const got = amiId === undefined ? "neither" : "both";
  return { path: "amiId", reason: `got ${got} of amiId and amiSsmParameter; expected exactly one` };
}

type NumericArgument =
  | "rootVolumeGigabytes"
  | "minInstances"
  | "maxInstances"
  | "targetCpuPercent"
  | "alarmCpuPercent"
  | "tolerance"
  | "warmupSeconds"
  | "scaleInAfterSeconds"
  | "maxStep"
  | "memoryMegabytes"
  | "logRetentionDays";

export type CheckedCpuScalerArgs = ReturnType<typeof checkCpuScalerArgs>;

/**
 * The arguments with their defaults, checked all together.
 *
 * @throws pulumi.InputPropertiesError naming every bad one that is known now.
 */
export function checkCpuScalerArgs(component: string, args: CpuScalerArgs) {
  const checks = new ArgumentChecks(component);
  const numeric = (name: NumericArgument) =>
    checks.value<number>(name, args[name], cpuScalerRules[name], cpuScalerDefaults[name]);
  const rules = cpuScalerRules;
  const defaults = cpuScalerDefaults;
  const image = imageProblem(args.amiId, args.amiSsmParameter);
  if (image !== undefined) checks.reject(image.path, image.reason);
  if (args.amiSsmParameter !== undefined && args.metric === undefined) {
    checks.reject(
      "metric",
      "not given; expected one with amiSsmParameter, because an alarm by ImageId must know the image beforehand",
    );
  }
  if (args.metric?.kind === "dimensions" && Object.keys(args.metric.dimensions).length === 0) {
    checks.reject("metric.dimensions", "got none; expected at least one, such as InstanceType");
  }
  const [minInstances, tolerance] = [numeric("minInstances"), numeric("tolerance")];
  const targetCpuPercent = checks.related(
    "targetCpuPercent",
    numeric("targetCpuPercent"),
    [tolerance],
    targetProblem,
  );
  const checked = {
    amiId: checks.optional("amiId", args.amiId, rules.amiId),
    amiSsmParameter: checks.optional("amiSsmParameter", args.amiSsmParameter, rules.amiSsmParameter),
    instanceType: checks.required("instanceType", args.instanceType, rules.instanceType),
    subnetIds: checks.required("subnetIds", listInput(args.subnetIds), rules.subnetIds),
    securityGroupIds: checks.required(
      "securityGroupIds",
      listInput(args.securityGroupIds),
      rules.securityGroupIds,
    ),
    publicIp: checks.value<boolean>("publicIp", args.publicIp, rules.publicIp, defaults.publicIp),
    userData: checks.optional("userData", args.userData, rules.userData),
    rootDeviceName: checks.value<string>(
      "rootDeviceName",
      args.rootDeviceName,
      rules.rootDeviceName,
      defaults.rootDeviceName,
    ),
    rootVolumeGigabytes: numeric("rootVolumeGigabytes"),
    minInstances,
    maxInstances: checks.related("maxInstances", numeric("maxInstances"), [minInstances], maximumProblem),
    targetCpuPercent,
    alarmCpuPercent: checks.related(
      "alarmCpuPercent",
      numeric("alarmCpuPercent"),
      [targetCpuPercent],
      alarmProblem,
    ),
    tolerance,
    warmupSeconds: numeric("warmupSeconds"),
    scaleInAfterSeconds: numeric("scaleInAfterSeconds"),
    maxStep: numeric("maxStep"),
    paused: checks.value<boolean>("paused", args.paused, rules.paused, defaults.paused),
    memoryMegabytes: numeric("memoryMegabytes"),
    logRetentionDays: numeric("logRetentionDays"),
  };
  const reservedConcurrency = args.reservedConcurrency ?? defaults.reservedConcurrency;
  void checks.required("reservedConcurrency", reservedConcurrency, rules.reservedConcurrency);
  checks.throwIfAny();
  return { ...checked, reservedConcurrency };
}

/** A list with its items, as one input: a plain list of plain items stays plain, so that it is checked at once. */
function listInput(list: pulumi.Input<readonly pulumi.Input<string>[]>): pulumi.Input<readonly string[]> {
  const plain = isPlain(list) && (list as readonly pulumi.Input<string>[]).every(isPlain);
  return plain ? (list as readonly string[]) : pulumi.output(list);
}
