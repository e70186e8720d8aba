import { crc32 } from "node:zlib";
import * as v from "valibot";
import { AwsError, type Input } from "embedded-aws";
import { refuseChange } from "../refuseChange";
import type { CreateContext } from "../resourceType";
import { definedOrNone, jsonDocument, resource, strings, tagList, tags, textOf } from "../schemas";
import { retagEc2 } from "./ec2Tags";
import { permission, replaceRules, rule } from "./securityGroupRules";

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
  async update(change, context) {
    const { id: VpcId, inputs, old, changed } = change;
    const { instanceTenancy: tenancy = "default" } = inputs;
    if (tenancy !== (old.instanceTenancy ?? "default")) refuseChange(changed, "instanceTenancy");
    const { enableDnsSupport, enableDnsHostnames, enableNetworkAddressUsageMetrics = false } = inputs;
    // Each call takes one of them.
    for (const [name, attribute] of [
      ["enableDnsSupport", { EnableDnsSupport: { Value: enableDnsSupport } }],
      ["enableDnsHostnames", { EnableDnsHostnames: { Value: enableDnsHostnames } }],
      [
        "enableNetworkAddressUsageMetrics",
        { EnableNetworkAddressUsageMetrics: { Value: enableNetworkAddressUsageMetrics } },
      ],
    ] as const) {
      if (changed.has(name)) await context.call("ec2", "ModifyVpcAttribute", { VpcId, ...attribute });
    }
    await retagEc2(change, context);
    return { enableDnsSupport, enableDnsHostnames };
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
  async update(change, context) {
    const { mapPublicIpOnLaunch } = change.inputs;
    if (change.changed.has("mapPublicIpOnLaunch"))
      await context.call("ec2", "ModifySubnetAttribute", {
        SubnetId: change.id,
        MapPublicIpOnLaunch: { Value: mapPublicIpOnLaunch },
      });
    await retagEc2(change, context);
    return { mapPublicIpOnLaunch };
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
  async update(change, context) {
    const { id: InternetGatewayId, inputs, old, changed } = change;
    if (changed.has("vpcId")) {
      if (old.vpcId !== undefined)
        await context.call("ec2", "DetachInternetGateway", { InternetGatewayId, VpcId: old.vpcId });
      if (inputs.vpcId !== undefined)
        await context.call("ec2", "AttachInternetGateway", { InternetGatewayId, VpcId: inputs.vpcId });
    }
    await retagEc2(change, context);
    return { vpcId: inputs.vpcId };
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
  async update(change, context) {
    await retagEc2(change, context);
    return { domain: change.inputs.domain };
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
  async update(change, context) {
    await retagEc2(change, context);
    return { connectivityType: change.inputs.connectivityType };
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
  async update(change, context) {
    const { id: RouteTableId, inputs, old } = change;
    const before = new Map(old.routes.map((each) => [each.cidrBlock, each]));
    for (const { cidrBlock } of old.routes) {
      if (!inputs.routes.some((each) => each.cidrBlock === cidrBlock))
        await context.call("ec2", "DeleteRoute", { RouteTableId, DestinationCidrBlock: cidrBlock });
    }
    for (const { cidrBlock, gatewayId, natGatewayId } of inputs.routes) {
      const known = before.get(cidrBlock);
      if (known?.gatewayId === gatewayId && known?.natGatewayId === natGatewayId) continue;
      await context.call("ec2", known === undefined ? "CreateRoute" : "ReplaceRoute", {
        RouteTableId,
        DestinationCidrBlock: cidrBlock,
        GatewayId: gatewayId,
        NatGatewayId: natGatewayId,
      });
    }
    await retagEc2(change, context);
    return undefined;
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
  async update({ inputs }, context) {
    await context.call("ec2", "ReplaceRoute", {
      RouteTableId: inputs.routeTableId,
      DestinationCidrBlock: inputs.destinationCidrBlock,
      GatewayId: inputs.gatewayId,
      NatGatewayId: inputs.natGatewayId,
    });
    return undefined;
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
  async update({ id, inputs }, context) {
    const { NewAssociationId } = await context.call("ec2", "ReplaceRouteTableAssociation", {
      AssociationId: id,
      RouteTableId: inputs.routeTableId,
    });
    return { id: NewAssociationId };
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
    return {
      id,
      outputs: {
        arn: arnOf(context, "vpc-endpoint", id),
        ownerId: context.accountId,
        vpcEndpointType: inputs.vpcEndpointType,
        ...(await whenAvailable(context, id)),
        ...(inputs.vpcEndpointType === "Gateway" && {
          prefixListId: await prefixListId(context, inputs.serviceName),
        }),
      },
    };
  },
  async update(change, context) {
    const { id, inputs, old, changed } = change;
    const [tables, subnets, groups] = (["routeTableIds", "subnetIds", "securityGroupIds"] as const).map(
      (name) => ({ added: lacking(inputs[name], old[name]), removed: lacking(old[name], inputs[name]) }),
    );
    if ([...changed].some((name) => name !== "tags"))
      await context.call("ec2", "ModifyVpcEndpoint", {
        VpcEndpointId: id,
        PolicyDocument: changed.has("policy") ? inputs.policy : undefined,
        ResetPolicy: changed.has("policy") && inputs.policy === undefined ? true : undefined,
        PrivateDnsEnabled: changed.has("privateDnsEnabled") ? inputs.privateDnsEnabled : undefined,
        AddRouteTableIds: tables?.added,
        RemoveRouteTableIds: tables?.removed,
        AddSubnetIds: subnets?.added,
        RemoveSubnetIds: subnets?.removed,
        AddSecurityGroupIds: groups?.added,
        // A program that no longer names any leaves them as they are.
        RemoveSecurityGroupIds: inputs.securityGroupIds && groups?.removed,
      });
    await retagEc2(change, context);
    return { vpcEndpointType: inputs.vpcEndpointType, ...(await whenAvailable(context, id)) };
  },
  async delete(_inputs, id, context) {
    const { Unsuccessful = [] } = await context.call("ec2", "DeleteVpcEndpoints", { VpcEndpointIds: [id] });
    const { Code = "Error", Message = "" } = Unsuccessful[0]?.Error ?? {};
    if (Unsuccessful.length > 0) throw new AwsError(Code, Message);
    await until(
      context,
      `${id} is not gone`,
      async () => (await describeEndpoint(context, id)) === undefined,
    );
  },
});

/** Those that only the first list has; undefined for none. */
function lacking(ids: readonly string[] = [], others: readonly string[] = []): string[] | undefined {
  const rest = ids.filter((id) => !others.includes(id));
  return rest.length === 0 ? undefined : rest;
}

/** What is read of an endpoint, once it can be used. */
async function whenAvailable(context: CreateContext, id: string) {
  let found: Awaited<ReturnType<typeof describeEndpoint>>;
  await until(context, `${id} is not available`, async () => {
    found = await describeEndpoint(context, id);
    return found?.State?.toLowerCase() === "available";
  });
  return {
    state: "available",
    privateDnsEnabled: found?.PrivateDnsEnabled,
    policy: found?.PolicyDocument,
    networkInterfaceIds: found?.NetworkInterfaceIds,
    securityGroupIds: found?.Groups?.map(({ GroupId }) => GroupId),
    dnsEntries: found?.DnsEntries?.map(({ DnsName }) => definedOrNone({ dnsName: DnsName })),
  };
}

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
  async update(change, context) {
    await replaceRules(change.id, change.old, change.inputs, context);
    await retagEc2(change, context);
    return undefined;
  },
  // It goes with its VPC, and stays as it is until then: so does the provider's.
  delete: () => Promise.resolve(),
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
