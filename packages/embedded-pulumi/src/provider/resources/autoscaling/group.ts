import { AwsError } from "embedded-aws";
import type { Change, CreateContext } from "../../resourceType";
import { resource } from "../../schemas";
import { describe, until, waitForCapacity } from "./capacity";
import { creation, groupInputs, groupTag, settings, type GroupInputs } from "./groupInputs";

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
      ScaleInProtectedInstances: preferences.scaleInProtectedInstances,
      StandbyInstances: preferences.standbyInstances,
    },
  });
}

/** Triggers are named as the provider's own language has them: "tag", "vpc_zone_identifier". */
function propertyOf(trigger: string): string {
  if (trigger === "tag") return "tags";
  const property = trigger.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return property === "vpcZoneIdentifier" ? "vpcZoneIdentifiers" : property;
}

export const group = resource({
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
