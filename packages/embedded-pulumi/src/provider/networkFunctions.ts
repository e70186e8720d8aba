import * as v from "valibot";
import { arnOf } from "./resources/ec2/parts";
import {
  define,
  describeFilters,
  filters,
  type Filter,
  onlyRegion,
  type ProviderFunction,
  single,
  tagsIn,
} from "./providerFunction";

// What a program may look up of networks. All that the AWS provider says of what was found is said here, too: what is left out
// would be undefined to a program that its compiler has told otherwise.

/** Arguments of every function here. */
const common = {
  filters: filters(),
  region: v.optional(v.string()),
  tags: v.optional(v.record(v.string(), v.string()), {}),
};

type Common = v.InferOutput<v.StrictObjectSchema<typeof common, undefined>>;

/** Arguments as filters: those of the program, one for each tag, and others by their names at AWS. */
function asked(
  { filters: given = [], tags }: Common,
  others: Readonly<Record<string, string | boolean | undefined>> = {},
) {
  const equal = (name: string, value: string | boolean | undefined): Filter[] =>
    value === undefined ? [] : [{ name, values: [String(value)] }];
  return describeFilters([
    ...given,
    ...Object.entries(tags).flatMap(([key, value]) => equal(`tag:${key}`, value)),
    ...Object.entries(others).flatMap(([name, value]) => equal(name, value)),
  ]);
}

/** A filter that the AWS provider sends for `true` alone: `false` asks for nothing, not for what is not the default. */
function onlyTrue(value: boolean | undefined): true | undefined {
  return value === true ? true : undefined;
}

export const networkFunctions: Readonly<Record<string, ProviderFunction>> = {
  "aws:ec2/getVpc:getVpc": define(
    v.strictObject({
      ...common,
      default: v.optional(v.boolean()),
      id: v.optional(v.string()),
      cidrBlock: v.optional(v.string()),
      state: v.optional(v.string()),
    }),
    async (args, context) => {
      onlyRegion(args.region, context.region);
      const { Vpcs = [] } = await context.call("ec2", "DescribeVpcs", {
        ...(args.id === undefined ? {} : { VpcIds: [args.id] }),
        ...asked(args, {
          "is-default": onlyTrue(args.default),
          cidr: args.cidrBlock,
          state: args.state,
        }),
      });
      const vpc = single("networks", Vpcs);
      const { VpcId = "" } = vpc;
      const attribute = (
        Attribute: "enableDnsHostnames" | "enableDnsSupport" | "enableNetworkAddressUsageMetrics",
      ) => context.call("ec2", "DescribeVpcAttribute", { VpcId, Attribute });
      const { RouteTables = [] } = await context.call("ec2", "DescribeRouteTables", {
        ...describeFilters([
          { name: "vpc-id", values: [VpcId] },
          { name: "association.main", values: ["true"] },
        ]),
      });
      return {
        id: VpcId,
        arn: arnOf(context, "vpc", VpcId),
        cidrBlock: vpc.CidrBlock,
        cidrBlockAssociations: (vpc.CidrBlockAssociationSet ?? []).map((association) => ({
          associationId: association.AssociationId,
          cidrBlock: association.CidrBlock,
          state: association.CidrBlockState?.State,
        })),
        default: vpc.IsDefault,
        dhcpOptionsId: vpc.DhcpOptionsId,
        enableDnsHostnames: (await attribute("enableDnsHostnames")).EnableDnsHostnames?.Value,
        enableDnsSupport: (await attribute("enableDnsSupport")).EnableDnsSupport?.Value,
        enableNetworkAddressUsageMetrics: (await attribute("enableNetworkAddressUsageMetrics"))
          .EnableNetworkAddressUsageMetrics?.Value,
        instanceTenancy: vpc.InstanceTenancy,
        ipv6AssociationId: "",
        ipv6CidrBlock: "",
        ipv6CidrBlockAssociations: [],
        mainRouteTableId: RouteTables[0]?.RouteTableId,
        ownerId: vpc.OwnerId,
        region: context.region,
        state: vpc.State,
        tags: tagsIn(vpc.Tags),
      };
    },
  ),

  "aws:ec2/getSubnets:getSubnets": define(v.strictObject(common), async (args, context) => {
    const region = onlyRegion(args.region, context.region);
    const { Subnets = [] } = await context.call("ec2", "DescribeSubnets", asked(args));
    return { id: region, region, ids: Subnets.map(({ SubnetId }) => SubnetId), tags: args.tags };
  }),

  "aws:ec2/getSubnet:getSubnet": define(
    v.strictObject({
      ...common,
      id: v.optional(v.string()),
      availabilityZone: v.optional(v.string()),
      availabilityZoneId: v.optional(v.string()),
      cidrBlock: v.optional(v.string()),
      defaultForAz: v.optional(v.boolean()),
      state: v.optional(v.string()),
      vpcId: v.optional(v.string()),
    }),
    async (args, context) => {
      onlyRegion(args.region, context.region);
      const { Subnets = [] } = await context.call("ec2", "DescribeSubnets", {
        ...(args.id === undefined ? {} : { SubnetIds: [args.id] }),
        ...asked(args, {
          "availability-zone": args.availabilityZone,
          "availability-zone-id": args.availabilityZoneId,
          "cidr-block": args.cidrBlock,
          "default-for-az": onlyTrue(args.defaultForAz),
          state: args.state,
          "vpc-id": args.vpcId,
        }),
      });
      const subnet = single("subnets", Subnets);
      const names = subnet.PrivateDnsNameOptionsOnLaunch;
      return {
        id: subnet.SubnetId,
        arn: subnet.SubnetArn,
        assignIpv6AddressOnCreation: subnet.AssignIpv6AddressOnCreation,
        availabilityZone: subnet.AvailabilityZone,
        availabilityZoneId: subnet.AvailabilityZoneId,
        availableIpAddressCount: subnet.AvailableIpAddressCount,
        cidrBlock: subnet.CidrBlock,
        customerOwnedIpv4Pool: "",
        defaultForAz: subnet.DefaultForAz,
        enableDns64: subnet.EnableDns64,
        enableLniAtDeviceIndex: 0,
        enableResourceNameDnsARecordOnLaunch: names?.EnableResourceNameDnsARecord,
        enableResourceNameDnsAaaaRecordOnLaunch: names?.EnableResourceNameDnsAAAARecord,
        ipv6CidrBlock: "",
        ipv6CidrBlockAssociationId: "",
        ipv6Native: subnet.Ipv6Native,
        mapCustomerOwnedIpOnLaunch: subnet.MapCustomerOwnedIpOnLaunch,
        mapPublicIpOnLaunch: subnet.MapPublicIpOnLaunch,
        outpostArn: "",
        ownerId: subnet.OwnerId,
        privateDnsHostnameTypeOnLaunch: names?.HostnameType,
        region: context.region,
        state: subnet.State,
        tags: tagsIn(subnet.Tags),
        vpcId: subnet.VpcId,
      };
    },
  ),

  "aws:ec2/getSecurityGroup:getSecurityGroup": define(
    v.strictObject({
      ...common,
      id: v.optional(v.string()),
      name: v.optional(v.string()),
      vpcId: v.optional(v.string()),
    }),
    async (args, context) => {
      onlyRegion(args.region, context.region);
      const { SecurityGroups = [] } = await context.call("ec2", "DescribeSecurityGroups", {
        ...(args.id === undefined ? {} : { GroupIds: [args.id] }),
        ...asked(args, { "group-name": args.name, "vpc-id": args.vpcId }),
      });
      const group = single("security groups", SecurityGroups);
      const { GroupId: id = "" } = group;
      return {
        id,
        arn: arnOf(context, "security-group", id),
        description: group.Description,
        name: group.GroupName,
        region: context.region,
        tags: tagsIn(group.Tags),
        vpcId: group.VpcId,
      };
    },
  ),
};
