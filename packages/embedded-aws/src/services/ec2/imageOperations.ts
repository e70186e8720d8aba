import type { CloudContext } from "../../core/service";
import { operationsOf } from "../../wire/operation";
import { applyFilters, type FilterValues } from "./filters";
import type { Image, Images } from "./images";
import { describeRules, ids } from "./inputs";
import { instanceTypeOf, instanceTypes, type InstanceType } from "./instanceTypes";

/** What every image here is. */
const MADE = {
  State: "available",
  ImageType: "machine",
  RootDeviceType: "ebs",
  VirtualizationType: "hvm",
  Hypervisor: "xen",
} as const;

/** Amazon's account, which owns Amazon Linux. */
const AMAZON = "137112412989";

const IMAGE_FILTERS: FilterValues<Image> = {
  architecture: (image) => [image.architecture ?? ASSUMED],
  hypervisor: () => [MADE.Hypervisor],
  "image-id": (image) => [image.id],
  "image-type": () => [MADE.ImageType],
  name: (image) => [image.name],
  "owner-alias": (image) => (image.ownerAlias === undefined ? [] : [image.ownerAlias]),
  "root-device-type": () => [MADE.RootDeviceType],
  state: () => [MADE.State],
  "virtualization-type": () => [MADE.VirtualizationType],
};
const TYPE_FILTERS: FilterValues<InstanceType> = {
  "instance-type": (type) => [type.name],
  "processor-info.supported-architecture": (type) => [type.architecture],
  "vcpu-info.default-vcpus": (type) => [String(type.vCpus)],
};

/** What DescribeImages says of an image of which only the id is known. */
const ASSUMED = "x86_64";

/** What can be launched: images and instance types. */
export function imageOperations(context: CloudContext, images: Images) {
  const operation = operationsOf("ec2", context);
  const ownerOf = ({ ownerAlias }: Image) => (ownerAlias === undefined ? context.accountId : AMAZON);
  const filters: FilterValues<Image> = { ...IMAGE_FILTERS, "owner-id": (image) => [ownerOf(image)] };
  return {
    ...operation(
      "DescribeImages",
      { supports: ["ImageIds", "Filters", "Owners"], rules: { ImageIds: ids, ...describeRules } },
      () => [{ action: "ec2:DescribeImages", resource: "*" }],
      ({ ImageIds = [], Filters, Owners = [] }) => {
        const asked = ImageIds.length === 0 ? images.all() : ImageIds.map((id) => images.get(id));
        const owned = asked.filter(
          (image) =>
            Owners.length === 0 ||
            Owners.includes(image.ownerAlias ?? "self") ||
            Owners.includes(ownerOf(image)),
        );
        return {
          Images: applyFilters(owned, Filters, filters).map((image) => element(image, ownerOf(image))),
        };
      },
    ),

    ...operation(
      "DescribeInstanceTypes",
      { supports: ["InstanceTypes", "Filters"], rules: { InstanceTypes: ids, ...describeRules } },
      () => [{ action: "ec2:DescribeInstanceTypes", resource: "*" }],
      ({ InstanceTypes = [], Filters }) => {
        const asked = InstanceTypes.length === 0 ? instanceTypes() : InstanceTypes.map(instanceTypeOf);
        return {
          InstanceTypes: applyFilters(asked, Filters, TYPE_FILTERS).map(({ name, architecture, vCpus }) => ({
            // AWS has new types faster than its models.
            InstanceType: name as NonNullable<typeof InstanceTypes>[number],
            CurrentGeneration: !/^[a-z]+[1-4]\./.test(name) || /^(t[34]|g4|p4|i[34])/.test(name),
            SupportedUsageClasses: ["on-demand" as const],
            ProcessorInfo: { SupportedArchitectures: [architecture] },
            VCpuInfo: { DefaultVCpus: vCpus },
          })),
        };
      },
    ),
  };
}

/** What is inside is made up. */
function element(image: Image, OwnerId: string) {
  return {
    ImageId: image.id,
    ...MADE,
    Public: image.ownerAlias !== undefined,
    OwnerId,
    ImageOwnerAlias: image.ownerAlias,
    Name: image.name,
    Architecture: image.architecture ?? ASSUMED,
    RootDeviceName: "/dev/xvda",
    EnaSupport: true,
    ImdsSupport: image.imdsSupport,
    BlockDeviceMappings: [],
    Tags: [],
  } as const;
}
