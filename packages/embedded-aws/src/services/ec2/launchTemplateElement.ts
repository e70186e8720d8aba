import type { LaunchSpecification } from "./launchSpecification";

/** Lists whose name in answers is not the request's in lower camel case with "Set". */
const RENAMED: Readonly<Record<string, string>> = {
  BlockDeviceMapping: "blockDeviceMappingSet",
  NetworkInterface: "networkInterfaceSet",
  SecurityGroupId: "securityGroupIdSet",
  Tag: "tagSet",
  TagSpecification: "tagSpecificationSet",
};

/** A template's data as answers write it: the request's members under their names in answers. */
export function launchTemplateDataElement(data: LaunchSpecification): object {
  const { NetworkInterface: interfaces, ...rest } = data;
  return {
    ...renamed(rest),
    ...(interfaces === undefined
      ? {}
      : {
          networkInterfaceSet: interfaces.map(({ SecurityGroupId: groups, ...members }) => ({
            ...renamed(members),
            ...(groups === undefined ? {} : { groupSet: groups }),
          })),
        }),
  };
}

function renamed(members: object): object {
  return Object.fromEntries(
    Object.entries(members)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]: [string, unknown]) => [RENAMED[name] ?? lowerFirst(name), element(value)]),
  );
}

function element(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(element);
  return typeof value === "object" && value !== null ? renamed(value) : value;
}

function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
