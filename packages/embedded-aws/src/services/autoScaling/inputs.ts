import type { Rules } from "../../wire/rules";
import { DISTRIBUTIONS, POLICIES, PROCESSES } from "./group";

/* What several operations share of their inputs. Bounds: Amazon EC2 Auto Scaling API reference. */

export const nameRule = { length: [1, 255], pattern: /^[^:]+$/ } as const;
/** Where a group that is there is named, by its ARN too. */
export const groupRule = { length: [1, 1600] } as const;

export const byGroup = {
  supports: ["AutoScalingGroupName"],
  rules: { AutoScalingGroupName: groupRule },
} as const;

export const PAGE = 50;
export const pageRules = { MaxRecords: { range: [1, 100] } } as const;

export const templateMembers = ["LaunchTemplateId", "LaunchTemplateName", "Version"] as const;

/** Settings of a group that can be given when it is made, and changed later. */
export const settingMembers = [
  ...templateMembers.map((member) => `LaunchTemplate.${member}` as const),
  ...templateMembers.map(
    (member) => `MixedInstancesPolicy.LaunchTemplate.LaunchTemplateSpecification.${member}` as const,
  ),
  "MixedInstancesPolicy.LaunchTemplate.Overrides.InstanceType",
  "MixedInstancesPolicy.InstancesDistribution.OnDemandAllocationStrategy",
  "MixedInstancesPolicy.InstancesDistribution.OnDemandBaseCapacity",
  "MixedInstancesPolicy.InstancesDistribution.OnDemandPercentageAboveBaseCapacity",
  "MixedInstancesPolicy.InstancesDistribution.SpotAllocationStrategy",
  "MinSize",
  "MaxSize",
  "DesiredCapacity",
  "DefaultCooldown",
  "AvailabilityZones",
  "VPCZoneIdentifier",
  "HealthCheckType",
  "HealthCheckGracePeriod",
  "DefaultInstanceWarmup",
  "TerminationPolicies",
  "NewInstancesProtectedFromScaleIn",
  "AvailabilityZoneDistribution.CapacityDistributionStrategy",
] as const;

export const settingRules = {
  MinSize: { range: [0, 10_000] },
  MaxSize: { range: [0, 10_000] },
  DesiredCapacity: { range: [0, 10_000] },
  DefaultCooldown: { range: [0, 172_800] },
  HealthCheckType: { oneOf: ["EC2", "ELB", "EBS", "VPC_LATTICE"], supported: ["EC2", "ELB"] },
  HealthCheckGracePeriod: { range: [0, 172_800] },
  DefaultInstanceWarmup: { range: [-1, 172_800] },
  TerminationPolicies: { oneOf: POLICIES },
  "AvailabilityZoneDistribution.CapacityDistributionStrategy": { oneOf: DISTRIBUTIONS },
  "MixedInstancesPolicy.LaunchTemplate.Overrides": { length: [0, 1] },
  "MixedInstancesPolicy.InstancesDistribution.OnDemandBaseCapacity": { range: [0, 10_000] },
  "MixedInstancesPolicy.InstancesDistribution.OnDemandPercentageAboveBaseCapacity": { range: [0, 100] },
} as const satisfies Rules;

export const processRules = {
  AutoScalingGroupName: groupRule,
  ScalingProcesses: { oneOf: PROCESSES },
} as const satisfies Rules;

export const tagMembers = [
  "Tags.ResourceId",
  "Tags.ResourceType",
  "Tags.Key",
  "Tags.Value",
  "Tags.PropagateAtLaunch",
] as const;

export const tagRules = {
  "Tags.ResourceType": { oneOf: ["auto-scaling-group"] },
  "Tags.Key": { length: [1, 128], pattern: /^(?!aws:)/i },
  "Tags.Value": { length: [0, 256] },
} as const satisfies Rules;
