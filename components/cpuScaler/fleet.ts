import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { CheckedCpuScalerArgs, CpuMetric, CpuScalerArgs } from "./arguments";
import { transformed } from "../parts/resources";

/** The tag that makes an instance a member of a fleet; its value is the fleet's name. */
export const FLEET_TAG_KEY = "Fleet";

/** The types that have CPU credits; EC2 refuses to hear of them for any other. */
const BURSTABLE = /^t\d/;

/** What is put on every instance of a fleet beside the stack's own tags. */
export function fleetTags(fleet: string) {
  return { Name: fleet, [FLEET_TAG_KEY]: fleet };
}

/**
 * What every instance of the fleet is: metadata only with a session's token and not beyond the instance itself,
 * one datapoint a minute, an encrypted volume that goes with the instance, and the fleet's tag on all of it.
 */
export function createLaunchTemplate(
  name: string,
  fleet: string,
  checked: CheckedCpuScalerArgs,
  args: Pick<CpuScalerArgs, "tags" | "transform">,
  child: pulumi.CustomResourceOptions,
): aws.ec2.LaunchTemplate {
  const { amiId, amiSsmParameter, userData, volumeKmsKeyArn, instanceProfile } = checked;
  const tags = { ...args.tags, ...fleetTags(fleet) };
  return new aws.ec2.LaunchTemplate(
    name,
    ...transformed(
      args.transform?.launchTemplate,
      {
        description: `Instances of fleet ${fleet}`,
        // The function launches the default version.
        updateDefaultVersion: true,
        imageId: amiId ?? pulumi.interpolate`resolve:ssm:${amiSsmParameter}`,
        instanceType: checked.instanceType,
        metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
        // The metric by ImageId or InstanceType exists with detailed monitoring only.
        monitoring: { enabled: true },
        creditSpecification: pulumi
          .all([checked.instanceType, checked.cpuCredits])
          .apply(([type, cpuCredits]) => (BURSTABLE.test(type) ? { cpuCredits } : undefined)),
        blockDeviceMappings: [
          {
            deviceName: checked.rootDeviceName,
            ebs: {
              volumeType: "gp3",
              volumeSize: checked.rootVolumeGigabytes,
              encrypted: "true",
              ...(volumeKmsKeyArn !== undefined && { kmsKeyId: volumeKmsKeyArn }),
              deleteOnTermination: "true",
            },
          },
        ],
        networkInterfaces: [
          {
            deviceIndex: 0,
            associatePublicIpAddress: pulumi.output(checked.publicIp).apply(String),
            securityGroups: pulumi.output(checked.securityGroupIds).apply((ids) => [...ids]),
            deleteOnTermination: "true",
          },
        ],
        instanceInitiatedShutdownBehavior: "terminate",
        ...(instanceProfile && { iamInstanceProfile: { arn: instanceProfile.arn } }),
        ...(userData !== undefined && {
          userData: pulumi.output(userData).apply((text) => Buffer.from(text).toString("base64")),
        }),
        tagSpecifications: ["instance", "volume", "network-interface"].map((resourceType) => ({
          resourceType,
          tags,
        })),
        ...(args.tags && { tags: args.tags }),
      },
      child,
    ),
  );
}

/** The part of an alarm that says which metric it watches, minute by minute. */
export function cpuAlarmSource(
  metric: CpuMetric,
  fleet: string,
): Pick<
  aws.cloudwatch.MetricAlarmArgs,
  "namespace" | "metricName" | "dimensions" | "statistic" | "period" | "metricQueries"
> {
  switch (metric.kind) {
    case "dimensions":
      return {
        namespace: "AWS/EC2",
        metricName: "CPUUtilization",
        dimensions: metric.dimensions,
        statistic: "Average",
        period: 60,
      };
    case "fleetTag":
      return {
        metricQueries: [
          {
            id: "cpu",
            expression: `SELECT AVG(CPUUtilization) FROM SCHEMA("AWS/EC2", InstanceId) WHERE tag.${FLEET_TAG_KEY} = '${fleet}'`,
            period: 60,
            returnData: true,
          },
        ],
      };
  }
}
