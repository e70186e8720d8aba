import * as v from "valibot";
import type { Input } from "embedded-aws";
import { refuseChange } from "../../refuseChange";
import { resource, tags, textOf } from "../../schemas";
import { arnOf, retagEc2, tagsOf } from "./parts";

export const vpc = resource({
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

export const subnet = resource({
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
