import type { Access, CloudContext } from "../../core/service";
import type { LaunchPlan } from "./launchPlan";
import { type Taggable, TAGGABLE, tagsOf } from "./launchSpecification";
import type { Subnet } from "./network";
import { keyAccesses } from "./volumeKeys";

type Keys = Readonly<Record<string, string | readonly string[]>>;

/** The condition keys of tags that a request gives. */
export function requestTagKeys(tags: ReadonlyMap<string, string>): Keys {
  if (tags.size === 0) return {};
  return {
    "aws:TagKeys": [...tags.keys()],
    ...Object.fromEntries([...tags].map(([key, value]) => [`aws:RequestTag/${key}`, value])),
  };
}

/** The condition keys of tags that a resource carries, under both of their names. */
export function resourceTagKeys(tags: ReadonlyMap<string, string>): Keys {
  return Object.fromEntries(
    [...tags].flatMap(([key, value]) => [
      [`aws:ResourceTag/${key}`, value],
      [`ec2:ResourceTag/${key}`, value],
    ]),
  );
}

/**
 * Every permission that a launch needs: RunInstances on each resource that it uses or makes, CreateTags on
 * each that it tags, PassRole for the instance profile, the use of its volumes' keys. Resources and condition keys: Service Authorization
 * Reference, "Actions, resources, and condition keys for Amazon EC2".
 */
export function launchAccesses(
  plan: LaunchPlan,
  subnet: Subnet,
  context: Pick<CloudContext, "region" | "accountId">,
): Access[] {
  const { specification, template, given } = plan;
  const { region, accountId } = context;
  const arnOf = (kind: string, id: string) => `arn:aws:ec2:${region}:${accountId}:${kind}/${id}`;
  const vpc = arnOf("vpc", subnet.vpcId);
  /** `overrides`: members of the request that take the resource out of the template's hands. */
  const run = (resource: string, keys: Keys, overrides: readonly string[]): Access => ({
    action: "ec2:RunInstances",
    resource,
    context: {
      "ec2:Region": region,
      ...keys,
      ...(template === undefined
        ? {}
        : {
            "ec2:LaunchTemplate": template.template.arn,
            "ec2:IsLaunchTemplateResource": String(!overrides.some((member) => given.has(member))),
          }),
    },
  });

  const [networkInterface] = specification.NetworkInterfaces ?? [];
  const metadata = specification.MetadataOptions;
  // The subnet and the tags are resources of their own.
  const instanceOverrides = [...given].filter(
    (member) => !["LaunchTemplate", "SubnetId", "TagSpecifications"].includes(member),
  );
  const instanceKeys: Keys = {
    "ec2:InstanceType": plan.instanceType.name,
    "ec2:AvailabilityZone": subnet.zone,
    "ec2:Tenancy": "default",
    "ec2:RootDeviceType": "ebs",
    "ec2:EbsOptimized": String(specification.EbsOptimized ?? false),
    "ec2:MetadataHttpTokens": metadata?.HttpTokens ?? "optional",
    "ec2:MetadataHttpPutResponseHopLimit": String(metadata?.HttpPutResponseHopLimit ?? 1),
    "ec2:MetadataHttpEndpoint": metadata?.HttpEndpoint ?? "enabled",
    ...(plan.profile === undefined ? {} : { "ec2:InstanceProfile": plan.profile.arn }),
    ...requestTagKeys(tagsOf(specification, "instance")),
  };
  const devices = specification.BlockDeviceMappings ?? [undefined];

  return [
    run(arnOf("instance", "*"), instanceKeys, instanceOverrides),
    run(
      `arn:aws:ec2:${region}::image/${plan.image.id}`,
      { "ec2:ImageID": plan.image.id, "ec2:Public": "true" },
      ["ImageId"],
    ),
    run(
      arnOf("subnet", subnet.id),
      { "ec2:SubnetID": subnet.id, "ec2:AvailabilityZone": subnet.zone, "ec2:Vpc": vpc },
      ["SubnetId", "NetworkInterfaces"],
    ),
    run(
      arnOf("network-interface", "*"),
      {
        "ec2:Subnet": arnOf("subnet", subnet.id),
        "ec2:Vpc": vpc,
        "ec2:AvailabilityZone": subnet.zone,
        ...(networkInterface?.AssociatePublicIpAddress === undefined
          ? {}
          : { "ec2:AssociatePublicIpAddress": String(networkInterface.AssociatePublicIpAddress) }),
        ...requestTagKeys(tagsOf(specification, "network-interface")),
      },
      ["NetworkInterfaces"],
    ),
    ...plan.securityGroups.map((group) =>
      run(group.arn, { "ec2:SecurityGroupID": group.id, "ec2:Vpc": vpc, ...resourceTagKeys(group.tags) }, [
        "SecurityGroupIds",
        "NetworkInterfaces",
      ]),
    ),
    ...devices.map((device) =>
      run(
        arnOf("volume", "*"),
        {
          "ec2:AvailabilityZone": subnet.zone,
          "ec2:Encrypted": String(device?.Ebs?.Encrypted ?? false),
          "ec2:VolumeType": device?.Ebs?.VolumeType ?? "gp3",
          ...(device?.Ebs?.VolumeSize === undefined
            ? {}
            : { "ec2:VolumeSize": String(device.Ebs.VolumeSize) }),
          ...requestTagKeys(tagsOf(specification, "volume")),
        },
        ["BlockDeviceMappings"],
      ),
    ),
    ...(template === undefined
      ? []
      : [run(template.template.arn, resourceTagKeys(template.template.tags), [])]),
    ...(specification.KeyName === undefined
      ? []
      : [run(arnOf("key-pair", specification.KeyName), {}, ["KeyName"])]),
    ...TAGGABLE.flatMap((type) => createTags(type, tagsOf(specification, type), arnOf)),
    ...plan.volumeKeys.flatMap((key) => keyAccesses(key, region, accountId)),
    ...(plan.profile?.roleArn === undefined
      ? []
      : [
          {
            action: "iam:PassRole",
            resource: plan.profile.roleArn,
            context: { "iam:PassedToService": "ec2.amazonaws.com" },
          },
        ]),
  ];
}

function createTags(
  type: Taggable,
  tags: ReadonlyMap<string, string>,
  arnOf: (kind: string, id: string) => string,
): Access[] {
  if (tags.size === 0) return [];
  const context = { "ec2:CreateAction": "RunInstances", ...requestTagKeys(tags) };
  return [{ action: "ec2:CreateTags", resource: arnOf(type, "*"), context }];
}
