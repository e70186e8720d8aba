import { crc32 } from "node:zlib";
import * as v from "valibot";
import type { Input } from "embedded-aws";
import type { CreateContext } from "../resourceType";
import { definedOrNone, jsonDocument, resource, strings, tagList, tags, textOf } from "../schemas";
import { permission, rule } from "./securityGroupRules";

/** Networks: what instances live in, and how they reach anything outside. */

type ResourceType = NonNullable<
  NonNullable<Input<"ec2", "CreateVpc">["TagSpecifications"]>[number]["ResourceType"]
>;

/** EC2's own form of tags at creation; undefined when there are none. */
function tagsOf(resourceType: ResourceType, given: Readonly<Record<string, string>>) {
  return Object.keys(given).length === 0 ? undefined : [{ ResourceType: resourceType, Tags: tagList(given) }];
}

/** How often one looks whether something has come or gone, and for how long at most; milliseconds of the clock. */
const LOOK_MS = 1_000;
const LONGEST_MS = 10 * 60_000;

/** Looks until `isDone`. @throws when it takes longer than AWS ever does. */
async function until(context: CreateContext, what: string, isDone: () => Promise<boolean>): Promise<void> {
  for (let waited = 0; !(await isDone()); waited += LOOK_MS) {
    if (waited >= LONGEST_MS) throw new Error(`${what} after ${LONGEST_MS / 60_000} minutes`);
    await context.wait(LOOK_MS);
  }
}

const vpc = resource({
  type: "aws:ec2/vpc:Vpc",
  inputs: v.strictObject({
    cidrBlock: v.string(),
    instanceTenancy: v.optional(textOf<Input<"ec2", "CreateVpc">["InstanceTenancy"]>()),
    enableDnsHostnames: v.optional(v.boolean(), false),
    enableDnsSupport: v.optional(v.boolean(), true),
    enableNetworkAddressUsageMetrics: v.optional(v.boolean()),
    tags,
  }),
  async create(inputs, context) {
    const { Vpc: created = {} } = await context.call("ec2", "CreateVpc", {
      CidrBlock: inputs.cidrBlock,
      InstanceTenancy: inputs.instanceTenancy,
      TagSpecifications: tagsOf("vpc", inputs.tags),
    });
    const { VpcId = "" } = created;
    // Each call takes one of them.
    for (const attribute of [
      inputs.enableDnsSupport ? undefined : { EnableDnsSupport: { Value: false } },
      inputs.enableDnsHostnames ? { EnableDnsHostnames: { Value: true } } : undefined,
      inputs.enableNetworkAddressUsageMetrics === true
        ? { EnableNetworkAddressUsageMetrics: { Value: true } }
        : undefined,
    ]) {
      if (attribute !== undefined) await context.call("ec2", "ModifyVpcAttribute", { VpcId, ...attribute });
    }
    const ofVpc = [{ Name: "vpc-id", Values: [VpcId] }];
    const { RouteTables = [] } = await context.call("ec2", "DescribeRouteTables", { Filters: ofVpc });
    const { SecurityGroups = [] } = await context.call("ec2", "DescribeSecurityGroups", { Filters: ofVpc });
    const { NetworkAcls = [] } = await context.call("ec2", "DescribeNetworkAcls", { Filters: ofVpc });
    const mainTable = RouteTables[0]?.RouteTableId;
    return {
      id: VpcId,
      outputs: {
        arn: arnOf(context, "vpc", VpcId),
        ownerId: context.accountId,
        enableDnsSupport: inputs.enableDnsSupport,
        enableDnsHostnames: inputs.enableDnsHostnames,
        mainRouteTableId: mainTable,
        defaultRouteTableId: mainTable,
        defaultSecurityGroupId: SecurityGroups[0]?.GroupId,
        defaultNetworkAclId: NetworkAcls[0]?.NetworkAclId,
        dhcpOptionsId: created.DhcpOptionsId,
      },
    };
  },
  async delete(_inputs, id, context) {
    await context.call("ec2", "DeleteVpc", { VpcId: id });
  },
});

const subnet = resource({
  type: "aws:ec2/subnet:Subnet",
  inputs: v.strictObject({
    vpcId: v.string(),
    cidrBlock: v.string(),
    availabilityZone: v.optional(v.string()),
    availabilityZoneId: v.optional(v.string()),
    mapPublicIpOnLaunch: v.optional(v.boolean(), false),
    tags,
  }),
  async create(inputs, context) {
    const { Subnet: created = {} } = await context.call("ec2", "CreateSubnet", {
      VpcId: inputs.vpcId,
      CidrBlock: inputs.cidrBlock,
      AvailabilityZone: inputs.availabilityZone,
      AvailabilityZoneId: inputs.availabilityZoneId,
      TagSpecifications: tagsOf("subnet", inputs.tags),
    });
    const { SubnetId = "" } = created;
    if (inputs.mapPublicIpOnLaunch)
      await context.call("ec2", "ModifySubnetAttribute", { SubnetId, MapPublicIpOnLaunch: { Value: true } });
    return {
      id: SubnetId,
      outputs: {
        arn: created.SubnetArn,
        ownerId: context.accountId,
        availabilityZone: created.AvailabilityZone,
        availabilityZoneId: created.AvailabilityZoneId,
        mapPublicIpOnLaunch: inputs.mapPublicIpOnLaunch,
      },
    };
  },
  async delete(_inputs, id, context) {
    await context.call("ec2", "DeleteSubnet", { SubnetId: id });
  },
});

const internetGateway = resource({
  type: "aws:ec2/internetGateway:InternetGateway",
  inputs: v.strictObject({ vpcId: v.optional(v.string()), tags }),
  async create(inputs, context) {
    const { InternetGateway: created } = await context.call("ec2", "CreateInternetGateway", {
      TagSpecifications: tagsOf("internet-gateway", inputs.tags),
    });
    const InternetGatewayId = created?.InternetGatewayId ?? "";
    if (inputs.vpcId !== undefined)
      await context.call("ec2", "AttachInternetGateway", { InternetGatewayId, VpcId: inputs.vpcId });
    return {
      id: InternetGatewayId,
      outputs: {
        arn: arnOf(context, "internet-gateway", InternetGatewayId),
        ownerId: context.accountId,
        vpcId: inputs.vpcId,
      },
    };
  },
  async delete({ vpcId }, id, context) {
    if (vpcId !== undefined)
      await context.call("ec2", "DetachInternetGateway", { InternetGatewayId: id, VpcId: vpcId });
    await context.call("ec2", "DeleteInternetGateway", { InternetGatewayId: id });
  },
});

const eip = resource({
  type: "aws:ec2/eip:Eip",
  inputs: v.strictObject({ domain: v.optional(v.picklist(["vpc"]), "vpc"), tags }),
  async create(inputs, context) {
    const created = await context.call("ec2", "AllocateAddress", {
      Domain: inputs.domain,
      TagSpecifications: tagsOf("elastic-ip", inputs.tags),
    });
    const { AllocationId = "" } = created;
    return {
      id: AllocationId,
      outputs: {
        allocationId: AllocationId,
        arn: arnOf(context, "elastic-ip", AllocationId),
        domain: inputs.domain,
        publicIp: created.PublicIp,
        publicIpv4Pool: created.PublicIpv4Pool,
        networkBorderGroup: created.NetworkBorderGroup,
      },
    };
  },
  async delete(_inputs, id, context) {
    await context.call("ec2", "ReleaseAddress", { AllocationId: id });
  },
});

const natGateway = resource({
  type: "aws:ec2/natGateway:NatGateway",
  inputs: v.strictObject({
    subnetId: v.string(),
    allocationId: v.optional(v.string()),
    connectivityType: v.optional(v.picklist(["public", "private"]), "public"),
    tags,
  }),
  async create(inputs, context) {
    const { NatGateway: created } = await context.call("ec2", "CreateNatGateway", {
      SubnetId: inputs.subnetId,
      AllocationId: inputs.allocationId,
      ConnectivityType: inputs.connectivityType,
      TagSpecifications: tagsOf("natgateway", inputs.tags),
    });
    const id = created?.NatGatewayId ?? "";
    const [address] = created?.NatGatewayAddresses ?? [];
    await until(context, `${id} is not available`, async () => {
      const gateway = await describeNatGateway(context, id);
      if (gateway?.State === "failed")
        throw new Error(`${gateway.FailureCode ?? "failed"}: ${gateway.FailureMessage ?? ""}`);
      return gateway?.State === "available";
    });
    return {
      id,
      outputs: {
        connectivityType: inputs.connectivityType,
        networkInterfaceId: address?.NetworkInterfaceId,
        privateIp: address?.PrivateIp,
        publicIp: address?.PublicIp,
      },
    };
  },
  async delete(_inputs, id, context) {
    await context.call("ec2", "DeleteNatGateway", { NatGatewayId: id });
    await until(context, `${id} is not gone`, async () => {
      const gateway = await describeNatGateway(context, id);
      return gateway === undefined || gateway.State === "deleted";
    });
  },
});

async function describeNatGateway(context: CreateContext, id: string) {
  const { NatGateways = [] } = await context.call("ec2", "DescribeNatGateways", {
    Filter: [{ Name: "nat-gateway-id", Values: [id] }],
  });
  return NatGateways[0];
}

/** Where a route leads. */
const target = { gatewayId: v.optional(v.string()), natGatewayId: v.optional(v.string()) };

const routeTable = resource({
  type: "aws:ec2/routeTable:RouteTable",
  inputs: v.strictObject({
    vpcId: v.string(),
    routes: v.optional(v.array(v.strictObject({ cidrBlock: v.string(), ...target })), []),
    tags,
  }),
  async create(inputs, context) {
    const { RouteTable: created } = await context.call("ec2", "CreateRouteTable", {
      VpcId: inputs.vpcId,
      TagSpecifications: tagsOf("route-table", inputs.tags),
    });
    const RouteTableId = created?.RouteTableId ?? "";
    for (const { cidrBlock, gatewayId, natGatewayId } of inputs.routes)
      await context.call("ec2", "CreateRoute", {
        RouteTableId,
        DestinationCidrBlock: cidrBlock,
        GatewayId: gatewayId,
        NatGatewayId: natGatewayId,
      });
    return {
      id: RouteTableId,
      outputs: { arn: arnOf(context, "route-table", RouteTableId), ownerId: context.accountId },
    };
  },
  async delete(_inputs, id, context) {
    await context.call("ec2", "DeleteRouteTable", { RouteTableId: id });
  },
});

const route = resource({
  type: "aws:ec2/route:Route",
  inputs: v.strictObject({ routeTableId: v.string(), destinationCidrBlock: v.string(), ...target }),
  async create(inputs, context) {
    await context.call("ec2", "CreateRoute", {
      RouteTableId: inputs.routeTableId,
      DestinationCidrBlock: inputs.destinationCidrBlock,
      GatewayId: inputs.gatewayId,
      NatGatewayId: inputs.natGatewayId,
    });
    return {
      id: `r-${inputs.routeTableId}${crc32(inputs.destinationCidrBlock)}`,
      outputs: { origin: "CreateRoute", state: "active" },
    };
  },
  async delete(inputs, _id, context) {
    await context.call("ec2", "DeleteRoute", {
      RouteTableId: inputs.routeTableId,
      DestinationCidrBlock: inputs.destinationCidrBlock,
    });
  },
});

const routeTableAssociation = resource({
  type: "aws:ec2/routeTableAssociation:RouteTableAssociation",
  inputs: v.strictObject({ routeTableId: v.string(), subnetId: v.string() }),
  async create(inputs, context) {
    const { AssociationId = "" } = await context.call("ec2", "AssociateRouteTable", {
      RouteTableId: inputs.routeTableId,
      SubnetId: inputs.subnetId,
    });
    return { id: AssociationId, outputs: {} };
  },
  async delete(_inputs, id, context) {
    await context.call("ec2", "DisassociateRouteTable", { AssociationId: id });
  },
});

const vpcEndpoint = resource({
  type: "aws:ec2/vpcEndpoint:VpcEndpoint",
  inputs: v.strictObject({
    vpcId: v.string(),
    serviceName: v.string(),
    vpcEndpointType: v.optional(v.picklist(["Gateway", "Interface"]), "Gateway"),
    privateDnsEnabled: v.optional(v.boolean(), false),
    policy: v.optional(jsonDocument),
    routeTableIds: strings,
    subnetIds: strings,
    securityGroupIds: strings,
    tags,
  }),
  async create(inputs, context) {
    const { VpcEndpoint: created } = await context.call("ec2", "CreateVpcEndpoint", {
      VpcId: inputs.vpcId,
      ServiceName: inputs.serviceName,
      VpcEndpointType: inputs.vpcEndpointType,
      PrivateDnsEnabled: inputs.privateDnsEnabled,
      PolicyDocument: inputs.policy,
      RouteTableIds: inputs.routeTableIds,
      SubnetIds: inputs.subnetIds,
      SecurityGroupIds: inputs.securityGroupIds,
      TagSpecifications: tagsOf("vpc-endpoint", inputs.tags),
    });
    const id = created?.VpcEndpointId ?? "";
    await until(
      context,
      `${id} is not available`,
      async () => (await describeEndpoint(context, id))?.State?.toLowerCase() === "available",
    );
    return {
      id,
      outputs: {
        arn: arnOf(context, "vpc-endpoint", id),
        ownerId: context.accountId,
        state: "available",
        vpcEndpointType: inputs.vpcEndpointType,
        privateDnsEnabled: inputs.privateDnsEnabled,
        policy: created?.PolicyDocument,
        networkInterfaceIds: created?.NetworkInterfaceIds,
        securityGroupIds: created?.Groups?.map(({ GroupId }) => GroupId),
        dnsEntries: created?.DnsEntries?.map(({ DnsName }) => definedOrNone({ dnsName: DnsName })),
        ...(inputs.vpcEndpointType === "Gateway" && {
          prefixListId: await prefixListId(context, inputs.serviceName),
        }),
      },
    };
  },
  async delete(_inputs, id, context) {
    const { Unsuccessful = [] } = await context.call("ec2", "DeleteVpcEndpoints", { VpcEndpointIds: [id] });
    const [failure] = Unsuccessful;
    if (failure !== undefined)
      throw new Error(`${failure.Error?.Code ?? "Error"}: ${failure.Error?.Message ?? ""}`);
    await until(
      context,
      `${id} is not gone`,
      async () => (await describeEndpoint(context, id)) === undefined,
    );
  },
});

async function describeEndpoint(context: CreateContext, id: string) {
  const { VpcEndpoints = [] } = await context.call("ec2", "DescribeVpcEndpoints", {
    Filters: [{ Name: "vpc-endpoint-id", Values: [id] }],
  });
  return VpcEndpoints[0];
}

async function prefixListId(context: CreateContext, serviceName: string): Promise<string | undefined> {
  const { PrefixLists = [] } = await context.call("ec2", "DescribePrefixLists", {
    Filters: [{ Name: "prefix-list-name", Values: [serviceName] }],
  });
  return PrefixLists[0]?.PrefixListId;
}

/** Takes over the group that a VPC begins with, whose rules become those of the program: by default none. */
const defaultSecurityGroup = resource({
  type: "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
  inputs: v.strictObject({
    vpcId: v.optional(v.string()),
    ingress: v.optional(v.array(rule), []),
    egress: v.optional(v.array(rule), []),
    tags,
  }),
  async create(inputs, context) {
    const VpcId = inputs.vpcId ?? (await defaultVpcId(context));
    const { SecurityGroups = [] } = await context.call("ec2", "DescribeSecurityGroups", {
      Filters: [
        { Name: "group-name", Values: ["default"] },
        { Name: "vpc-id", Values: [VpcId] },
      ],
    });
    const [group = {}] = SecurityGroups;
    const { GroupId = "" } = group;
    for (const [operation, there = []] of [
      ["RevokeSecurityGroupIngress", group.IpPermissions],
      ["RevokeSecurityGroupEgress", group.IpPermissionsEgress],
    ] as const) {
      const IpPermissions = there.map((each) => ({
        IpProtocol: each.IpProtocol,
        FromPort: each.FromPort,
        ToPort: each.ToPort,
        IpRanges: [...(each.IpRanges ?? [])],
        Ipv6Ranges: [...(each.Ipv6Ranges ?? [])],
        UserIdGroupPairs: [...(each.UserIdGroupPairs ?? [])],
      }));
      if (IpPermissions.length > 0) await context.call("ec2", operation, { GroupId, IpPermissions });
    }
    for (const [operation, rules] of [
      ["AuthorizeSecurityGroupIngress", inputs.ingress],
      ["AuthorizeSecurityGroupEgress", inputs.egress],
    ] as const) {
      if (rules.length > 0)
        await context.call("ec2", operation, {
          GroupId,
          IpPermissions: rules.map((each) => permission(each, GroupId)),
        });
    }
    if (Object.keys(inputs.tags).length > 0)
      await context.call("ec2", "CreateTags", { Resources: [GroupId], Tags: tagList(inputs.tags) });
    return {
      id: GroupId,
      outputs: {
        arn: group.SecurityGroupArn,
        name: group.GroupName,
        description: group.Description,
        ownerId: context.accountId,
        vpcId: VpcId,
      },
    };
  },
  // It goes with its VPC, and stays as it is until then: so does the provider's.
});

async function defaultVpcId(context: CreateContext): Promise<string> {
  const { Vpcs = [] } = await context.call("ec2", "DescribeVpcs", {
    Filters: [{ Name: "is-default", Values: ["true"] }],
  });
  const id = Vpcs[0]?.VpcId;
  if (id === undefined) throw new Error("vpcId: not given, and the account has no default VPC");
  return id;
}

function arnOf({ region, accountId }: CreateContext, type: string, id: string): string {
  return `arn:aws:ec2:${region}:${accountId}:${type}/${id}`;
}

export const ec2Network = [
  vpc,
  subnet,
  internetGateway,
  eip,
  natGateway,
  routeTable,
  route,
  routeTableAssociation,
  vpcEndpoint,
  defaultSecurityGroup,
];
