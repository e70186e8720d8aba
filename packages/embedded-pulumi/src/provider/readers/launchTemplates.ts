import type { Output } from "embedded-aws";
import { InEach } from "../asRead";
import { type Reader, type Readers, tagsFrom } from "./reader";

type Data = NonNullable<
  NonNullable<
    Output<"ec2", "DescribeLaunchTemplateVersions">["LaunchTemplateVersions"]
  >[number]["LaunchTemplateData"]
>;

/** A template is what its newest version says. */
const launchTemplate: Reader = async ({ id: LaunchTemplateId, inputs }, { call }) => {
  const { LaunchTemplates = [] } = await call("ec2", "DescribeLaunchTemplates", {
    LaunchTemplateIds: [LaunchTemplateId],
  });
  const [template] = LaunchTemplates;
  if (template === undefined) return undefined;
  const { LaunchTemplateVersions = [] } = await call("ec2", "DescribeLaunchTemplateVersions", {
    LaunchTemplateId,
    Versions: ["$Latest"],
  });
  const [{ LaunchTemplateData: data = {}, VersionDescription } = {}] = LaunchTemplateVersions;
  const { LatestVersionNumber: latestVersion, DefaultVersionNumber: defaultVersion } = template;
  return {
    inputs: {
      ...dataInputs(data),
      description: VersionDescription,
      // Whoever has the default follow the newest finds another default one changed.
      ...(inputs.updateDefaultVersion === true && { updateDefaultVersion: latestVersion === defaultVersion }),
      tags: tagsFrom(template.Tags),
    },
    // The first interface's index when the template names none.
    defaults: { networkInterfaces: new InEach({ deviceIndex: 0 }) },
    outputs: { latestVersion, defaultVersion },
  };
};

function dataInputs(data: Data) {
  const { MetadataOptions: metadata } = data;
  return {
    imageId: data.ImageId,
    instanceType: data.InstanceType,
    keyName: data.KeyName,
    ebsOptimized: data.EbsOptimized,
    instanceInitiatedShutdownBehavior: data.InstanceInitiatedShutdownBehavior,
    userData: data.UserData,
    vpcSecurityGroupIds: data.SecurityGroupIds,
    iamInstanceProfile: { arn: data.IamInstanceProfile?.Arn, name: data.IamInstanceProfile?.Name },
    creditSpecification: { cpuCredits: data.CreditSpecification?.CpuCredits },
    monitoring: { enabled: data.Monitoring?.Enabled },
    metadataOptions: {
      httpEndpoint: metadata?.HttpEndpoint,
      httpTokens: metadata?.HttpTokens,
      httpPutResponseHopLimit: metadata?.HttpPutResponseHopLimit,
      httpProtocolIpv6: metadata?.HttpProtocolIpv6,
      instanceMetadataTags: metadata?.InstanceMetadataTags,
    },
    blockDeviceMappings: data.BlockDeviceMappings?.map(({ DeviceName, Ebs }) => ({
      deviceName: DeviceName,
      ebs: {
        deleteOnTermination: Ebs?.DeleteOnTermination,
        encrypted: Ebs?.Encrypted,
        iops: Ebs?.Iops,
        kmsKeyId: Ebs?.KmsKeyId,
        throughput: Ebs?.Throughput,
        volumeSize: Ebs?.VolumeSize,
        volumeType: Ebs?.VolumeType,
      },
    })),
    networkInterfaces: data.NetworkInterfaces?.map((network) => ({
      deviceIndex: network.DeviceIndex,
      subnetId: network.SubnetId,
      securityGroups: network.Groups,
      associatePublicIpAddress: network.AssociatePublicIpAddress,
      deleteOnTermination: network.DeleteOnTermination,
    })),
    tagSpecifications: data.TagSpecifications?.map(({ ResourceType, Tags }) => ({
      resourceType: ResourceType,
      tags: tagsFrom(Tags),
    })),
  };
}

export const launchTemplateReaders: Readers = {
  "aws:ec2/launchTemplate:LaunchTemplate": launchTemplate,
};
