import { activeRefresh, type Activity, type Group, type LifecycleHook, type Member } from "./group";
import { globalSeconds } from "./hooks";

/* Groups and what they have, as answers write them. */

export function groupElement(group: Group) {
  return {
    AutoScalingGroupName: group.name,
    AutoScalingGroupARN: group.arn,
    ...(group.template === undefined ? {} : { LaunchTemplate: group.template }),
    ...(group.mixed === undefined ? {} : { MixedInstancesPolicy: group.mixed }),
    MinSize: group.minSize,
    MaxSize: group.maxSize,
    DesiredCapacity: group.desired,
    DefaultCooldown: group.cooldownSeconds,
    AvailabilityZones: [...group.zones],
    LoadBalancerNames: [],
    TargetGroupARNs: [...group.targetGroupArns],
    HealthCheckType: group.healthCheckType,
    HealthCheckGracePeriod: group.graceSeconds,
    Instances: [...group.members.values()].map(memberElement),
    CreatedTime: new Date(group.createdAt),
    SuspendedProcesses: [...group.suspended].map(([ProcessName, SuspensionReason]) => ({
      ProcessName,
      SuspensionReason,
    })),
    VPCZoneIdentifier: group.byZone ? "" : group.subnets.map(({ id }) => id).join(","),
    EnabledMetrics: [],
    ...(group.deleting ? { Status: "Delete in progress" } : {}),
    Tags: tagElements(group),
    TerminationPolicies: [...group.policies],
    NewInstancesProtectedFromScaleIn: group.protectNew,
    AvailabilityZoneDistribution: { CapacityDistributionStrategy: group.distribution },
    ...(group.warmupSeconds === undefined ? {} : { DefaultInstanceWarmup: group.warmupSeconds }),
    TrafficSources: [...group.targetGroupArns].map((Identifier) => ({ Identifier, Type: "elbv2" })),
  };
}

export function memberElement(member: Member) {
  return {
    InstanceId: member.id,
    InstanceType: member.instanceType,
    AvailabilityZone: member.zone,
    LifecycleState: member.state,
    HealthStatus: member.health,
    LaunchTemplate: {
      LaunchTemplateId: member.template.id,
      LaunchTemplateName: member.template.name,
      Version: member.template.version,
    },
    ImageId: member.imageId,
    ProtectedFromScaleIn: member.isProtected,
  };
}

function tagElements({ name, tags }: Group) {
  return [...tags].map(([Key, { value, propagate }]) => ({
    ResourceId: name,
    ResourceType: "auto-scaling-group",
    Key,
    Value: value,
    PropagateAtLaunch: propagate,
  }));
}

const PROGRESS = {
  InProgress: 30,
  PreInService: 30,
  WaitingForELBConnectionDraining: 50,
  MidLifecycleAction: 60,
  Successful: 100,
  Failed: 100,
  Cancelled: 100,
} as const;

export function activityElement({ name, arn }: Group, activity: Activity) {
  return {
    ActivityId: activity.id,
    AutoScalingGroupName: name,
    AutoScalingGroupARN: arn,
    Description: activity.description,
    Cause: activity.cause,
    StartTime: new Date(activity.startedAt),
    ...(activity.endedAt === undefined ? {} : { EndTime: new Date(activity.endedAt) }),
    StatusCode: activity.status,
    ...(activity.message === undefined ? {} : { StatusMessage: activity.message }),
    Progress: PROGRESS[activity.status],
    Details: JSON.stringify(activity.details),
  };
}

export function hookElement({ name }: Group, hook: LifecycleHook) {
  return {
    LifecycleHookName: hook.name,
    AutoScalingGroupName: name,
    LifecycleTransition: hook.transition,
    ...(hook.metadata === undefined ? {} : { NotificationMetadata: hook.metadata }),
    HeartbeatTimeout: hook.heartbeatSeconds,
    GlobalTimeout: globalSeconds(hook),
    DefaultResult: hook.defaultResult,
  };
}

export function refreshElements(group: Group) {
  return group.refreshes.toReversed().map((refresh) => {
    const open = refresh === activeRefresh(group) || refresh.status === "Cancelled";
    const left = open ? refresh.left.size : 0;
    return {
      InstanceRefreshId: refresh.id,
      AutoScalingGroupName: group.name,
      Status: refresh.status,
      ...(refresh.reason === undefined ? {} : { StatusReason: refresh.reason }),
      StartTime: new Date(refresh.startedAt),
      ...(refresh.endedAt === undefined ? {} : { EndTime: new Date(refresh.endedAt) }),
      PercentageComplete:
        refresh.total === 0 ? 100 : Math.floor((100 * (refresh.total - left)) / refresh.total),
      InstancesToUpdate: left,
      Preferences: {
        MinHealthyPercentage: refresh.minHealthyPercentage,
        InstanceWarmup: refresh.warmupSeconds,
        SkipMatching: refresh.skipMatching,
        ScaleInProtectedInstances: refresh.ofProtected,
        StandbyInstances: refresh.ofStandby,
      },
      ...(refresh.template === undefined
        ? {}
        : { DesiredConfiguration: { LaunchTemplate: refresh.template } }),
      Strategy: "Rolling" as const,
    };
  });
}
