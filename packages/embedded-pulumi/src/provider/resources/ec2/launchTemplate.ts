import * as v from "valibot";
import type { Input } from "embedded-aws";
import { definedOrNone, resource, strings, tagList, tags, textOf } from "../../schemas";
import { retagEc2, tagsOf } from "./parts";

type TemplateData = NonNullable<Input<"ec2", "CreateLaunchTemplate">["LaunchTemplateData"]>;
type MetadataOptions = NonNullable<TemplateData["MetadataOptions"]>;
type Volume = NonNullable<NonNullable<TemplateData["BlockDeviceMappings"]>[number]["Ebs"]>;
type TagSpecification = NonNullable<TemplateData["TagSpecifications"]>[number];

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
  instanceType: v.optional(textOf<TemplateData["InstanceType"]>()),
  keyName: v.optional(v.string()),
  ebsOptimized: v.optional(flag),
  instanceInitiatedShutdownBehavior: v.optional(textOf<TemplateData["InstanceInitiatedShutdownBehavior"]>()),
  userData: v.optional(v.string()),
  vpcSecurityGroupIds: strings,
  iamInstanceProfile: v.optional(
    v.strictObject({ arn: v.optional(v.string()), name: v.optional(v.string()) }),
  ),
  creditSpecification: v.optional(v.strictObject({ cpuCredits: v.optional(v.string()) })),
  monitoring: v.optional(v.strictObject({ enabled: v.optional(v.boolean()) })),
  metadataOptions: v.optional(
    v.strictObject({
      httpEndpoint: v.optional(textOf<MetadataOptions["HttpEndpoint"]>()),
      httpTokens: v.optional(textOf<MetadataOptions["HttpTokens"]>()),
      httpPutResponseHopLimit: v.optional(v.number()),
      httpProtocolIpv6: v.optional(textOf<MetadataOptions["HttpProtocolIpv6"]>()),
      instanceMetadataTags: v.optional(textOf<MetadataOptions["InstanceMetadataTags"]>()),
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
            volumeType: v.optional(textOf<Volume["VolumeType"]>()),
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
        resourceType: v.optional(textOf<TagSpecification["ResourceType"]>()),
        tags: v.optional(v.record(v.string(), v.string())),
      }),
    ),
  ),
  tags,
});

type LaunchTemplateInputs = v.InferOutput<typeof launchTemplateInputs>;

function launchTemplateData(inputs: LaunchTemplateInputs): TemplateData {
  const { metadataOptions: metadata } = inputs;
  return {
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
    CreditSpecification: definedOrNone({
      CpuCredits: inputs.creditSpecification?.cpuCredits,
    }) as TemplateData["CreditSpecification"],
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
    TagSpecifications: inputs.tagSpecifications?.map(({ resourceType, tags }) => ({
      ResourceType: resourceType,
      Tags: tagList(tags ?? {}),
    })),
  };
}

function blockDevice({ deviceName, ebs }: NonNullable<LaunchTemplateInputs["blockDeviceMappings"]>[number]) {
  return {
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
  };
}

function networkInterface(network: NonNullable<LaunchTemplateInputs["networkInterfaces"]>[number]) {
  return {
    // EC2 gives the first interface this index when the template names none.
    DeviceIndex: network.deviceIndex ?? 0,
    SubnetId: network.subnetId,
    Groups: network.securityGroups,
    AssociatePublicIpAddress: network.associatePublicIpAddress,
    DeleteOnTermination: network.deleteOnTermination,
  };
}

export const launchTemplate = resource({
  type: "aws:ec2/launchTemplate:LaunchTemplate",
  inputs: launchTemplateInputs,
  autoName: { property: "name" },
  async create(inputs, context) {
    const { LaunchTemplate: created = {} } = await context.call("ec2", "CreateLaunchTemplate", {
      LaunchTemplateName: inputs.name,
      VersionDescription: inputs.description,
      LaunchTemplateData: launchTemplateData(inputs),
      TagSpecifications: tagsOf("launch-template", inputs.tags),
    });
    const id = created.LaunchTemplateId ?? "";
    return {
      id,
      outputs: {
        arn: `arn:aws:ec2:${context.region}:${context.accountId}:launch-template/${id}`,
        latestVersion: created.LatestVersionNumber,
        defaultVersion: created.DefaultVersionNumber,
      },
    };
  },
  async update(change, context) {
    const { id: LaunchTemplateId, inputs, changed, outputs } = change;
    let versions = {
      latestVersion: Number(outputs.latestVersion),
      defaultVersion: Number(outputs.defaultVersion),
    };
    // A template's versions never change: what is to change is another version.
    if ([...changed].some((name) => !["tags", "updateDefaultVersion"].includes(name))) {
      const { LaunchTemplateVersion: made } = await context.call("ec2", "CreateLaunchTemplateVersion", {
        LaunchTemplateId,
        VersionDescription: inputs.description,
        LaunchTemplateData: launchTemplateData(inputs),
      });
      versions = { ...versions, latestVersion: made?.VersionNumber ?? versions.latestVersion };
    }
    if (inputs.updateDefaultVersion === true && versions.defaultVersion !== versions.latestVersion) {
      const DefaultVersion = String(versions.latestVersion);
      await context.call("ec2", "ModifyLaunchTemplate", { LaunchTemplateId, DefaultVersion });
      versions = { ...versions, defaultVersion: versions.latestVersion };
    }
    await retagEc2(change, context);
    return versions;
  },
  async delete(_inputs, id, context) {
    await context.call("ec2", "DeleteLaunchTemplate", { LaunchTemplateId: id });
  },
});
