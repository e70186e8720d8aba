import type { Supported } from "../../wire/operation";

type Creation = Supported<
  "autoscaling",
  "CreateAutoScalingGroup",
  "LaunchTemplate" | "MixedInstancesPolicy" | "InstanceMaintenancePolicy"
>;
export type TemplateReference = NonNullable<Creation["LaunchTemplate"]>;
export type MixedInstancesPolicy = NonNullable<Creation["MixedInstancesPolicy"]>;

export type LifecycleState =
  | "Pending"
  | "Pending:Wait"
  | "Pending:Proceed"
  | "InService"
  | "Terminating"
  | "Terminating:Wait"
  | "Terminating:Proceed"
  | "Terminated";

export type Transition = "autoscaling:EC2_INSTANCE_LAUNCHING" | "autoscaling:EC2_INSTANCE_TERMINATING";
export type HookResult = "CONTINUE" | "ABANDON";

export interface LifecycleHook {
  readonly name: string;
  readonly transition: Transition;
  readonly heartbeatSeconds: number;
  readonly defaultResult: HookResult;
  readonly metadata: string | undefined;
}

/** A hook that waits for somebody to complete its action. */
export interface HookAction {
  readonly hook: LifecycleHook;
  readonly token: string;
  /** When the default result comes, unless somebody is heard of before; and when it comes whatever is heard. */
  deadline: number;
  readonly lastDeadline: number;
  result?: HookResult;
}

export type ActivityStatus =
  | "InProgress"
  | "PreInService"
  | "WaitingForELBConnectionDraining"
  | "MidLifecycleAction"
  | "Successful"
  | "Failed"
  | "Cancelled";

export interface Activity {
  readonly id: string;
  description: string;
  readonly cause: string;
  readonly details: Readonly<Record<string, string>>;
  readonly startedAt: number;
  endedAt?: number;
  status: ActivityStatus;
  message?: string;
}

/** An instance in its group. */
export interface Member {
  readonly id: string;
  readonly subnetId: string;
  readonly zone: string;
  readonly instanceType: string;
  readonly imageId: string;
  readonly template: { readonly id: string; readonly name: string; readonly version: string };
  readonly spot: boolean;
  readonly launchedAt: number;
  state: LifecycleState;
  health: "Healthy" | "Unhealthy";
  isProtected: boolean;
  inServiceAt?: number;
  /** Launched beside the others to balance the zones; counts once it is in service. */
  extra: boolean;
  /** Of the launch, and later of the termination. */
  activity: Activity;
  /** Of the present transition; undefined before its hooks were asked. */
  actions?: readonly HookAction[];
  /** Whether EC2 has been told to end it. */
  ended: boolean;
}

export const PROCESSES = [
  "Launch",
  "Terminate",
  "HealthCheck",
  "ReplaceUnhealthy",
  "AZRebalance",
  "AlarmNotification",
  "ScheduledActions",
  "AddToLoadBalancer",
  "InstanceRefresh",
] as const;
export type Process = (typeof PROCESSES)[number];

export const POLICIES = [
  "Default",
  "OldestInstance",
  "NewestInstance",
  "OldestLaunchTemplate",
  "OldestLaunchConfiguration",
  "ClosestToNextInstanceHour",
  "AllocationStrategy",
] as const;
export type TerminationPolicy = (typeof POLICIES)[number];

/** Whether another zone gets what one has no room for. */
export const DISTRIBUTIONS = ["balanced-best-effort", "balanced-only"] as const;
export type Distribution = (typeof DISTRIBUTIONS)[number];

export interface GroupTag {
  readonly value: string;
  readonly propagate: boolean;
}

/** An instance refresh waits by default: Amazon EC2 Auto Scaling API reference, `RefreshPreferences`. */
export type OfProtected = "Refresh" | "Ignore" | "Wait";
export type OfStandby = "Terminate" | "Ignore" | "Wait";

export interface Refresh {
  readonly id: string;
  readonly startedAt: number;
  endedAt?: number;
  status: "InProgress" | "Successful" | "Failed" | "Cancelling" | "Cancelled";
  reason?: string;
  readonly minHealthyPercentage: number;
  readonly warmupSeconds: number;
  readonly skipMatching: boolean;
  /** What becomes of instances that are protected from scale-in. */
  readonly ofProtected: OfProtected;
  /** When the first of them was in the way; they are waited for from then on. */
  waitsSince?: number;
  /** Kept as it was given: none of this cloud's instances can be on standby. */
  readonly ofStandby: OfStandby;
  /** What the group has from its success on. */
  readonly template: TemplateReference | undefined;
  readonly total: number;
  /** Ids of instances that are still to be replaced. */
  readonly left: Set<string>;
}

export interface Group {
  readonly name: string;
  readonly arn: string;
  readonly createdAt: number;
  template: TemplateReference | undefined;
  mixed: MixedInstancesPolicy | undefined;
  minSize: number;
  maxSize: number;
  desired: number;
  cooldownSeconds: number;
  /** When somebody last changed the desired capacity. */
  scaledAt: number;
  zones: readonly string[];
  /** In the order in which they were given, with their zones. */
  subnets: readonly { readonly id: string; readonly zone: string }[];
  /** Whether the zones were named, and not subnets. */
  byZone: boolean;
  healthCheckType: "EC2" | "ELB";
  graceSeconds: number;
  warmupSeconds: number | undefined;
  policies: readonly TerminationPolicy[];
  protectNew: boolean;
  distribution: Distribution;
  readonly targetGroupArns: Set<string>;
  readonly suspended: Map<Process, string>;
  readonly tags: Map<string, GroupTag>;
  readonly hooks: Map<string, LifecycleHook>;
  readonly members: Map<string, Member>;
  /** The newest last. */
  readonly activities: Activity[];
  readonly refreshes: Refresh[];
  /** It ends, with all that it has, without hooks and draining. */
  deleting: boolean;
  /** Nothing is launched before, since EC2 has just refused. */
  retryAt: number;
}

/** Those that count for the desired capacity: there, or on their way. */
export function serving(group: Group): Member[] {
  return [...group.members.values()].filter(({ state }) => !state.startsWith("Terminat"));
}

export function isSuspended(group: Group, process: Process): boolean {
  return group.suspended.has(process);
}

/** The refresh that is at work, if there is one. */
export function activeRefresh(group: Group): Refresh | undefined {
  return group.refreshes.find(({ status }) => status === "InProgress" || status === "Cancelling");
}

/** What new instances are made of now. */
export function templateOf(group: Group): TemplateReference | undefined {
  const refreshed = activeRefresh(group)?.template;
  return refreshed ?? group.mixed?.LaunchTemplate?.LaunchTemplateSpecification ?? group.template;
}
