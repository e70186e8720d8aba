import { AwsError } from "../../core/errors";
import type { Call, CloudContext } from "../../core/service";
import type { Supported } from "../../wire/operation";
import { invalid } from "./errors";
import type {
  Distribution,
  Group,
  MixedInstancesPolicy,
  TemplateReference,
  TerminationPolicy,
} from "./group";
import type { settingMembers } from "./inputs";
import { resolveTemplate } from "./launcher";

export type Settings = Supported<"autoscaling", "UpdateAutoScalingGroup", (typeof settingMembers)[number]>;

type Place = Pick<Group, "zones" | "subnets" | "byZone">;

/** Where a group launches. @throws AwsError for subnets and zones that are not there. */
export async function placeOf(
  context: CloudContext,
  { VPCZoneIdentifier, AvailabilityZones = [] }: Settings,
): Promise<Place | undefined> {
  const ids = (VPCZoneIdentifier ?? "").split(",").filter((id) => id.trim() !== "");
  if (ids.length === 0 && AvailabilityZones.length === 0) return undefined;
  const administrator = { kind: "administrator", accountId: context.accountId } as const;
  try {
    const { Subnets = [] } = await context.call(
      "ec2",
      "DescribeSubnets",
      ids.length > 0
        ? { SubnetIds: ids.map((id) => id.trim()) }
        : {
            Filters: [
              { Name: "availability-zone", Values: [...AvailabilityZones] },
              { Name: "default-for-az", Values: ["true"] },
            ],
          },
      administrator,
    );
    const zoneOf = new Map(
      Subnets.map(({ SubnetId = "", AvailabilityZone = "" }) => [SubnetId, AvailabilityZone]),
    );
    const order = ids.length > 0 ? ids.map((id) => id.trim()) : [...zoneOf.keys()].sort();
    const subnets = order.map((id) => ({ id, zone: zoneOf.get(id) ?? "" }));
    const zones = [...new Set(subnets.map(({ zone }) => zone))].sort();
    const missing = AvailabilityZones.filter((zone) => !zones.includes(zone));
    if (missing.length > 0) throw invalid(`Invalid availability zone(s): ${missing.join(", ")}`);
    return { zones, subnets, byZone: ids.length === 0 };
  } catch (error) {
    if (!(error instanceof AwsError) || error.code === "ValidationError") throw error;
    throw invalid(error.message);
  }
}

/** What a group launches from. @throws AwsError for both, or for one that says nothing. */
export function sourceOf(input: Settings): Pick<Group, "template" | "mixed"> | undefined {
  const { LaunchTemplate: template, MixedInstancesPolicy: mixed } = input;
  if (template !== undefined && mixed !== undefined)
    throw invalid(
      "Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or MixedInstancesPolicy parameter.",
    );
  if (mixed !== undefined && mixed.LaunchTemplate?.LaunchTemplateSpecification === undefined)
    throw invalid("MixedInstancesPolicy: a launch template specification is required");
  if (template === undefined && mixed === undefined) return undefined;
  checkReference(template ?? mixed?.LaunchTemplate?.LaunchTemplateSpecification);
  return { template, mixed };
}

export function checkReference(reference: TemplateReference | undefined): void {
  if (reference === undefined) return;
  if ((reference.LaunchTemplateId === undefined) === (reference.LaunchTemplateName === undefined))
    throw invalid(
      "Valid requests must contain either launchTemplateId or launchTemplateName, and not both of them.",
    );
}

/** The reference of a group, whichever way it has one. */
function referenceOf(source: Pick<Group, "template" | "mixed">): TemplateReference {
  const reference = source.template ?? source.mixed?.LaunchTemplate?.LaunchTemplateSpecification;
  if (reference === undefined) throw invalid("A launch template is required");
  return reference;
}

/**
 * Has EC2 say whether the caller may launch from a template at all, and whether it can be launched, as Auto Scaling does
 * before it takes one. @throws AwsError
 */
export async function checkLaunch(
  context: CloudContext,
  source: {
    readonly template: TemplateReference | undefined;
    readonly mixed: MixedInstancesPolicy | undefined;
  },
  subnets: Group["subnets"],
  call: Call,
): Promise<void> {
  const [subnet] = subnets;
  try {
    const administrator = { kind: "administrator", accountId: context.accountId } as const;
    const template = await resolveTemplate(context, referenceOf(source), administrator);
    await context.call(
      "ec2",
      "RunInstances",
      {
        LaunchTemplate: { LaunchTemplateId: template.id, Version: template.version },
        ...template.network(subnet?.id ?? ""),
        MinCount: 1,
        MaxCount: 1,
        DryRun: true,
      },
      call.caller,
    );
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    // What says that it would have been done; and what says nothing about the template.
    if (["DryRunOperation", "RequestLimitExceeded"].includes(error.code)) return;
    if (error.code === "UnauthorizedOperation" || error.code === "AccessDenied") throw error;
    throw invalid(`You must use a valid fully-formed launch template. ${error.message}`);
  }
}

/** The sizes that an update leads to. @throws AwsError */
export function sizesOf(
  input: Settings,
  before: Pick<Group, "minSize" | "maxSize" | "desired">,
): Pick<Group, "minSize" | "maxSize" | "desired"> {
  const minSize = input.MinSize ?? before.minSize;
  const maxSize = input.MaxSize ?? before.maxSize;
  if (minSize > maxSize)
    throw invalid(`Max bound, ${maxSize}, must be greater than or equal to min bound, ${minSize}`);
  const { DesiredCapacity: given } = input;
  if (given !== undefined && (given < minSize || given > maxSize))
    throw invalid(
      given > maxSize
        ? `Desired capacity:${given} must be less than or equal to max size:${maxSize}`
        : `Desired capacity:${given} must be greater than or equal to min size:${minSize}`,
    );
  return { minSize, maxSize, desired: Math.min(Math.max(given ?? before.desired, minSize), maxSize) };
}

/** What an input says beside sizes, place and template; what it leaves out stays. */
export function otherSettings(input: Settings): Partial<Group> {
  const given = {
    cooldownSeconds: input.DefaultCooldown,
    healthCheckType: input.HealthCheckType as "EC2" | "ELB" | undefined,
    graceSeconds: input.HealthCheckGracePeriod,
    warmupSeconds: input.DefaultInstanceWarmup,
    policies: input.TerminationPolicies as readonly TerminationPolicy[] | undefined,
    protectNew: input.NewInstancesProtectedFromScaleIn,
    distribution: input.AvailabilityZoneDistribution?.CapacityDistributionStrategy as
      Distribution | undefined,
  };
  return {
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    // "To remove a value that you previously set, specify -1": API reference, UpdateAutoScalingGroup.
    ...(input.DefaultInstanceWarmup === -1 && { warmupSeconds: undefined }),
  };
}
