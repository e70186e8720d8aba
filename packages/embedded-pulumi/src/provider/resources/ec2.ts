import * as v from "valibot";
import { defined, definedOrNone, resource, strings, tagList, tags } from "../schemas";

/** EC2 is called by its names on the wire, where lists are in the singular: Amazon EC2 API reference. */

/** The provider types some of a launch template's flags as text. */
const flag = v.union([
  v.boolean(),
  v.pipe(
    v.picklist(["true", "false"]),
    v.transform((text) => text === "true"),
  ),
]);

const launchTemplateInputs = v.strictObject({
  name: v.string(),
  description: v.optional(v.string()),
  /** Matters to later updates only. */
  updateDefaultVersion: v.optional(v.boolean()),
  imageId: v.optional(v.string()),
  instanceType: v.optional(v.string()),
  keyName: v.optional(v.string()),
  ebsOptimized: v.optional(flag),
  instanceInitiatedShutdownBehavior: v.optional(v.string()),
  userData: v.optional(v.string()),
  vpcSecurityGroupIds: strings,
  iamInstanceProfile: v.optional(
    v.strictObject({ arn: v.optional(v.string()), name: v.optional(v.string()) }),
  ),
  monitoring: v.optional(v.strictObject({ enabled: v.optional(v.boolean()) })),
  metadataOptions: v.optional(
    v.strictObject({
      httpEndpoint: v.optional(v.string()),
      httpTokens: v.optional(v.string()),
      httpPutResponseHopLimit: v.optional(v.number()),
      httpProtocolIpv6: v.optional(v.string()),
      instanceMetadataTags: v.optional(v.string()),
    }),
  ),
  blockDeviceMappings: v.optional(
    v.array(
      v.strictObject({
        deviceName: v.optional(v.string()),
        ebs: v.optional(
          v.strictObject({
            deleteOnTermination: v.optional(flag),
            encrypted: v.optional(flag),
            iops: v.optional(v.number()),
            kmsKeyId: v.optional(v.string()),
            throughput: v.optional(v.number()),
            volumeSize: v.optional(v.number()),
            volumeType: v.optional(v.string()),
          }),
        ),
      }),
    ),
  ),
  networkInterfaces: v.optional(
    v.array(
      v.strictObject({
        deviceIndex: v.optional(v.number()),
        subnetId: v.optional(v.string()),
        securityGroups: strings,
        associatePublicIpAddress: v.optional(flag),
        deleteOnTermination: v.optional(flag),
      }),
    ),
  ),
  tagSpecifications: v.optional(
    v.array(
      v.strictObject({
        resourceType: v.optional(v.string()),
        tags: v.optional(v.record(v.string(), v.string())),
      }),
    ),
  ),
  tags,
});

type LaunchTemplateInputs = v.InferOutput<typeof launchTemplateInputs>;

function launchTemplateData(inputs: LaunchTemplateInputs): object {
  const { metadataOptions: metadata } = inputs;
  return defined({
    ImageId: inputs.imageId,
    InstanceType: inputs.instanceType,
    KeyName: inputs.keyName,
    EbsOptimized: inputs.ebsOptimized,
    InstanceInitiatedShutdownBehavior: inputs.instanceInitiatedShutdownBehavior,
    UserData: inputs.userData,
    SecurityGroupId: inputs.vpcSecurityGroupIds,
    IamInstanceProfile: definedOrNone({
      Arn: inputs.iamInstanceProfile?.arn,
      Name: inputs.iamInstanceProfile?.name,
    }),
    Monitoring: definedOrNone({ Enabled: inputs.monitoring?.enabled }),
    MetadataOptions: definedOrNone({
      HttpEndpoint: metadata?.httpEndpoint,
      HttpTokens: metadata?.httpTokens,
      HttpPutResponseHopLimit: metadata?.httpPutResponseHopLimit,
      HttpProtocolIpv6: metadata?.httpProtocolIpv6,
      InstanceMetadataTags: metadata?.instanceMetadataTags,
    }),
    BlockDeviceMapping: inputs.blockDeviceMappings?.map(blockDevice),
    NetworkInterface: inputs.networkInterfaces?.map(networkInterface),
    TagSpecification: inputs.tagSpecifications?.map(({ resourceType, tags }) =>
      defined({ ResourceType: resourceType, Tag: tagList(tags ?? {}) }),
    ),
  });
}

function blockDevice({ deviceName, ebs }: NonNullable<LaunchTemplateInputs["blockDeviceMappings"]>[number]) {
  return defined({
    DeviceName: deviceName,
    Ebs: definedOrNone({
      DeleteOnTermination: ebs?.deleteOnTermination,
      Encrypted: ebs?.encrypted,
      Iops: ebs?.iops,
      KmsKeyId: ebs?.kmsKeyId,
      Throughput: ebs?.throughput,
      VolumeSize: ebs?.volumeSize,
      VolumeType: ebs?.volumeType,
    }),
  });
}

function networkInterface(network: NonNullable<LaunchTemplateInputs["networkInterfaces"]>[number]) {
  return defined({
    // EC2 gives the first interface this index when the template names none.
    DeviceIndex: network.deviceIndex ?? 0,
    SubnetId: network.subnetId,
    SecurityGroupId: network.securityGroups,
    AssociatePublicIpAddress: network.associatePublicIpAddress,
    DeleteOnTermination: network.deleteOnTermination,
  });
}

interface LaunchTemplateDescription {
  readonly launchTemplateId: string;
  readonly latestVersionNumber: number;
  readonly defaultVersionNumber: number;
}

/** EC2's own form of tags at creation; undefined when there are none. */
function tagSpecification(resourceType: string, tags: Readonly<Record<string, string>>) {
  return Object.keys(tags).length === 0 ? undefined : [{ ResourceType: resourceType, Tag: tagList(tags) }];
}

const launchTemplate = resource({
  type: "aws:ec2/launchTemplate:LaunchTemplate",
  inputs: launchTemplateInputs,
  autoName: { property: "name" },
  async create(inputs, context) {
    const { launchTemplate: created } = await context.call<{ launchTemplate: LaunchTemplateDescription }>(
      "ec2",
      "CreateLaunchTemplate",
      defined({
        LaunchTemplateName: inputs.name,
        VersionDescription: inputs.description,
        LaunchTemplateData: launchTemplateData(inputs),
        TagSpecification: tagSpecification("launch-template", inputs.tags),
      }),
    );
    const id = created.launchTemplateId;
    return {
      id,
      outputs: {
        arn: `arn:aws:ec2:${context.region}:${context.accountId}:launch-template/${id}`,
        latestVersion: created.latestVersionNumber,
        defaultVersion: created.defaultVersionNumber,
      },
    };
  },
});

const rule = v.strictObject({
  protocol: v.string(),
  fromPort: v.number(),
  toPort: v.number(),
  description: v.optional(v.string()),
  cidrBlocks: strings,
  ipv6CidrBlocks: strings,
  securityGroups: strings,
  /** The group itself is the other side. */
  self: v.optional(v.boolean(), false),
});
type Rule = v.InferOutput<typeof rule>;

/** What EC2 puts into a new group, and the provider takes out: a group allows what its program says, no more. */
const DEFAULT_EGRESS = [{ IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] }];

function permission(rule: Rule, groupId: string) {
  const { description: Description, securityGroups = [], self } = rule;
  const groups = self ? [...securityGroups, groupId] : securityGroups;
  return defined({
    IpProtocol: rule.protocol,
    FromPort: rule.fromPort,
    ToPort: rule.toPort,
    IpRanges: rule.cidrBlocks?.map((CidrIp) => defined({ CidrIp, Description })),
    Ipv6Ranges: rule.ipv6CidrBlocks?.map((CidrIpv6) => defined({ CidrIpv6, Description })),
    Groups: groups.map((GroupId) => defined({ GroupId, Description })),
  });
}

const securityGroup = resource({
  type: "aws:ec2/securityGroup:SecurityGroup",
  inputs: v.strictObject({
    name: v.string(),
    description: v.optional(v.string(), "Managed by Pulumi"),
    vpcId: v.optional(v.string()),
    ingress: v.optional(v.array(rule), []),
    egress: v.optional(v.array(rule), []),
    tags,
  }),
  autoName: { property: "name" },
  async create(inputs, context) {
    const { groupId: GroupId, securityGroupArn } = await context.call<{
      groupId: string;
      securityGroupArn: string;
    }>(
      "ec2",
      "CreateSecurityGroup",
      defined({
        GroupName: inputs.name,
        GroupDescription: inputs.description,
        VpcId: inputs.vpcId,
        TagSpecification: tagSpecification("security-group", inputs.tags),
      }),
    );
    await context.call("ec2", "RevokeSecurityGroupEgress", { GroupId, IpPermissions: DEFAULT_EGRESS });
    for (const [operation, rules] of [
      ["AuthorizeSecurityGroupIngress", inputs.ingress],
      ["AuthorizeSecurityGroupEgress", inputs.egress],
    ] as const) {
      if (rules.length > 0)
        await context.call("ec2", operation, {
          GroupId,
          IpPermissions: rules.map((rule) => permission(rule, GroupId)),
        });
    }
    return {
      id: GroupId,
      outputs: {
        arn: securityGroupArn,
        ownerId: context.accountId,
        description: inputs.description,
      },
    };
  },
});

export const ec2 = [launchTemplate, securityGroup];
