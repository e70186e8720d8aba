import { decodeBase64 } from "../../core/base64";
import { AwsError, notSupported } from "../../core/errors";
import type { Supported } from "../../wire/operation";
import type { Rules } from "../../wire/rules";
import { invalidCombination, invalidParameter, missingParameter } from "./errors";
import { tagRules, tagsFor } from "./inputs";

/**
 * What a launch template and RunInstances both say of an instance. Both take the same members, so that a
 * request can override a template member by member.
 */

/** The resources of a launch that can be tagged with it. */
export const TAGGABLE = ["instance", "volume", "network-interface"] as const;
export type Taggable = (typeof TAGGABLE)[number];

const members = {
  BlockDeviceMappings: [
    "DeviceName",
    "Ebs.DeleteOnTermination",
    "Ebs.Encrypted",
    "Ebs.Iops",
    "Ebs.KmsKeyId",
    "Ebs.SnapshotId",
    "Ebs.Throughput",
    "Ebs.VolumeSize",
    "Ebs.VolumeType",
  ],
  CreditSpecification: ["CpuCredits"],
  MetadataOptions: [
    "HttpTokens",
    "HttpPutResponseHopLimit",
    "HttpEndpoint",
    "HttpProtocolIpv6",
    "InstanceMetadataTags",
  ],
  NetworkInterfaces: [
    "DeviceIndex",
    "AssociatePublicIpAddress",
    "DeleteOnTermination",
    "Description",
    "Groups",
    "NetworkCardIndex",
    "SubnetId",
  ],
  Placement: ["AvailabilityZone", "Tenancy"],
} as const;

type Nested<Name extends keyof typeof members> = `${Name}.${(typeof members)[Name][number]}`;
function nested<Name extends keyof typeof members>(name: Name): Nested<Name>[] {
  return members[name].map((member) => `${name}.${member}` as Nested<Name>);
}

export const specificationMembers = [
  ...nested("BlockDeviceMappings"),
  ...nested("CreditSpecification"),
  "DisableApiStop",
  "DisableApiTermination",
  "EbsOptimized",
  "IamInstanceProfile",
  "ImageId",
  "InstanceInitiatedShutdownBehavior",
  "InstanceType",
  "KeyName",
  ...nested("MetadataOptions"),
  "Monitoring",
  ...nested("NetworkInterfaces"),
  ...nested("Placement"),
  "SecurityGroupIds",
  "TagSpecifications",
  "UserData",
] as const;

const onOff = { oneOf: ["enabled", "disabled"] } as const;

/** From the EC2 API reference, RequestLaunchTemplateData and RunInstances. */
export const specificationRules: Rules = {
  "BlockDeviceMappings.Ebs.Iops": { range: [100, 256_000] },
  "BlockDeviceMappings.Ebs.Throughput": { range: [125, 2000] },
  "BlockDeviceMappings.Ebs.VolumeSize": { range: [1, 65_536] },
  "BlockDeviceMappings.Ebs.VolumeType": { oneOf: ["standard", "io1", "io2", "gp2", "gp3", "sc1", "st1"] },
  "CreditSpecification.CpuCredits": { oneOf: ["standard", "unlimited"] },
  InstanceInitiatedShutdownBehavior: { oneOf: ["stop", "terminate"] },
  InstanceType: { pattern: /^[a-z][a-z0-9-]*\.[a-z0-9-]+$/ },
  "MetadataOptions.HttpTokens": { oneOf: ["required", "optional"] },
  "MetadataOptions.HttpPutResponseHopLimit": { range: [1, 64] },
  "MetadataOptions.HttpEndpoint": onOff,
  "MetadataOptions.HttpProtocolIpv6": onOff,
  "MetadataOptions.InstanceMetadataTags": onOff,
  "NetworkInterfaces.DeviceIndex": { supported: [0] },
  "NetworkInterfaces.NetworkCardIndex": { supported: [0] },
  "Placement.Tenancy": { oneOf: ["default", "dedicated", "host"], supported: ["default"] },
  "TagSpecifications.ResourceType": { supported: TAGGABLE },
  "TagSpecifications.Tags": tagRules.Tags,
  "TagSpecifications.Tags.Key": tagRules["Tags.Key"],
  "TagSpecifications.Tags.Value": tagRules["Tags.Value"],
};

export const templateDataMembers = specificationMembers.map(
  (member) => `LaunchTemplateData.${member}` as const,
);
export const templateDataRules: Rules = Object.fromEntries(
  Object.entries(specificationRules).map(([path, rule]) => [`LaunchTemplateData.${path}`, rule]),
);

export type LaunchSpecification = Supported<
  "ec2",
  "CreateLaunchTemplate",
  "LaunchTemplateData"
>["LaunchTemplateData"];

/** What a request says of a launch: SubnetId stands inside a network interface in a template. */
export type LaunchRequest = LaunchSpecification &
  Supported<"ec2", "RunInstances", "SubnetId" | "LaunchTemplate">;

/** What neither the model nor a rule says; throws EC2's error. */
export function checkSpecification(specification: LaunchSpecification): void {
  const { NetworkInterfaces = [], BlockDeviceMappings = [], IamInstanceProfile: profile } = specification;
  if (NetworkInterfaces.length > 1) throw notSupported("More than the primary network interface");
  for (const { DeviceName, Ebs } of BlockDeviceMappings) {
    if (DeviceName === undefined) throw missingParameter("BlockDeviceMapping.DeviceName");
    if (Ebs?.KmsKeyId !== undefined && Ebs.Encrypted !== true) {
      throw new AwsError(
        "InvalidParameterDependency",
        "The parameter KmsKeyId requires the parameter Encrypted to be set.",
      );
    }
  }
  if (profile?.Arn !== undefined && profile.Name !== undefined) {
    throw invalidCombination(
      "The parameter iamInstanceProfile.name may not be used in combination with iamInstanceProfile.arn",
    );
  }
  if (specification.UserData !== undefined) checkUserData(specification.UserData);
  for (const type of TAGGABLE) tagsOf(specification, type);
}

/** Bytes before they are encoded: EC2 user guide, "Run commands when you launch an EC2 instance with user data input". */
const LONGEST_USER_DATA = 16_384;

/** User data is base64; line breaks, as encoders put them, do not count. */
function checkUserData(text: string): void {
  const bytes = decodeBase64(text.replaceAll(/[\r\n]/g, ""));
  if (bytes === undefined)
    throw new AwsError("InvalidUserData.Malformed", "Invalid BASE64 encoding of user data.");
  if (bytes.byteLength > LONGEST_USER_DATA)
    throw invalidParameter(`User data is limited to ${LONGEST_USER_DATA} bytes`);
}

/** A template's data with a request's members over it; tags are put together, key by key. */
export function overridden(template: LaunchSpecification, request: LaunchSpecification): LaunchSpecification {
  const tags = TAGGABLE.map((type) => ({
    ResourceType: type,
    Tags: [...new Map([...tagsOf(template, type), ...tagsOf(request, type)])].map(([Key, Value]) => ({
      Key,
      Value,
    })),
  })).filter((specification) => specification.Tags.length > 0);
  return {
    ...template,
    ...withoutUndefined(request),
    ...(tags.length > 0 ? { TagSpecifications: tags } : {}),
  };
}

/** Without the members that are undefined, as calls in-process may leave them. */
export function withoutUndefined(specification: LaunchSpecification): LaunchSpecification {
  const members: Readonly<Record<string, unknown>> = specification;
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

/** The tags that a specification gives to resources of one type. */
export function tagsOf(specification: LaunchSpecification, type: Taggable): ReadonlyMap<string, string> {
  return tagsFor(type, specification.TagSpecifications);
}
