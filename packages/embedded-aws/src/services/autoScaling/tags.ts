import type { Supported } from "../../wire/operation";
import { invalid } from "./errors";
import type { Group, GroupTag } from "./group";
import type { tagMembers } from "./inputs";

type Tags = NonNullable<
  Supported<"autoscaling", "CreateAutoScalingGroup", (typeof tagMembers)[number]>["Tags"]
>;

export function tagsFrom(tags: Tags): Map<string, GroupTag> {
  return new Map(
    tags.map(({ Key, Value = "", PropagateAtLaunch = false }) => [
      Key,
      { value: Value, propagate: PropagateAtLaunch },
    ]),
  );
}

/** A tag with the group that it is on. */
export interface DescribedTag extends GroupTag {
  readonly group: string;
  readonly key: string;
}

export function describedTags({ name, tags }: Group): DescribedTag[] {
  return [...tags].map(([key, tag]) => ({ group: name, key, ...tag }));
}

interface Filter {
  readonly Name?: string;
  readonly Values?: readonly string[];
}

const VALUES: Readonly<Record<string, (tag: DescribedTag) => string>> = {
  "auto-scaling-group": ({ group }) => group,
  key: ({ key }) => key,
  value: ({ value }) => value,
  "propagate-at-launch": ({ propagate }) => String(propagate),
};

/** Whether a tag passes every filter. @throws AwsError for a filter that is not known. */
export function matches(tag: DescribedTag, filters: readonly Filter[]): boolean {
  return filters.every(({ Name = "", Values = [] }) => {
    const value = Object.hasOwn(VALUES, Name) ? VALUES[Name] : undefined;
    if (value === undefined) throw unknown(Name, Object.keys(VALUES));
    return Values.includes(value(tag));
  });
}

/** Filters of groups: "tag-key", "tag-value", and "tag:KEY" for the value of one. @throws AwsError */
export function matchesTagFilters(tags: readonly DescribedTag[], filters: readonly Filter[]): boolean {
  return filters.every(({ Name = "", Values = [] }) => {
    if (Name.startsWith("tag:"))
      return tags.some(({ key, value }) => key === Name.slice("tag:".length) && Values.includes(value));
    if (Name === "tag-key") return tags.some(({ key }) => Values.includes(key));
    if (Name === "tag-value") return tags.some(({ value }) => Values.includes(value));
    throw unknown(Name, ["tag-key", "tag-value", "tag:<key>"]);
  });
}

function unknown(name: string, known: readonly string[]) {
  return invalid(`Filter type ${name} is not correct. Allowed Filter types are: ${known.join(", ")}`);
}
