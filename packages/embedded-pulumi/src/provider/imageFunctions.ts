import type { Output } from "embedded-aws";
import * as v from "valibot";
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

type Image = NonNullable<Output<"ec2", "DescribeImages">["Images"]>[number];

/** What a program may look up of images, with all that the AWS provider says of one. */
export const imageFunctions: Readonly<Record<string, ProviderFunction>> = {
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
