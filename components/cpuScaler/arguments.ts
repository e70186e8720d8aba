import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import {
  boolean,
  bytes,
  EMAIL_ADDRESS,
  integer,
  KMS_KEY_ARN,
  listOf,
  LOG_RETENTION_DAYS,
  number,
  oneOf,
  text,
  type Rule,
} from "../parts/arguments";
import { defaulted, optional, required, type ArgumentsOf, type Checked } from "../parts/argumentTable";
import { schedule } from "./schedule";
import type { WakeMetric } from "../../handlers/scaling/wakeMetric";
import type { LambdaFunctionTransforms } from "../parts/lambdaFunction";
import type { SecureQueueTransforms } from "../parts/secureQueue";
import type { Transform } from "../parts/resources";

/** The function's environment holds 4 KB in all. */
const MOST_WAKE_METRIC_BYTES = 1_000;

/** A metric that wakes the fleet; its dimensions' values are known beforehand, or the whole is an Output. */
const wakeMetric: Rule<WakeMetric> = {
  expected:
    'a metric like {"namespace":"AWS/SQS","name":"ApproximateNumberOfMessagesVisible","dimensions":{"QueueName":"jobs"},"above":0}, of at most 1,000 bytes',
  accepts: isWakeMetric,
};

function isWakeMetric(value: unknown): value is WakeMetric {
  if (typeof value !== "object" || value === null) return false;
  const { namespace, name, dimensions, above, ...others } = value as Readonly<Record<string, unknown>>;
  const isText = (member: unknown) =>
    typeof member === "string" && member.length >= 1 && member.length <= 255;
  if (!isText(namespace) || !isText(name) || Object.keys(others).length > 0) return false;
  if (typeof dimensions !== "object" || dimensions === null || Array.isArray(dimensions)) return false;
  // As many as a metric may have: Amazon CloudWatch user guide.
  if (Object.keys(dimensions).length > 30 || !Object.entries(dimensions).flat().every(isText)) return false;
  return Number.isFinite(above) && Buffer.byteLength(JSON.stringify(value)) <= MOST_WAKE_METRIC_BYTES;
}

/** Of an instance profile and of the role in it. */
export const INSTANCE_PROFILE_ARN = text(
  /^arn:aws[a-z-]*:iam::\d{12}:instance-profile\/[\w+=,.@/-]+$/,
  'the ARN of an instance profile like "arn:aws:iam::123456789012:instance-profile/web"',
);
export const ROLE_ARN = text(
  /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/,
  'the ARN of a role like "arn:aws:iam::123456789012:role/web"',
);

/** Which CPU metric the fleet is measured by. */
export type CpuMetric =
  /** `AWS/EC2 CPUUtilization` by these dimensions ("InstanceType"), with everything else that they cover. */
  | { readonly kind: "dimensions"; readonly dimensions: Readonly<Record<string, pulumi.Input<string>>> }
  /**
   * A Metrics Insights query over exactly the instances of this fleet, by their tag. Needs the account's opt-in
   * to tags on telemetry (`aws.observabilityadmin.TelemetryEnrichment`).
   */
  | { readonly kind: "fleetTag" };

/** What of the scaler is a matter of configuration; those that are `sent` are settings of its function. */
export const cpuScalerArguments = {
  /** The image of the fleet's instances. "ami-0123456789abcdef0"; this, or `amiSsmParameter`. */
  amiId: optional(text(/^ami-([0-9a-f]{8}|[0-9a-f]{17})$/, 'an AMI id like "ami-0123456789abcdef0"')),
  /**
   * The SSM parameter that holds the image's id, read at each launch.
   * "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64". Needs `metric`, since an alarm by
   * `ImageId` must know the id beforehand.
   */
  amiSsmParameter: optional(text(/^\/?[\w.-]+(\/[\w.-]+)*$/, "the name of an SSM parameter")),
  /** The type of the fleet's instances. "t3.micro" */
  instanceType: required(text(/^[a-z][a-z0-9-]*\.[a-z0-9-]+$/, 'an instance type like "t3.micro"'), {
    sent: true,
  }),
  /** Where instances are launched, best one subnet in each zone. At least one; all are tried in turn. */
  subnetIds: required(
    listOf(text(/^subnet-([0-9a-f]{8}|[0-9a-f]{17})$/, 'a subnet id like "subnet-0123abcd"'), 1),
    { sent: true },
  ),
  /**
   * What carries decisions out: instances, which the function launches and terminates itself, or autoScalingGroup, a group
   * whose desired capacity it sets, and which then sees to health, draining, Spot and new images.
   */
  capacity: defaulted("instances", oneOf(["instances", "autoScalingGroup"] as const), { plain: true }),
  /**
   * Share of Spot instances above the minimum, cheaper ones that may be taken back at two minutes' notice. Above 0 needs
   * `capacity` autoScalingGroup.
   */
  spotPercent: defaulted(0, integer(0, 100, "%")),
  /** Security groups of every instance. At least one. */
  securityGroupIds: required(
    listOf(text(/^sg-([0-9a-f]{8}|[0-9a-f]{17})$/, 'a security group id like "sg-0123abcd"'), 1),
    { sent: true },
  ),
  /** Whether instances get public IPv4 addresses. Without one they need a NAT gateway, or endpoints. */
  publicIp: defaulted(false, boolean, { sent: true }),
  // 16 KB before encoding: Amazon EC2 user guide.
  /** What an instance runs when it first starts. By default nothing. */
  userData: optional(bytes(1, 16_384)),
  /**
   * What burstable types (t2, t3, t3a, t4g) do when their CPU credits are used up. "standard" falls to the
   * baseline, where a busy instance looks idle and is scaled in; unlimited costs for what is above it.
   */
  cpuCredits: defaulted("unlimited", oneOf(["unlimited", "standard"] as const)),
  /** The image's root device. By default Amazon Linux's. */
  rootDeviceName: defaulted("/dev/xvda", text(/^\/dev\/[a-z0-9/]+$/, 'a device name like "/dev/xvda"')),
  /** Size of each instance's volume. At least the image's. */
  rootVolumeGigabytes: defaulted(8, integer(1, 16_384, "GB")),
  /**
   * The KMS key that volumes are encrypted with. By default the account's default key for EBS. Its policy must let the
   * account's roles use it, as the default one does; not an alias.
   */
  volumeKmsKeyArn: optional(KMS_KEY_ARN),
  /**
   * The KMS key of queues, tables, logs, topics and functions' environments. By default the services' own; see
   * docs/OPERATIONS.md for what its policy must allow.
   */
  encryptionKeyArn: optional(KMS_KEY_ARN, { key: "encryptionKeyArn" }),
  /** Instances kept whatever the load. 0 needs `wakeMetric` or `schedule`, since no instance has no CPU. */
  minInstances: defaulted(1, integer(0, 1_000, "instances"), { sent: true }),
  /**
   * A CloudWatch metric that calls for at least one instance while its greatest value in a minute is above `above`.
   * With `minInstances` 0 the fleet sleeps, with no instance, once neither it nor the CPU has asked for one during
   * `scaleInAfterSeconds` and the few minutes that a metric takes to arrive. By default there is none.
   */
  wakeMetric: optional(wakeMetric, { sent: true }),
  /**
   * Minimum and maximum by time of day: what of this list fired last holds until the next, as EC2's scheduled actions
   * have it, instead of `minInstances` and `maxInstances`. A list of entries with `cron` (five fields), `timezone` (an
   * IANA name; by default UTC), `min` and `max`; at most 2,000 bytes as JSON. By default there is none.
   */
  schedule: optional(schedule, { sent: true }),
  /** Instances never exceeded. At least `minInstances`. */
  maxInstances: defaulted(4, integer(1, 1_000, "instances"), { sent: true }),
  /**
   * The average CPU that the fleet is sized for. With the tolerance, and at the maximum with what is in reserve, it must
   * stay below 97 %, or no load could ever exceed it.
   */
  targetCpuPercent: defaulted(60, number(1, 95, "%"), { sent: true }),
  /**
   * Instances kept beyond what the load needs at the target, for a load that jumps faster than an instance boots. At most
   * `maxInstances`. A low target gives such room too, but multiplies it at high load, where a reserve stays what it is.
   */
  reserveInstances: defaulted(0, integer(0, 1_000, "instances"), { sent: true }),
  /**
   * The average CPU above which the alarm goes off. At least `targetCpuPercent`, or what of it a fleet with a reserve shows
   * at its maximum.
   */
  alarmCpuPercent: defaulted(80, number(1, 99, "%")),
  /** How far the wanted size may differ from the present one and be left, as a share. */
  tolerance: defaulted(0.1, number(0, 0.5), { sent: true }),
  /** From launch until an instance takes its share of the load. */
  warmupSeconds: defaulted(120, integer(0, 3_600, "seconds"), { sent: true }),
  // A Metrics Insights query reaches three hours back: Amazon CloudWatch user guide.
  /** How long fewer instances must have been enough. */
  scaleInAfterSeconds: defaulted(300, integer(0, 7_200, "seconds"), { sent: true }),
  // EC2 takes RunInstances calls at two a second; fifty still fit into the function's minute.
  /** Instances launched or terminated at once. */
  maxStep: defaulted(10, integer(1, 50, "instances"), { sent: true }),
  /** The event bus of this account and region on which each action is told, with its reason. */
  eventBusName: defaulted("default", text(/^[/.\-_A-Za-z0-9]{1,256}$/, "the name of an event bus"), {
    sent: true,
  }),
  /** Who is told of each action, by e-mail; SNS asks the address to confirm. By default nobody. */
  notifications: optional(EMAIL_ADDRESS),
  /**
   * Whether capacity also follows what is foreseen for the moment when a launch is ready: by the trend of the last
   * minutes, and by what days before needed at that time, once two of the last fourteen were like today. It spares
   * shortfalls for a few more instance-hours; by default it is off, because over all it did not save any.
   */
  forecast: defaulted(false, boolean, { sent: true }),
  /** A kill switch. While true, nothing is launched or terminated. */
  paused: defaulted(false, boolean, { sent: true }),
  // A new account's quota allows none. Nothing is launched twice without it: the journal of launches sees to that.
  /** Executions set aside for the scaler's function, so that it always has one. By default none. */
  reservedConcurrency: defaulted(0, integer(0, 10), { plain: true }),
  /** Memory of the scaler's function. */
  memoryMegabytes: defaulted(512, integer(128, 10_240, "MB")),
  /** How long logs are kept, in days; one of the periods that CloudWatch Logs knows. */
  logRetentionDays: defaulted(30, LOG_RETENTION_DAYS, { key: "logRetentionDays" }),
};

/** Rules, defaults, units: `cpuScalerArguments`. */
export interface CpuScalerArgs extends ArgumentsOf<typeof cpuScalerArguments> {
  /** What instances may do in AWS; by default nothing. The role is the one in the profile. */
  readonly instanceProfile?:
    { readonly arn: pulumi.Input<string>; readonly roleArn: pulumi.Input<string> } | undefined;
  /**
   * Target groups of load balancers, by ARN, in which the group registers its instances, lets them drain, and by whose
   * health checks it replaces them. Needs `capacity` "autoScalingGroup". None by default.
   */
  readonly targetGroupArns?: pulumi.Input<readonly pulumi.Input<string>[]> | undefined;
  /** Hooks that instances of a group wait for as they come and go. Needs `capacity` "autoScalingGroup". */
  readonly lifecycleHooks?: readonly FleetLifecycleHook[] | undefined;
  /**
   * By default the metric by `ImageId`, which counts every instance of the image in the account and region: give
   * the fleet an image of its own, or another metric.
   */
  readonly metric?: CpuMetric | undefined;
  /** What else the alarm sets off, by ARN: an SNS topic. None by default. */
  readonly alarmActions?: pulumi.Input<readonly pulumi.Input<string>[]> | undefined;
  /** Put on every resource that takes tags, and on every instance and its volume. */
  readonly tags?: Readonly<Record<string, pulumi.Input<string>>> | undefined;
  /** Changes to single children; see `Transform`. */
  readonly transform?: CpuScalerTransforms | undefined;
}

/** A lifecycle hook of the fleet's group; EventBridge tells of each action that waits. */
export interface FleetLifecycleHook {
  /** Letters, digits, hyphens, underscores and slashes; unique in the fleet. */
  readonly name: string;
  readonly transition: "launching" | "terminating";
  /** How long an action may wait without a heartbeat, 30 to 7,200 seconds; by default 3,600. */
  readonly heartbeatSeconds?: number | undefined;
  /** What happens when nobody completes the action in time; by default ABANDON. */
  readonly defaultResult?: "CONTINUE" | "ABANDON" | undefined;
}

export interface CpuScalerTransforms {
  readonly group?: Transform<aws.autoscaling.GroupArgs>;
  /** Of every lifecycle hook. */
  readonly lifecycleHook?: Transform<aws.autoscaling.LifecycleHookArgs>;
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
  readonly endFleet?: LambdaFunctionTransforms;
  readonly fleetEnd?: Transform<aws.lambda.InvocationArgs>;
  readonly journal?: Transform<aws.dynamodb.TableArgs>;
  readonly notifications?: Transform<aws.sns.TopicArgs>;
  readonly invokeConfig?: Transform<aws.lambda.FunctionEventInvokeConfigArgs>;
}

/** The arguments, checked, with their defaults. */
export type CheckedCpuScalerArgs = Checked<typeof cpuScalerArguments> &
  Pick<CpuScalerArgs, "instanceProfile">;
