import type { Input } from "embedded-aws";
import * as v from "valibot";
import { strings } from "../../schemas";

type GroupInput = Input<"autoscaling", "CreateAutoScalingGroup">;

const specification = v.strictObject({
  id: v.optional(v.string()),
  name: v.optional(v.string()),
  version: v.optional(v.string()),
});

const mixedSpecification = v.strictObject({
  launchTemplateId: v.optional(v.string()),
  launchTemplateName: v.optional(v.string()),
  version: v.optional(v.string()),
});

export const groupInputs = v.strictObject({
  name: v.string(),
  minSize: v.number(),
  maxSize: v.number(),
  desiredCapacity: v.optional(v.number()),
  launchTemplate: v.optional(specification),
  mixedInstancesPolicy: v.optional(
    v.strictObject({
      launchTemplate: v.strictObject({
        launchTemplateSpecification: mixedSpecification,
        overrides: v.optional(v.array(v.strictObject({ instanceType: v.optional(v.string()) }))),
      }),
      instancesDistribution: v.optional(
        v.strictObject({
          onDemandAllocationStrategy: v.optional(v.string()),
          onDemandBaseCapacity: v.optional(v.number()),
          onDemandPercentageAboveBaseCapacity: v.optional(v.number()),
          spotAllocationStrategy: v.optional(v.string()),
        }),
      ),
    }),
  ),
  vpcZoneIdentifiers: strings,
  availabilityZones: strings,
  healthCheckType: v.optional(v.string()),
  healthCheckGracePeriod: v.optional(v.number(), 300),
  defaultCooldown: v.optional(v.number()),
  defaultInstanceWarmup: v.optional(v.number()),
  targetGroupArns: strings,
  suspendedProcesses: strings,
  terminationPolicies: strings,
  protectFromScaleIn: v.optional(v.boolean(), false),
  initialLifecycleHooks: v.optional(
    v.array(
      v.strictObject({
        name: v.string(),
        lifecycleTransition: v.string(),
        defaultResult: v.optional(v.string()),
        heartbeatTimeout: v.optional(v.number()),
        notificationMetadata: v.optional(v.string()),
      }),
    ),
  ),
  /** Matters to later updates only. */
  instanceRefresh: v.optional(
    v.strictObject({
      strategy: v.string(),
      triggers: strings,
      preferences: v.optional(
        v.strictObject({
          minHealthyPercentage: v.optional(v.number()),
          maxHealthyPercentage: v.optional(v.number()),
          instanceWarmup: v.optional(v.string()),
          skipMatching: v.optional(v.boolean()),
          autoRollback: v.optional(v.boolean()),
          // What the provider sends where nothing is given: AWS's own default is to wait.
          scaleInProtectedInstances: v.optional(v.picklist(["Refresh", "Ignore", "Wait"]), "Ignore"),
          standbyInstances: v.optional(v.picklist(["Terminate", "Ignore", "Wait"]), "Ignore"),
        }),
      ),
    }),
  ),
  forceDelete: v.optional(v.boolean(), false),
  /** "10m", as Go writes durations; "0" waits for nothing. */
  waitForCapacityTimeout: v.optional(
    v.pipe(
      v.string(),
      v.check((text) => durationMs(text) !== undefined, 'a duration like "10m"'),
    ),
  ),
  /** Instances that must be in service; by default as many as are desired. */
  minElbCapacity: v.optional(v.number()),
  waitForElbCapacity: v.optional(v.number()),
  tags: v.optional(
    v.array(v.strictObject({ key: v.string(), value: v.string(), propagateAtLaunch: v.boolean() })),
    [],
  ),
});

export type GroupInputs = v.InferOutput<typeof groupInputs>;

const UNITS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1_000 };

/** Milliseconds; undefined for what is no duration. */
export function durationMs(text: string): number | undefined {
  if (text === "0") return 0;
  if (!/^(\d+[hms])+$/.test(text)) return undefined;
  return [...text.matchAll(/(\d+)([hms])/g)].reduce(
    (sum, [, amount, unit = ""]) => sum + Number(amount) * (UNITS[unit] ?? 0),
    0,
  );
}

/** What a group is given at its creation, and by a later change. */
export function settings(inputs: GroupInputs) {
  const { launchTemplate: template, mixedInstancesPolicy: mixed } = inputs;
  return {
    AutoScalingGroupName: inputs.name,
    MinSize: inputs.minSize,
    MaxSize: inputs.maxSize,
    DesiredCapacity: inputs.desiredCapacity,
    LaunchTemplate: template && {
      LaunchTemplateId: template.id,
      LaunchTemplateName: template.name,
      Version: template.version,
    },
    MixedInstancesPolicy: mixed && {
      LaunchTemplate: {
        LaunchTemplateSpecification: {
          LaunchTemplateId: mixed.launchTemplate.launchTemplateSpecification.launchTemplateId,
          LaunchTemplateName: mixed.launchTemplate.launchTemplateSpecification.launchTemplateName,
          Version: mixed.launchTemplate.launchTemplateSpecification.version,
        },
        Overrides: mixed.launchTemplate.overrides?.map(({ instanceType }) => ({
          InstanceType: instanceType,
        })),
      },
      InstancesDistribution: mixed.instancesDistribution && {
        OnDemandAllocationStrategy: mixed.instancesDistribution.onDemandAllocationStrategy,
        OnDemandBaseCapacity: mixed.instancesDistribution.onDemandBaseCapacity,
        OnDemandPercentageAboveBaseCapacity: mixed.instancesDistribution.onDemandPercentageAboveBaseCapacity,
        SpotAllocationStrategy: mixed.instancesDistribution.spotAllocationStrategy,
      },
    },
    VPCZoneIdentifier: inputs.vpcZoneIdentifiers?.join(","),
    AvailabilityZones: inputs.availabilityZones,
    HealthCheckType: inputs.healthCheckType,
    HealthCheckGracePeriod: inputs.healthCheckGracePeriod,
    DefaultCooldown: inputs.defaultCooldown,
    DefaultInstanceWarmup: inputs.defaultInstanceWarmup,
    TerminationPolicies: inputs.terminationPolicies,
    NewInstancesProtectedFromScaleIn: inputs.protectFromScaleIn,
  } satisfies GroupInput;
}

export function creation(inputs: GroupInputs): GroupInput {
  return {
    ...settings(inputs),
    TargetGroupARNs: inputs.targetGroupArns,
    LifecycleHookSpecificationList: inputs.initialLifecycleHooks?.map((hook) => ({
      LifecycleHookName: hook.name,
      LifecycleTransition: hook.lifecycleTransition,
      DefaultResult: hook.defaultResult,
      HeartbeatTimeout: hook.heartbeatTimeout,
      NotificationMetadata: hook.notificationMetadata,
    })),
    Tags: inputs.tags.map((tag) => groupTag(inputs.name, tag)),
  };
}

export function groupTag(group: string, { key, value, propagateAtLaunch }: GroupInputs["tags"][number]) {
  return {
    ResourceId: group,
    ResourceType: "auto-scaling-group",
    Key: key,
    Value: value,
    PropagateAtLaunch: propagateAtLaunch,
  };
}
