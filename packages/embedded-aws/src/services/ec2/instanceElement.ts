import { type Instance, type InstanceState, stateElement, tagSet } from "./instance";
import type { LaunchSpecification } from "./launchSpecification";
import type { Network } from "./network";
import type { SecurityGroups } from "./securityGroups";

type InstanceType = NonNullable<LaunchSpecification["InstanceType"]>;

/** An instance as DescribeInstances and RunInstances write it. */
export function instanceElement(
  instance: Instance,
  state: InstanceState,
  network: Network,
  securityGroups: SecurityGroups,
  ownerId: string,
) {
  const { specification, subnet, profile } = instance;
  const gone = state === "terminated";
  const groups = instance.securityGroupIds.map((GroupId) => ({
    GroupId,
    GroupName: securityGroups.byId(GroupId)?.name,
  }));
  return {
    InstanceId: instance.id,
    ImageId: instance.imageId,
    State: stateElement(state),
    PrivateDnsName: gone ? "" : privateDnsName(instance, network),
    PublicDnsName: gone ? "" : publicDnsName(instance, network),
    KeyName: specification.KeyName,
    AmiLaunchIndex: instance.launchIndex,
    ProductCodes: [],
    // AWS has new types faster than its models.
    InstanceType: instance.instanceType as InstanceType,
    LaunchTime: new Date(instance.launchedAt),
    Placement: {
      AvailabilityZone: subnet.zone,
      AvailabilityZoneId: subnet.zoneId,
      GroupName: "",
      Tenancy: "default",
    },
    Monitoring: { State: specification.Monitoring?.Enabled === true ? "enabled" : "disabled" },
    ...(gone
      ? {}
      : {
          SubnetId: subnet.id,
          VpcId: subnet.vpcId,
          PrivateIpAddress: instance.privateIp,
          PublicIpAddress: instance.publicIp,
        }),
    SourceDestCheck: true,
    SecurityGroups: gone ? [] : groups,
    Architecture: instance.architecture,
    RootDeviceType: "ebs",
    RootDeviceName: instance.volumes[0]?.deviceName,
    BlockDeviceMappings: gone
      ? []
      : instance.volumes.map((volume) => ({
          DeviceName: volume.deviceName,
          Ebs: {
            VolumeId: volume.volumeId,
            Status: attachment(state),
            AttachTime: new Date(instance.launchedAt),
            DeleteOnTermination: !volume.kept,
          },
        })),
    VirtualizationType: "hvm",
    ClientToken: instance.clientToken,
    Tags: tagSet(instance.tags),
    Hypervisor: "xen",
    NetworkInterfaces: gone ? [] : [networkInterface(instance, state, network, groups, ownerId)],
    IamInstanceProfile: profile && { Arn: profile.arn, Id: profile.id },
    EbsOptimized: specification.EbsOptimized ?? false,
    EnaSupport: true,
    MetadataOptions: {
      State: state === "pending" ? "pending" : "applied",
      ...instance.metadataOptions,
    },
    ...(state === "terminated" || state === "shutting-down"
      ? {
          StateTransitionReason: userInitiated(instance),
          StateReason: {
            Code: "Client.UserInitiatedShutdown",
            Message: "Client.UserInitiatedShutdown: User initiated shutdown",
          },
        }
      : { StateTransitionReason: "" }),
  } as const;
}

/** "User initiated (2026-06-01 12:00:00 GMT)", as EC2 writes it. */
function userInitiated({ states }: Instance): string {
  const at = states.find(({ state }) => state === "shutting-down")?.at;
  if (at === undefined) return "User initiated";
  return `User initiated (${new Date(at).toISOString().slice(0, 19).replace("T", " ")} GMT)`;
}

/** The primary interface, which an instance is launched with and loses when it terminates. */
function networkInterface(
  instance: Instance,
  state: InstanceState,
  network: Network,
  groups: readonly { readonly GroupId: string; readonly GroupName: string | undefined }[],
  ownerId: string,
) {
  const [asked] = instance.specification.NetworkInterfaces ?? [];
  const id = instance.networkInterfaceId.slice("eni-".length);
  const address = {
    PrivateDnsName: privateDnsName(instance, network),
    PrivateIpAddress: instance.privateIp,
    ...(instance.publicIp === undefined
      ? {}
      : {
          Association: {
            PublicIp: instance.publicIp,
            PublicDnsName: publicDnsName(instance, network),
            IpOwnerId: "amazon",
          },
        }),
  };
  return {
    NetworkInterfaceId: instance.networkInterfaceId,
    SubnetId: instance.subnet.id,
    VpcId: instance.subnet.vpcId,
    Description: asked?.Description ?? "",
    OwnerId: ownerId,
    Status: "in-use",
    // Locally administered, as EC2's are.
    MacAddress: `0a:${[1, 3, 5, 7, 9].map((at) => id.slice(at, at + 2)).join(":")}`,
    InterfaceType: "interface",
    SourceDestCheck: true,
    Groups: groups,
    Ipv6Addresses: [],
    ...address,
    PrivateIpAddresses: [{ Primary: true, ...address }],
    Attachment: {
      AttachmentId: `eni-attach-${id}`,
      AttachTime: new Date(instance.launchedAt),
      DeleteOnTermination: asked?.DeleteOnTermination ?? true,
      DeviceIndex: 0,
      NetworkCardIndex: 0,
      Status: attachment(state),
    },
  } as const;
}

function attachment(state: InstanceState): "attaching" | "attached" {
  return state === "pending" ? "attaching" : "attached";
}

/** Amazon VPC user guide, "DNS attributes": us-east-1 is named in its own way. */
function privateDnsName({ privateIp }: Instance, { region }: Network): string {
  const domain = region === "us-east-1" ? "ec2.internal" : `${region}.compute.internal`;
  return `ip-${privateIp.replaceAll(".", "-")}.${domain}`;
}

/** Only where the VPC gives such names. */
function publicDnsName({ publicIp, subnet }: Instance, { region, vpcs }: Network): string {
  if (publicIp === undefined || vpcs.get(subnet.vpcId)?.dnsHostnames !== true) return "";
  const domain = region === "us-east-1" ? "compute-1" : `${region}.compute`;
  return `ec2-${publicIp.replaceAll(".", "-")}.${domain}.amazonaws.com`;
}
