import { AwsError, type Input } from "embedded-aws";
import * as v from "valibot";
import { ResourceFailure } from "../../engine/provider";
import type { Change, CreateContext } from "../resourceType";
import { resource, strings } from "../schemas";

type GroupInput = Input<"autoscaling", "CreateAutoScalingGroup">;

/** How often the provider looks whether a group has what it should, and how long it waits for that by default. */
const LOOK_MS = 5_000;
const CAPACITY_TIMEOUT_MS = 10 * 60_000;
/** How long the provider lets a group empty itself. */
const DRAIN_TIMEOUT_MS = 30 * 60_000;

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

const groupInputs = v.strictObject({
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

type GroupInputs = v.InferOutput<typeof groupInputs>;

const UNITS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1_000 };

/** Milliseconds; undefined for what is no duration. */
function durationMs(text: string): number | undefined {
  if (text === "0") return 0;
  if (!/^(\d+[hms])+$/.test(text)) return undefined;
  return [...text.matchAll(/(\d+)([hms])/g)].reduce(
    (sum, [, amount, unit = ""]) => sum + Number(amount) * (UNITS[unit] ?? 0),
    0,
  );
}

/** What a group is given at its creation, and by a later change. */
function settings(inputs: GroupInputs) {
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

function creation(inputs: GroupInputs): GroupInput {
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

function groupTag(group: string, { key, value, propagateAtLaunch }: GroupInputs["tags"][number]) {
  return {
    ResourceId: group,
    ResourceType: "auto-scaling-group",
    Key: key,
    Value: value,
    PropagateAtLaunch: propagateAtLaunch,
  };
}

/** The group as it is; undefined once it is gone. */
async function describe(name: string, context: CreateContext) {
  const { AutoScalingGroups } = await context.call("autoscaling", "DescribeAutoScalingGroups", {
    AutoScalingGroupNames: [name],
  });
  return AutoScalingGroups[0];
}

/**
 * Waits until the group has as many instances in service as it wants, as the provider does before it calls a group
 * created; what became of the last launch says why it has not.
 */
async function waitForCapacity(inputs: GroupInputs, context: CreateContext): Promise<void> {
  const timeout = durationMs(inputs.waitForCapacityTimeout ?? "") ?? CAPACITY_TIMEOUT_MS;
  if (timeout === 0) return;
  for (let waited = 0; ; waited += LOOK_MS) {
    const group = await describe(inputs.name, context);
    const wanted = inputs.desiredCapacity ?? inputs.minSize;
    const inService = (group?.Instances ?? []).filter(
      ({ LifecycleState, HealthStatus }) => LifecycleState === "InService" && HealthStatus === "Healthy",
    ).length;
    if (inService >= wanted && (await targetsAreHealthy(inputs, context))) return;
    if (waited >= timeout) {
      const { Activities } = await context.call("autoscaling", "DescribeScalingActivities", {
        AutoScalingGroupName: inputs.name,
      });
      const reason = Activities.find(({ StatusMessage }) => StatusMessage !== undefined)?.StatusMessage;
      throw new ResourceFailure(
        `waiting for capacity: ${inService} of ${wanted} instances in service after ${timeout / 1000} s${reason === undefined ? "" : `; ${reason}`}`,
      );
    }
    await context.wait(LOOK_MS);
  }
}

/** Where the program asks for it: so many healthy targets in every target group. */
async function targetsAreHealthy(inputs: GroupInputs, context: CreateContext): Promise<boolean> {
  const wanted = inputs.waitForElbCapacity ?? inputs.minElbCapacity ?? 0;
  if (wanted === 0) return true;
  for (const TargetGroupArn of inputs.targetGroupArns ?? []) {
    const { TargetHealthDescriptions = [] } = await context.call(
      "elasticloadbalancing",
      "DescribeTargetHealth",
      { TargetGroupArn },
    );
    const healthy = TargetHealthDescriptions.filter(({ TargetHealth }) => TargetHealth?.State === "healthy");
    if (healthy.length < wanted) return false;
  }
  return true;
}

/** Waits until the group is as it is asked to be. */
async function until(context: CreateContext, what: string, reached: () => Promise<boolean>): Promise<void> {
  for (let waited = 0; !(await reached()); waited += LOOK_MS) {
    if (waited >= DRAIN_TIMEOUT_MS)
      throw new ResourceFailure(`${what}: not within ${DRAIN_TIMEOUT_MS / 60_000} minutes`);
    await context.wait(LOOK_MS);
  }
}

async function groupOutputs(name: string, context: CreateContext) {
  const found = await describe(name, context);
  return {
    name,
    arn: found?.AutoScalingGroupARN,
    availabilityZones: found?.AvailabilityZones,
    vpcZoneIdentifiers: (found?.VPCZoneIdentifier ?? "").split(",").filter((id) => id !== ""),
    desiredCapacity: found?.DesiredCapacity,
    defaultCooldown: found?.DefaultCooldown,
    healthCheckType: found?.HealthCheckType,
    targetGroupArns: found?.TargetGroupARNs,
  };
}

/** In the order of the provider: settings, tags, target groups, a refresh of the instances, capacity, processes. */
async function changeGroup(
  { id, inputs, old, changed }: Omit<Change<GroupInputs>, "outputs">,
  context: CreateContext,
): Promise<void> {
  const named = { AutoScalingGroupName: id };
  await context.call("autoscaling", "UpdateAutoScalingGroup", {
    ...settings(inputs),
    // AWS keeps what a call leaves out; that much the provider puts back.
    TerminationPolicies: inputs.terminationPolicies ?? ["Default"],
    // -1 takes it away: API reference, UpdateAutoScalingGroup.
    DefaultInstanceWarmup: inputs.defaultInstanceWarmup ?? -1,
  });
  const gone = old.tags.filter(({ key }) => !inputs.tags.some((tag) => tag.key === key));
  for (const [operation, tags] of [
    ["DeleteTags", gone],
    ["CreateOrUpdateTags", inputs.tags],
  ] as const) {
    if (changed.has("tags") && tags.length > 0)
      await context.call("autoscaling", operation, { Tags: tags.map((tag) => groupTag(id, tag)) });
  }
  for (const [operation, arns] of [
    ["DetachLoadBalancerTargetGroups", without(old.targetGroupArns, inputs.targetGroupArns)],
    ["AttachLoadBalancerTargetGroups", without(inputs.targetGroupArns, old.targetGroupArns)],
  ] as const)
    if (arns.length > 0) await context.call("autoscaling", operation, { ...named, TargetGroupARNs: arns });
  await refreshInstances(inputs, changed, context);
  if (changed.has("minSize") || changed.has("desiredCapacity")) await waitForCapacity(inputs, context);
  for (const [operation, processes] of [
    ["ResumeProcesses", without(old.suspendedProcesses, inputs.suspendedProcesses)],
    ["SuspendProcesses", without(inputs.suspendedProcesses, old.suspendedProcesses)],
  ] as const)
    if (processes.length > 0)
      await context.call("autoscaling", operation, { ...named, ScalingProcesses: processes });
}

/** Those that only the first list has. */
function without(list: readonly string[] = [], others: readonly string[] = []): string[] {
  return list.filter((one) => !others.includes(one));
}

/**
 * Starts to replace the instances where the program asks for it, when what they are launched from has changed, or one
 * of `triggers` has; it goes on by itself.
 */
async function refreshInstances(
  { name, instanceRefresh }: GroupInputs,
  changed: ReadonlySet<string>,
  context: CreateContext,
): Promise<void> {
  if (instanceRefresh === undefined) return;
  const { strategy, triggers = [], preferences } = instanceRefresh;
  const properties = ["launchTemplate", "mixedInstancesPolicy", ...triggers.map(propertyOf)];
  if (!properties.some((property) => changed.has(property))) return;
  const { instanceWarmup } = preferences ?? {};
  await context.call("autoscaling", "StartInstanceRefresh", {
    AutoScalingGroupName: name,
    Strategy: strategy as "Rolling",
    Preferences: preferences && {
      MinHealthyPercentage: preferences.minHealthyPercentage,
      MaxHealthyPercentage: preferences.maxHealthyPercentage,
      InstanceWarmup: instanceWarmup === undefined ? undefined : Number(instanceWarmup),
      SkipMatching: preferences.skipMatching,
      AutoRollback: preferences.autoRollback,
    },
  });
}

/** Triggers are named as the provider's own language has them: "tag", "vpc_zone_identifier". */
function propertyOf(trigger: string): string {
  if (trigger === "tag") return "tags";
  const property = trigger.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return property === "vpcZoneIdentifier" ? "vpcZoneIdentifiers" : property;
}

const group = resource({
  type: "aws:autoscaling/group:Group",
  inputs: groupInputs,
  ownTags: true,
  autoName: { property: "name" },
  async create(inputs, context) {
    await context.call("autoscaling", "CreateAutoScalingGroup", creation(inputs));
    // The provider suspends before it waits.
    if ((inputs.suspendedProcesses ?? []).length > 0)
      await context.call("autoscaling", "SuspendProcesses", {
        AutoScalingGroupName: inputs.name,
        ScalingProcesses: inputs.suspendedProcesses,
      });
    await waitForCapacity(inputs, context);
    return { id: inputs.name, outputs: await groupOutputs(inputs.name, context) };
  },
  async update({ id, inputs, old, changed }, context) {
    await changeGroup({ id, inputs, old, changed }, context);
    return await groupOutputs(id, context);
  },
  async delete(inputs, id, context) {
    const named = { AutoScalingGroupName: id };
    if ((await describe(id, context)) === undefined) return;
    if (!inputs.forceDelete) {
      // The provider lets a group empty itself first, so that load balancers drain and hooks run.
      await context.call("autoscaling", "UpdateAutoScalingGroup", {
        ...named,
        MinSize: 0,
        MaxSize: 0,
        DesiredCapacity: 0,
      });
      await until(context, "waiting for the group to drain", async () => {
        const found = await describe(id, context);
        return (found?.Instances ?? []).length === 0;
      });
    }
    try {
      await context.call("autoscaling", "DeleteAutoScalingGroup", {
        ...named,
        ForceDelete: inputs.forceDelete,
      });
    } catch (error) {
      if (!(error instanceof AwsError) || !error.message.includes("not found")) throw error;
    }
    await until(
      context,
      "waiting for the group to be gone",
      async () => (await describe(id, context)) === undefined,
    );
  },
});

const hookInputs = v.strictObject({
  name: v.string(),
  autoscalingGroupName: v.string(),
  lifecycleTransition: v.string(),
  defaultResult: v.optional(v.string()),
  heartbeatTimeout: v.optional(v.number()),
  notificationMetadata: v.optional(v.string()),
});
type HookInputs = v.InferOutput<typeof hookInputs>;

async function putHook(inputs: HookInputs, context: CreateContext) {
  await context.call("autoscaling", "PutLifecycleHook", {
    LifecycleHookName: inputs.name,
    AutoScalingGroupName: inputs.autoscalingGroupName,
    LifecycleTransition: inputs.lifecycleTransition,
    DefaultResult: inputs.defaultResult,
    HeartbeatTimeout: inputs.heartbeatTimeout,
    NotificationMetadata: inputs.notificationMetadata,
  });
  return { defaultResult: inputs.defaultResult ?? "ABANDON" };
}

async function deleteHook({ name, autoscalingGroupName }: HookInputs, context: CreateContext): Promise<void> {
  await context.call("autoscaling", "DeleteLifecycleHook", {
    LifecycleHookName: name,
    AutoScalingGroupName: autoscalingGroupName,
  });
}

const lifecycleHook = resource({
  type: "aws:autoscaling/lifecycleHook:LifecycleHook",
  inputs: hookInputs,
  autoName: { property: "name" },
  create: async (inputs, context) => ({ id: inputs.name, outputs: await putHook(inputs, context) }),
  async update({ inputs, old }, context) {
    // What a hook has had stays where another call leaves it out: only a new one is without it.
    const optional = ["defaultResult", "heartbeatTimeout", "notificationMetadata"] as const;
    if (optional.some((name) => old[name] !== undefined && inputs[name] === undefined))
      await deleteHook(inputs, context);
    return await putHook(inputs, context);
  },
  async delete(inputs, _id, context) {
    try {
      await deleteHook(inputs, context);
    } catch (error) {
      // Of a hook or a group that is gone Auto Scaling says no more than that it is not valid.
      if (!(error instanceof AwsError) || !/not found|No Lifecycle Hook found/.test(error.message))
        throw error;
    }
  },
});

export const autoscaling = [group, lifecycleHook];
