import { AwsError } from "../../core/errors";
import type { Call, CloudContext } from "../../core/service";
import { invalidCombination, invalidParameter } from "./errors";
import {
  checkSpecification,
  type LaunchRequest,
  type LaunchSpecification,
  overridden,
  withoutUndefined,
} from "./launchSpecification";
import {
  type LaunchTemplate,
  type LaunchTemplates,
  type LaunchTemplateVersion,
  versionOf,
} from "./launchTemplates";
import type { Image, Images } from "./images";
import { type InstanceType, instanceTypeOf } from "./instanceTypes";
import type { KeyPairs } from "./keyPairs";
import type { Network, Subnet } from "./network";
import type { SecurityGroup, SecurityGroups } from "./securityGroups";
import { type VolumeKey, volumeKeys } from "./volumeKeys";

/** A launch with everything settled but the zone, where the request leaves that to EC2. */
export interface LaunchPlan {
  readonly image: Image;
  readonly instanceType: InstanceType;
  readonly specification: LaunchSpecification;
  /** In the order in which they are tried. */
  readonly subnets: readonly Subnet[];
  /** Whether the request itself, or its template, names the zone. */
  readonly zonal: boolean;
  readonly securityGroups: readonly SecurityGroup[];
  readonly profile: InstanceProfile | undefined;
  readonly volumeKeys: readonly VolumeKey[];
  readonly template:
    { readonly template: LaunchTemplate; readonly version: LaunchTemplateVersion } | undefined;
  /** The members that the request itself gives, and so takes out of its template's hands. */
  readonly given: ReadonlySet<string>;
}

interface InstanceProfile {
  readonly id: string;
  readonly arn: string;
  readonly roleArn: string | undefined;
}

/** What a launch can name. */
export interface LaunchFacts {
  readonly context: CloudContext;
  readonly templates: LaunchTemplates;
  readonly network: Network;
  readonly groups: SecurityGroups;
  readonly keyPairs: KeyPairs;
  readonly images: Images;
}

/** Settles a launch; throws EC2's error for what is missing, malformed or unknown. */
export async function planLaunch(
  input: LaunchRequest,
  { context, templates, network, groups, keyPairs, images }: LaunchFacts,
  call: Call,
): Promise<LaunchPlan> {
  const { LaunchTemplate: reference, SubnetId: subnetId, ...rest } = input;
  const request: LaunchSpecification = rest;
  checkSpecification(request);
  const template = reference === undefined ? undefined : templates.get(reference);
  const version = template === undefined ? undefined : versionOf(template, reference?.Version ?? "$Default");
  const specification = version === undefined ? request : overridden(version.data, request);
  const [networkInterface] = specification.NetworkInterfaces ?? [];
  if (
    networkInterface !== undefined &&
    (subnetId !== undefined || specification.SecurityGroupIds !== undefined)
  ) {
    const what = subnetId !== undefined ? "subnet ID" : "security groups";
    throw invalidCombination(
      `Network interfaces and an instance-level ${what} may not be specified on the same request`,
    );
  }
  if (specification.InstanceType === undefined) throw missing("InstanceType");
  const instanceType = instanceTypeOf(specification.InstanceType);
  const image = images.get(await resolveImage(specification.ImageId, context, call));
  checkArchitecture(instanceType, image);
  if (specification.KeyName !== undefined) keyPairs.demand(specification.KeyName);
  const { subnets, zonal } = chooseSubnets(specification, subnetId ?? networkInterface?.SubnetId, network);
  const vpcId = subnets[0]?.vpcId ?? "";
  const securityGroups = groups.get(
    networkInterface?.Groups ?? specification.SecurityGroupIds ?? [groups.defaultOf(vpcId).id],
  );
  const foreign = securityGroups.find((group) => group.vpcId !== vpcId);
  if (foreign !== undefined)
    throw new AwsError(
      "InvalidParameter",
      `Security group ${foreign.id} and subnet ${subnets[0]?.id ?? ""} belong to different networks.`,
    );
  return {
    image,
    instanceType,
    specification,
    subnets,
    zonal,
    securityGroups,
    profile: await findProfile(specification, context),
    volumeKeys: await volumeKeys(specification, context),
    template: template === undefined || version === undefined ? undefined : { template, version },
    given: new Set(Object.keys(withoutUndefined(input))),
  };
}

function missing(member: string): AwsError {
  return new AwsError(
    "MissingParameter",
    `The request must contain the parameter ${member}, or name a launch template that contains it`,
  );
}

function chooseSubnets(
  specification: LaunchSpecification,
  subnetId: string | undefined,
  network: Network,
): Pick<LaunchPlan, "subnets" | "zonal"> {
  const zone = specification.Placement?.AvailabilityZone;
  // Without a subnet, EC2 takes one of the default VPC's.
  const candidates =
    subnetId === undefined
      ? [...network.subnets.values()].filter((subnet) => subnet.isDefault)
      : network.get("subnets", [subnetId]);
  if (candidates.length === 0)
    throw new AwsError("MissingInput", "No subnets found for the default VPC. Please specify a subnet.");
  const fitting = candidates.filter((subnet) => zone === undefined || subnet.zone === zone);
  if (fitting.length > 0) return { subnets: fitting, zonal: subnetId !== undefined || zone !== undefined };
  throw invalidParameter(
    `Value (${zone ?? ""}) for parameter availabilityZone is invalid; expected the subnet's own zone, one of ${candidates.map((subnet) => subnet.zone).join(", ")}`,
  );
}

/** "resolve:ssm:NAME" asks the parameter store, as the caller. */
async function resolveImage(imageId: string | undefined, context: CloudContext, call: Call): Promise<string> {
  if (imageId === undefined) throw missing("ImageId");
  const parameter = /^resolve:ssm:(.+)$/.exec(imageId)?.[1];
  if (parameter === undefined) return imageId;
  const { Parameter } = await context.call("ssm", "GetParameter", { Name: parameter }, call.caller);
  return Parameter?.Value ?? "";
}

function checkArchitecture(type: InstanceType, image: Image): void {
  if (image.architecture === undefined || image.architecture === type.architecture) return;
  throw invalidParameter(
    `The architecture '${type.architecture}' of the specified instance type does not match the architecture '${image.architecture}' of the specified AMI. Specify an instance type and an AMI that have matching architectures, and try again. You can use 'describe-instance-types' or 'describe-images' to discover the architecture of the instance type or AMI.`,
  );
}

async function findProfile(
  specification: LaunchSpecification,
  context: CloudContext,
): Promise<InstanceProfile | undefined> {
  const given = specification.IamInstanceProfile;
  if (given === undefined) return undefined;
  const name = given.Name ?? given.Arn?.split("/").at(-1) ?? "";
  try {
    const { InstanceProfile: profile } = await context.call(
      "iam",
      "GetInstanceProfile",
      { InstanceProfileName: name },
      {
        kind: "administrator",
        accountId: context.accountId,
      },
    );
    if (!context.isSettled(profile.Arn)) throw unknownProfile(name);
    return { id: profile.InstanceProfileId, arn: profile.Arn, roleArn: profile.Roles[0]?.Arn };
  } catch (error) {
    if (!(error instanceof AwsError) || error.code !== "NoSuchEntityException") throw error;
    throw unknownProfile(name);
  }
}

/** Of one that does not exist, or that is too new for EC2 to know. */
function unknownProfile(name: string): AwsError {
  return invalidParameter(
    `Value (${name}) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name`,
  );
}
