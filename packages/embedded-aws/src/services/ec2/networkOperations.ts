import * as v from "valibot";
import { AwsError } from "../../core/errors";
import { type Access, type CloudContext, operation, type Operation } from "../../core/service";
import { notFound } from "./errors";
import { applyFilters, type FilterValues } from "./filters";
import { Filters, Ids } from "./inputs";
import { IMAGE_ID } from "./launchPlan";
import type { Network, Subnet } from "./network";

const SUBNET_FILTERS: FilterValues<Subnet & { readonly vpcId: string }> = {
  "availability-zone": (subnet) => [subnet.zone],
  "cidr-block": (subnet) => [subnet.cidr],
  "default-for-az": () => ["true"],
  state: () => ["available"],
  "subnet-id": (subnet) => [subnet.id],
  "vpc-id": (subnet) => [subnet.vpcId],
};
const VPC_FILTERS: FilterValues<Network> = {
  cidr: (vpc) => [vpc.cidr],
  "is-default": () => ["true"],
  isDefault: () => ["true"],
  state: () => ["available"],
  "vpc-id": (vpc) => [vpc.vpcId],
};
const ZONE_FILTERS: FilterValues<Subnet> = {
  state: () => ["available"],
  "zone-id": (subnet) => [subnet.zoneId],
  "zone-name": (subnet) => [subnet.zone],
  "zone-type": () => ["availability-zone"],
};

/** What describes the account's default network, which nothing here changes, and images. */
export function networkOperations(context: CloudContext, network: Network): Record<string, Operation> {
  const anywhere = (action: string) => (): Access[] => [{ action: `ec2:${action}`, resource: "*" }];
  const ownerId = context.accountId;

  return {
    DescribeVpcs: operation(
      context,
      v.strictObject({ VpcId: Ids, Filter: Filters }),
      anywhere("DescribeVpcs"),
      (input) => {
        requireKnown(input.VpcId, [network.vpcId], "InvalidVpcID.NotFound", "vpc ID");
        return {
          vpcSet: applyFilters([network], input.Filter, VPC_FILTERS).map((vpc) => ({
            vpcId: vpc.vpcId,
            ownerId,
            state: "available",
            cidrBlock: vpc.cidr,
            instanceTenancy: "default",
            isDefault: true,
            tagSet: [],
          })),
        };
      },
    ),

    DescribeSubnets: operation(
      context,
      v.strictObject({ SubnetId: Ids, Filter: Filters }),
      anywhere("DescribeSubnets"),
      (input) => {
        const all = network.subnets.map((subnet) => ({ ...subnet, vpcId: network.vpcId }));
        const ids = all.map((subnet) => subnet.id);
        requireKnown(input.SubnetId, ids, "InvalidSubnetID.NotFound", "subnet ID");
        const asked = all.filter((subnet) => input.SubnetId?.includes(subnet.id) ?? true);
        return {
          subnetSet: applyFilters(asked, input.Filter, SUBNET_FILTERS).map((subnet) => ({
            subnetId: subnet.id,
            subnetArn: `arn:aws:ec2:${context.region}:${ownerId}:subnet/${subnet.id}`,
            state: "available",
            ownerId,
            vpcId: subnet.vpcId,
            cidrBlock: subnet.cidr,
            availableIpAddressCount: 4091,
            availabilityZone: subnet.zone,
            availabilityZoneId: subnet.zoneId,
            defaultForAz: true,
            mapPublicIpOnLaunch: true,
            tagSet: [],
          })),
        };
      },
    ),

    DescribeAvailabilityZones: operation(
      context,
      v.strictObject({ ZoneName: Ids, ZoneId: Ids, Filter: Filters }),
      anywhere("DescribeAvailabilityZones"),
      (input) => {
        const asked = network.subnets.filter(
          (subnet) =>
            (input.ZoneName?.includes(subnet.zone) ?? true) &&
            (input.ZoneId?.includes(subnet.zoneId) ?? true),
        );
        return {
          availabilityZoneInfo: applyFilters(asked, input.Filter, ZONE_FILTERS).map((subnet) => ({
            zoneName: subnet.zone,
            zoneId: subnet.zoneId,
            zoneState: "available",
            zoneType: "availability-zone",
            regionName: context.region,
            groupName: context.region,
            optInStatus: "opt-in-not-required",
            messageSet: [],
          })),
        };
      },
    ),

    DescribeImages: operation(
      context,
      v.strictObject({ ImageId: v.pipe(v.array(v.string()), v.minLength(1)) }),
      anywhere("DescribeImages"),
      (input) => ({ imagesSet: input.ImageId.map(imageElement) }),
    ),
  };
}

/** Any image that could exist does; what is inside is made up. */
function imageElement(imageId: string): object {
  if (!IMAGE_ID.test(imageId)) {
    throw new AwsError("InvalidAMIID.Malformed", `Invalid id: "${imageId}" (expecting "ami-...")`);
  }
  return {
    imageId,
    imageState: "available",
    isPublic: true,
    imageOwnerAlias: "amazon",
    name: `image ${imageId}`,
    architecture: "x86_64",
    imageType: "machine",
    rootDeviceType: "ebs",
    rootDeviceName: "/dev/xvda",
    virtualizationType: "hvm",
    hypervisor: "xen",
    enaSupport: true,
    blockDeviceMapping: [],
    tagSet: [],
  };
}

function requireKnown(
  asked: readonly string[] | undefined,
  known: readonly string[],
  code: string,
  what: string,
): void {
  const unknown = (asked ?? []).filter((id) => !known.includes(id));
  if (unknown.length > 0) throw notFound(code, what, unknown);
}
