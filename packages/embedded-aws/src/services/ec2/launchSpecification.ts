import * as v from "valibot";
import { Flag, integer, Tags } from "./inputs";

/**
 * What a launch template and RunInstances both say of an instance, by the names on the wire. Both take the
 * same members, so that a request can override a template member by member.
 */

/** The resources of a launch that can be tagged with it. */
export const TAGGABLE = ["instance", "volume", "network-interface"] as const;
export type Taggable = (typeof TAGGABLE)[number];

const MetadataOptions = v.strictObject({
  HttpTokens: v.optional(v.picklist(["required", "optional"])),
  HttpPutResponseHopLimit: v.optional(integer(1, 64)),
  HttpEndpoint: v.optional(v.picklist(["enabled", "disabled"])),
  HttpProtocolIpv6: v.optional(v.picklist(["enabled", "disabled"])),
  InstanceMetadataTags: v.optional(v.picklist(["enabled", "disabled"])),
});

const BlockDevice = v.strictObject({
  DeviceName: v.string(),
  Ebs: v.strictObject({
    DeleteOnTermination: v.optional(Flag),
    Encrypted: v.optional(Flag),
    Iops: v.optional(integer(100, 256_000)),
    KmsKeyId: v.optional(v.string()),
    SnapshotId: v.optional(v.string()),
    Throughput: v.optional(integer(125, 2000)),
    VolumeSize: v.optional(integer(1, 65_536)),
    VolumeType: v.optional(v.picklist(["standard", "io1", "io2", "gp2", "gp3", "sc1", "st1"])),
  }),
});

const NetworkInterface = v.strictObject({
  DeviceIndex: v.optional(integer(0, 0), 0),
  AssociatePublicIpAddress: v.optional(Flag),
  DeleteOnTermination: v.optional(Flag),
  Description: v.optional(v.string()),
  SecurityGroupId: v.optional(v.array(v.string())),
  SubnetId: v.optional(v.string()),
});

export const specificationEntries = {
  BlockDeviceMapping: v.optional(v.array(BlockDevice)),
  DisableApiStop: v.optional(Flag),
  DisableApiTermination: v.optional(Flag),
  EbsOptimized: v.optional(Flag),
  IamInstanceProfile: v.optional(
    v.strictObject({ Arn: v.optional(v.string()), Name: v.optional(v.string()) }),
  ),
  ImageId: v.optional(v.string()),
  InstanceInitiatedShutdownBehavior: v.optional(v.picklist(["stop", "terminate"])),
  InstanceType: v.optional(v.pipe(v.string(), v.regex(/^[a-z][a-z0-9-]*\.[a-z0-9-]+$/))),
  KeyName: v.optional(v.string()),
  MetadataOptions: v.optional(MetadataOptions),
  Monitoring: v.optional(v.strictObject({ Enabled: v.optional(Flag, false) })),
  /** One interface only, the primary one. */
  NetworkInterface: v.optional(v.pipe(v.array(NetworkInterface), v.maxLength(1))),
  Placement: v.optional(
    v.strictObject({
      AvailabilityZone: v.optional(v.string()),
      Tenancy: v.optional(v.picklist(["default"])),
    }),
  ),
  SecurityGroupId: v.optional(v.array(v.string())),
  TagSpecification: v.optional(
    v.array(v.strictObject({ ResourceType: v.picklist(TAGGABLE), Tag: v.optional(Tags, []) })),
  ),
  /** Base64; 16 KB before encoding. */
  UserData: v.optional(v.pipe(v.string(), v.maxLength(21_848))),
};
const Specification = v.strictObject(specificationEntries);
export type LaunchSpecification = v.InferOutput<typeof Specification>;

/** SubnetId stands beside these members in RunInstances, and only inside a network interface in a template. */
export const LaunchTemplateData = Specification;

/** A template's data with a request's members over it; tags are put together, key by key. */
export function overridden(template: LaunchSpecification, request: LaunchSpecification): LaunchSpecification {
  const tags = TAGGABLE.map((type) => ({
    ResourceType: type,
    Tag: [...new Map([...tagsOf(template, type), ...tagsOf(request, type)])].map(([Key, Value]) => ({
      Key,
      Value,
    })),
  })).filter((specification) => specification.Tag.length > 0);
  const given = Object.fromEntries(Object.entries(request).filter(([, value]) => value !== undefined));
  return { ...template, ...given, ...(tags.length > 0 ? { TagSpecification: tags } : {}) };
}

/** The tags that a specification gives to resources of one type. */
export function tagsOf(specification: LaunchSpecification, type: Taggable): ReadonlyMap<string, string> {
  return new Map(
    (specification.TagSpecification ?? [])
      .filter((tags) => tags.ResourceType === type)
      .flatMap((tags) => tags.Tag.map((tag) => [tag.Key, tag.Value])),
  );
}
