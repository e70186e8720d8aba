import * as v from "valibot";
import { defined, definedOrNone, resource, strings, tagList, tags } from "../schemas";

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
    SecurityGroupIds: inputs.vpcSecurityGroupIds,
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
    BlockDeviceMappings: inputs.blockDeviceMappings?.map(blockDevice),
    NetworkInterfaces: inputs.networkInterfaces?.map(networkInterface),
    TagSpecifications: inputs.tagSpecifications?.map(({ resourceType, tags }) =>
      defined({ ResourceType: resourceType, Tags: tagList(tags ?? {}) }),
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
    Groups: network.securityGroups,
    AssociatePublicIpAddress: network.associatePublicIpAddress,
    DeleteOnTermination: network.deleteOnTermination,
  });
}

interface LaunchTemplateDescription {
  readonly LaunchTemplateId: string;
  readonly LatestVersionNumber: number;
  readonly DefaultVersionNumber: number;
}

/** EC2's own form of tags at creation; undefined when there are none. */
function tagSpecification(resourceType: string, tags: Readonly<Record<string, string>>) {
  return Object.keys(tags).length === 0 ? undefined : [{ ResourceType: resourceType, Tags: tagList(tags) }];
}

const launchTemplate = resource({
  type: "aws:ec2/launchTemplate:LaunchTemplate",
  inputs: launchTemplateInputs,
  autoName: { property: "name" },
  async create(inputs, context) {
    const { LaunchTemplate } = await context.call<{ LaunchTemplate: LaunchTemplateDescription }>(
      "ec2",
      "CreateLaunchTemplate",
      defined({
        LaunchTemplateName: inputs.name,
        VersionDescription: inputs.description,
        LaunchTemplateData: launchTemplateData(inputs),
        TagSpecifications: tagSpecification("launch-template", inputs.tags),
      }),
    );
    const id = LaunchTemplate.LaunchTemplateId;
    return {
      id,
      outputs: {
        arn: `arn:aws:ec2:${context.region}:${context.accountId}:launch-template/${id}`,
        latestVersion: LaunchTemplate.LatestVersionNumber,
        defaultVersion: LaunchTemplate.DefaultVersionNumber,
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
});

function permissions(rules: readonly v.InferOutput<typeof rule>[]) {
  return rules.map(({ protocol, fromPort, toPort, description, cidrBlocks, ipv6CidrBlocks }) =>
    defined({
      IpProtocol: protocol,
      FromPort: fromPort,
      ToPort: toPort,
      IpRanges: cidrBlocks?.map((CidrIp) => defined({ CidrIp, Description: description })),
      Ipv6Ranges: ipv6CidrBlocks?.map((CidrIpv6) => defined({ CidrIpv6, Description: description })),
    }),
  );
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
    const { GroupId } = await context.call<{ GroupId: string }>(
      "ec2",
      "CreateSecurityGroup",
      defined({
        GroupName: inputs.name,
        Description: inputs.description,
        VpcId: inputs.vpcId,
        TagSpecifications: tagSpecification("security-group", inputs.tags),
      }),
    );
    for (const [operation, rules] of [
      ["AuthorizeSecurityGroupIngress", inputs.ingress],
      ["AuthorizeSecurityGroupEgress", inputs.egress],
    ] as const) {
      if (rules.length > 0)
        await context.call("ec2", operation, { GroupId, IpPermissions: permissions(rules) });
    }
    return {
      id: GroupId,
      outputs: {
        arn: `arn:aws:ec2:${context.region}:${context.accountId}:security-group/${GroupId}`,
        ownerId: context.accountId,
        description: inputs.description,
      },
    };
  },
});

export const ec2 = [launchTemplate, securityGroup];
