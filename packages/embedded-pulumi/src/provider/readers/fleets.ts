import type { Output } from "embedded-aws";
import { asGiven, type Reader, type Readers, tagsFrom, whereGiven } from "./reader";

type Group = Output<"autoscaling", "DescribeAutoScalingGroups">["AutoScalingGroups"][number];
type Mixed = Group["MixedInstancesPolicy"];

/** What a program says of a mixed policy; what it leaves out has AWS's own values. */
interface GivenMixed {
  readonly launchTemplate?: { readonly launchTemplateSpecification?: object };
  readonly instancesDistribution?: object;
}

const group: Reader = async (asked, { call }) => {
  const { inputs } = asked;
  const { AutoScalingGroups } = await call("autoscaling", "DescribeAutoScalingGroups", {
    AutoScalingGroupNames: [asked.id],
  });
  const [found] = AutoScalingGroups;
  if (found === undefined || found.Status !== undefined) return undefined;
  const { LaunchTemplate: template } = found;
  return {
    inputs: {
      minSize: found.MinSize,
      maxSize: found.MaxSize,
      launchTemplate:
        template &&
        asGiven(inputs.launchTemplate, {
          id: template.LaunchTemplateId,
          name: template.LaunchTemplateName,
          version: template.Version,
        }),
      mixedInstancesPolicy: mixedOf(found.MixedInstancesPolicy, inputs.mixedInstancesPolicy as GivenMixed),
      healthCheckGracePeriod: found.HealthCheckGracePeriod,
      defaultInstanceWarmup: found.DefaultInstanceWarmup,
      suspendedProcesses: found.SuspendedProcesses?.map(({ ProcessName }) => ProcessName),
      terminationPolicies: found.TerminationPolicies,
      protectFromScaleIn: found.NewInstancesProtectedFromScaleIn ?? false,
      // Without a word of the program's, AWS and whoever scales the group decide.
      ...whereGiven(asked, {
        desiredCapacity: found.DesiredCapacity,
        vpcZoneIdentifiers: (found.VPCZoneIdentifier ?? "").split(",").filter((id) => id !== ""),
        availabilityZones: found.AvailabilityZones,
        healthCheckType: found.HealthCheckType,
        defaultCooldown: found.DefaultCooldown,
        targetGroupArns: found.TargetGroupARNs,
      }),
      tags: (found.Tags ?? []).map(({ Key, Value, PropagateAtLaunch }) => ({
        key: Key,
        value: Value,
        propagateAtLaunch: PropagateAtLaunch,
      })),
    },
    defaults: { terminationPolicies: ["Default"] },
  };
};

function mixedOf(found: Mixed, given: GivenMixed | undefined) {
  if (found === undefined) return undefined;
  const { LaunchTemplate: template, InstancesDistribution: distribution } = found;
  const specification = template?.LaunchTemplateSpecification;
  return {
    launchTemplate: {
      launchTemplateSpecification: asGiven(given?.launchTemplate?.launchTemplateSpecification, {
        launchTemplateId: specification?.LaunchTemplateId,
        launchTemplateName: specification?.LaunchTemplateName,
        version: specification?.Version,
      }),
      overrides: template?.Overrides?.map(({ InstanceType }) => ({ instanceType: InstanceType })),
    },
    instancesDistribution: asGiven(given?.instancesDistribution ?? {}, {
      onDemandAllocationStrategy: distribution?.OnDemandAllocationStrategy,
      onDemandBaseCapacity: distribution?.OnDemandBaseCapacity,
      onDemandPercentageAboveBaseCapacity: distribution?.OnDemandPercentageAboveBaseCapacity,
      spotAllocationStrategy: distribution?.SpotAllocationStrategy,
    }),
  };
}

const lifecycleHook: Reader = async ({ text }, { call }) => {
  const { LifecycleHooks = [] } = await call("autoscaling", "DescribeLifecycleHooks", {
    AutoScalingGroupName: text("autoscalingGroupName"),
  });
  const found = LifecycleHooks.find(({ LifecycleHookName }) => LifecycleHookName === text("name"));
  return (
    found && {
      inputs: {
        lifecycleTransition: found.LifecycleTransition,
        defaultResult: found.DefaultResult,
        heartbeatTimeout: found.HeartbeatTimeout,
        notificationMetadata: found.NotificationMetadata,
      },
      defaults: { defaultResult: "ABANDON", heartbeatTimeout: 3600 },
    }
  );
};

const targetGroup: Reader = async ({ id: TargetGroupArn, inputs }, { call }) => {
  const { TargetGroups = [] } = await call("elasticloadbalancing", "DescribeTargetGroups", {
    TargetGroupArns: [TargetGroupArn],
  });
  const [found] = TargetGroups;
  if (found === undefined) return undefined;
  const { Attributes = [] } = await call("elasticloadbalancing", "DescribeTargetGroupAttributes", {
    TargetGroupArn,
  });
  const { TagDescriptions = [] } = await call("elasticloadbalancing", "DescribeTags", {
    ResourceArns: [TargetGroupArn],
  });
  const attribute = (name: string) => Attributes.find(({ Key }) => Key === name)?.Value;
  const { healthCheck: given } = inputs;
  return {
    inputs: {
      // AWS's own check is not the program's affair, nor what the program leaves out of its own.
      ...(given !== undefined && {
        healthCheck: asGiven(given, {
          enabled: found.HealthCheckEnabled,
          protocol: found.HealthCheckProtocol,
          port: found.HealthCheckPort,
          path: found.HealthCheckPath,
          matcher: found.Matcher?.HttpCode,
          interval: found.HealthCheckIntervalSeconds,
          timeout: found.HealthCheckTimeoutSeconds,
          healthyThreshold: found.HealthyThresholdCount,
          unhealthyThreshold: found.UnhealthyThresholdCount,
        }),
      }),
      deregistrationDelay: Number(attribute("deregistration_delay.timeout_seconds") ?? 300),
      slowStart: Number(attribute("slow_start.duration_seconds") ?? 0),
      ...(inputs.loadBalancingAlgorithmType !== undefined && {
        loadBalancingAlgorithmType: attribute("load_balancing.algorithm.type"),
      }),
      tags: tagsFrom(TagDescriptions[0]?.Tags),
    },
  };
};

export const fleetReaders: Readers = {
  "aws:autoscaling/group:Group": group,
  "aws:autoscaling/lifecycleHook:LifecycleHook": lifecycleHook,
  "aws:lb/targetGroup:TargetGroup": targetGroup,
};
