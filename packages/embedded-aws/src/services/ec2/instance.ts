import type { LaunchSpecification } from "./launchSpecification";
import type { Network, Subnet } from "./network";
import type { SecurityGroups } from "./securityGroups";

export type InstanceState = "pending" | "running" | "shutting-down" | "terminated";

/** As EC2 numbers them. */
export const STATE_CODES: Readonly<Record<InstanceState, number>> = {
  pending: 0,
  running: 16,
  "shutting-down": 32,
  terminated: 48,
};

export interface Instance {
  readonly id: string;
  readonly reservationId: string;
  readonly arn: string;
  readonly imageId: string;
  readonly instanceType: string;
  readonly subnet: Subnet;
  readonly securityGroupIds: readonly string[];
  readonly specification: LaunchSpecification;
  readonly clientToken: string | undefined;
  readonly launchIndex: number;
  readonly launchedAt: number;
  readonly privateIp: string;
  readonly publicIp: string | undefined;
  readonly volumes: readonly {
    readonly deviceName: string;
    readonly volumeId: string;
    readonly kept: boolean;
  }[];
  readonly networkInterfaceId: string;
  readonly instanceProfileArn: string | undefined;
  readonly tags: Map<string, string>;
  /** Every state so far, oldest first, with the time at which it began. */
  readonly states: { readonly state: InstanceState; readonly at: number }[];
}

/** The state at a time; undefined before the launch. */
export function stateAt(instance: Instance, at: number): InstanceState | undefined {
  return instance.states.findLast((entry) => entry.at <= at)?.state;
}

export function currentState(instance: Instance): InstanceState {
  return instance.states.at(-1)?.state ?? "pending";
}

export function stateElement(state: InstanceState): object {
  return { code: STATE_CODES[state], name: state };
}

export function tagSet(tags: ReadonlyMap<string, string>): object[] {
  return [...tags].map(([key, value]) => ({ key, value }));
}

/** An instance as DescribeInstances and RunInstances write it. */
export function instanceElement(
  instance: Instance,
  state: InstanceState,
  network: Network,
  securityGroups: SecurityGroups,
  ownerId: string,
): object {
  const { specification, subnet } = instance;
  const metadata = specification.MetadataOptions;
  const gone = state === "terminated";
  const groups = instance.securityGroupIds.map((groupId) => ({
    groupId,
    groupName: securityGroups.byId(groupId)?.name,
  }));
  return {
    instanceId: instance.id,
    imageId: instance.imageId,
    instanceState: stateElement(state),
    privateDnsName: gone ? "" : `ip-${instance.privateIp.replaceAll(".", "-")}.ec2.internal`,
    dnsName: "",
    ...(specification.KeyName === undefined ? {} : { keyName: specification.KeyName }),
    amiLaunchIndex: instance.launchIndex,
    instanceType: instance.instanceType,
    launchTime: new Date(instance.launchedAt),
    placement: { availabilityZone: subnet.zone, groupName: "", tenancy: "default" },
    monitoring: { state: specification.Monitoring?.Enabled === true ? "enabled" : "disabled" },
    ...(gone
      ? {}
      : {
          subnetId: subnet.id,
          vpcId: network.vpcId,
          privateIpAddress: instance.privateIp,
          ...(instance.publicIp === undefined ? {} : { ipAddress: instance.publicIp }),
        }),
    sourceDestCheck: true,
    groupSet: gone ? [] : groups,
    architecture: "x86_64",
    rootDeviceType: "ebs",
    rootDeviceName: instance.volumes[0]?.deviceName,
    blockDeviceMapping: gone
      ? []
      : instance.volumes.map((volume) => ({
          deviceName: volume.deviceName,
          ebs: {
            volumeId: volume.volumeId,
            status: state === "pending" ? "attaching" : "attached",
            attachTime: new Date(instance.launchedAt),
            deleteOnTermination: !volume.kept,
          },
        })),
    virtualizationType: "hvm",
    ...(instance.clientToken === undefined ? {} : { clientToken: instance.clientToken }),
    tagSet: tagSet(instance.tags),
    hypervisor: "xen",
    networkInterfaceSet: gone
      ? []
      : [
          {
            networkInterfaceId: instance.networkInterfaceId,
            subnetId: subnet.id,
            vpcId: network.vpcId,
            ownerId,
            status: "in-use",
            privateIpAddress: instance.privateIp,
            groupSet: groups,
            ...(instance.publicIp === undefined
              ? {}
              : { association: { publicIp: instance.publicIp, ipOwnerId: "amazon" } }),
          },
        ],
    ...(instance.instanceProfileArn === undefined
      ? {}
      : { iamInstanceProfile: { arn: instance.instanceProfileArn } }),
    ebsOptimized: specification.EbsOptimized ?? false,
    enaSupport: true,
    metadataOptions: {
      state: state === "pending" ? "pending" : "applied",
      httpTokens: metadata?.HttpTokens ?? "optional",
      httpPutResponseHopLimit: metadata?.HttpPutResponseHopLimit ?? 1,
      httpEndpoint: metadata?.HttpEndpoint ?? "enabled",
      httpProtocolIpv6: metadata?.HttpProtocolIpv6 ?? "disabled",
      instanceMetadataTags: metadata?.InstanceMetadataTags ?? "disabled",
    },
    ...(state === "terminated" || state === "shutting-down"
      ? {
          reason: "User initiated",
          stateReason: {
            code: "Client.UserInitiatedShutdown",
            message: "Client.UserInitiatedShutdown: User initiated shutdown",
          },
        }
      : {}),
  };
}
