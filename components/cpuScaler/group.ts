import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { CheckedCpuScalerArgs, CpuScalerArgs, FleetLifecycleHook } from "./arguments";
import { fleetTags } from "./fleet";
import { widestLimits } from "./schedule";
import { transformed } from "../parts/resources";

/** Of the instances that there are, so many stay in service while a refresh replaces them, in percent. */
const MIN_HEALTHY_PERCENTAGE = 90;

/** A load balancer's draining and hooks take their time before the group is empty. */
const DELETE_TIMEOUT = "30m";

export interface GroupParts {
  readonly fleet: string;
  readonly checked: CheckedCpuScalerArgs;
  readonly args: CpuScalerArgs;
  readonly launchTemplate: aws.ec2.LaunchTemplate;
}

/**
 * The Auto Scaling group that keeps the fleet. Its desired capacity is the function's: Pulumi sets the first one and
 * leaves it alone from then on. Whatever changes the template's version, a new image for one, or the subnets is rolled
 * out by an instance refresh that launches nothing beside what there is. When it is deleted, the provider first lets it drain.
 */
export function createGroup(
  name: string,
  { fleet, checked, args, launchTemplate }: GroupParts,
  child: pulumi.CustomResourceOptions,
): aws.autoscaling.Group {
  const { warmupSeconds } = checked;
  const { minInstances, maxInstances, schedule } = checked;
  // The function keeps to what holds at the time; the group must let it.
  const limits = pulumi.output({ minInstances, maxInstances, schedule }).apply(widestLimits);
  const { targetGroupArns, transform = {}, lifecycleHooks = [] } = args;
  const specification = {
    launchTemplateId: launchTemplate.id,
    // Its number, not "$Latest": by a change of it the provider knows that a refresh is due.
    version: launchTemplate.latestVersion.apply(String),
  };
  const group = new aws.autoscaling.Group(
    name,
    ...transformed(
      transform.group,
      {
        ...sourceOf(checked, limits.minInstances, specification),
        vpcZoneIdentifiers: pulumi.output(checked.subnetIds).apply((ids) => [...ids]),
        minSize: limits.minInstances,
        maxSize: limits.maxInstances,
        desiredCapacity: limits.minInstances,
        healthCheckType: targetGroupArns === undefined ? "EC2" : "ELB",
        healthCheckGracePeriod: warmupSeconds,
        defaultInstanceWarmup: warmupSeconds,
        ...(targetGroupArns !== undefined && {
          targetGroupArns: pulumi.output(targetGroupArns).apply((arns) => [...arns]),
        }),
        // To bring zones into balance, a group launches before it terminates, and so beyond its maximum.
        suspendedProcesses: ["AZRebalance"],
        // As the function takes instances away: those of an older image first, then the oldest.
        terminationPolicies: ["OldestLaunchTemplate", "OldestInstance"],
        instanceRefresh: {
          strategy: "Rolling",
          // With AZRebalance suspended nothing else moves instances out of a subnet that is to be deleted. It is named
          // as the provider's own language has it.
          triggers: ["vpc_zone_identifier"],
          preferences: {
            minHealthyPercentage: MIN_HEALTHY_PERCENTAGE,
            maxHealthyPercentage: 100,
            instanceWarmup: pulumi.output(warmupSeconds).apply(String),
          },
        },
        // Of the group itself: the template tags the instances.
        tags: Object.entries({ ...args.tags, ...fleetTags(fleet) }).map(([key, value]) => ({
          key,
          value,
          propagateAtLaunch: false,
        })),
      },
      {
        ...child,
        ignoreChanges: ["desiredCapacity"],
        customTimeouts: { delete: DELETE_TIMEOUT },
      },
    ),
  );
  for (const hook of lifecycleHooks) createHook(`${name}-${hook.name}`, hook, group, transform, child);
  return group;
}

/** The template alone, or with a share of Spot instances above the minimum. */
function sourceOf(
  { spotPercent, instanceType }: CheckedCpuScalerArgs,
  minInstances: pulumi.Input<number>,
  specification: { readonly launchTemplateId: pulumi.Input<string>; readonly version: pulumi.Input<string> },
): Pick<aws.autoscaling.GroupArgs, "launchTemplate" | "mixedInstancesPolicy"> {
  if (spotPercent === 0)
    return { launchTemplate: { id: specification.launchTemplateId, version: specification.version } };
  return {
    mixedInstancesPolicy: {
      launchTemplate: { launchTemplateSpecification: specification, overrides: [{ instanceType }] },
      instancesDistribution: {
        onDemandBaseCapacity: minInstances,
        onDemandPercentageAboveBaseCapacity: pulumi.output(spotPercent).apply((percent) => 100 - percent),
        spotAllocationStrategy: "price-capacity-optimized",
      },
    },
  };
}

function createHook(
  name: string,
  hook: FleetLifecycleHook,
  group: aws.autoscaling.Group,
  transform: NonNullable<CpuScalerArgs["transform"]>,
  child: pulumi.CustomResourceOptions,
): aws.autoscaling.LifecycleHook {
  return new aws.autoscaling.LifecycleHook(
    name,
    ...transformed(
      transform.lifecycleHook,
      {
        name: hook.name,
        autoscalingGroupName: group.name,
        lifecycleTransition: `autoscaling:EC2_INSTANCE_${hook.transition.toUpperCase()}`,
        heartbeatTimeout: hook.heartbeatSeconds ?? 3600,
        defaultResult: hook.defaultResult ?? "ABANDON",
      },
      child,
    ),
  );
}
