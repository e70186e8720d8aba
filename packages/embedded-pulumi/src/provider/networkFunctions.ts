import type { Output } from "embedded-aws";
import * as v from "valibot";
import { arnOf } from "./resources/ec2/parts";
import {
  define,
  describeFilters,
  filters,
  type Filter,
  onlyRegion,
  type ProviderFunction,
} from "./providerFunction";

// What a program may look up in EC2. All that the AWS provider says of what was found is said here, too: what is left out
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

/** The one that was found. Throws for none, and for several. */
function single<T>(what: string, found: readonly T[]): T {
  const [one, second] = found;
  if (one === undefined || second !== undefined)
    throw new Error(`${found.length} ${what} match; expected one`);
  return one;
}

function tagsIn(given: readonly { Key?: string | undefined; Value?: string | undefined }[] = []) {
  return Object.fromEntries(given.map(({ Key = "", Value = "" }) => [Key, Value]));
}

type Image = NonNullable<Output<"ec2", "DescribeImages">["Images"]>[number];

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

  "aws:ec2/getAmi:getAmi": define(
    v.strictObject({
      filters: filters(),
      region: v.optional(v.string()),
      owners: v.optional(v.array(v.string())),
      mostRecent: v.optional(v.boolean(), false),
      includeDeprecated: v.optional(v.boolean()),
      allowUnsafeFilter: v.optional(v.boolean()),
    }),
    async (args, context) => {
      onlyRegion(args.region, context.region);
      demandOwner(args);
      const { Images = [] } = await context.call("ec2", "DescribeImages", {
        ...(args.owners === undefined ? {} : { Owners: args.owners }),
        ...describeFilters(args.filters),
      });
      if (Images.length === 0) {
        const { Images: all = [] } = await context.call("ec2", "DescribeImages", {});
        throw new Error(
          `no image matches; those of the embedded cloud: ${all.map(({ Name }) => Name).join(", ")}`,
        );
      }
      const age = ({ CreationDate = "", Name = "" }: Image) => `${CreationDate} ${Name}`;
      const newest = [...Images].sort((a, b) => (age(a) < age(b) ? 1 : -1));
      return imageOutputs(single("images", args.mostRecent ? newest.slice(0, 1) : Images), context.region);
    },
  ),
};

/** The newest image of anybody might be a stranger's: version 7 of the AWS provider refuses to look for it. */
function demandOwner({
  filters: given = [],
  owners = [],
  mostRecent,
  allowUnsafeFilter,
}: {
  readonly filters?: readonly Filter[] | undefined;
  readonly owners?: readonly string[] | undefined;
  readonly mostRecent: boolean;
  readonly allowUnsafeFilter?: boolean | undefined;
}): void {
  const narrowed = owners.length > 0 || given.some(({ name }) => name === "image-id" || name === "owner-id");
  if (mostRecent && !narrowed && allowUnsafeFilter !== true)
    throw new Error(
      'Most Recent Image Not Filtered: mostRecent is true, and neither owners nor a filter "owner-id" or "image-id" is given, so that a third party\'s image may be found; allowUnsafeFilter: true permits that',
    );
}

function imageOutputs(image: Image, region: string): Record<string, unknown> {
  const { ImageId: id = "", OwnerId = "", Name: name } = image;
  return {
    id,
    imageId: id,
    architecture: image.Architecture,
    arn: `arn:aws:ec2:${region}::image/${id}`,
    blockDeviceMappings: [],
    bootMode: "",
    creationDate: image.CreationDate ?? "",
    deprecationTime: "",
    description: image.Description ?? "",
    enaSupport: image.EnaSupport,
    hypervisor: image.Hypervisor,
    imageLocation: `${image.ImageOwnerAlias ?? OwnerId}/${name}`,
    imageOwnerAlias: image.ImageOwnerAlias ?? "",
    imageType: image.ImageType,
    imdsSupport: image.ImdsSupport ?? "",
    kernelId: "",
    lastLaunchedTime: "",
    name,
    ownerId: OwnerId,
    platform: "",
    platformDetails: "Linux/UNIX",
    productCodes: [],
    public: image.Public,
    ramdiskId: "",
    region,
    rootDeviceName: image.RootDeviceName,
    rootDeviceType: image.RootDeviceType,
    rootSnapshotId: "",
    sriovNetSupport: "",
    state: image.State,
    stateReason: { code: "UNSET", message: "UNSET" },
    tags: tagsIn(image.Tags),
    tpmSupport: "",
    usageOperation: "RunInstances",
    virtualizationType: image.VirtualizationType,
  };
}
