import type { Supported } from "../../wire/operation";
import type { Rules } from "../../wire/rules";
import { invalidParameter, missingParameter } from "./errors";

/** What several operations share of their inputs. EC2's model requires next to nothing of nested members. */

export type Filters = NonNullable<Supported<"ec2", "DescribeInstances", "Filters">["Filters"]>;

type Tag = NonNullable<Supported<"ec2", "CreateTags", "Tags">["Tags"]>[number];
type TagSpecification = NonNullable<
  Supported<"ec2", "RunInstances", "TagSpecifications">["TagSpecifications"]
>[number];

export const describeRules = {
  "Filters.Values": { length: [1, 200] },
  /** Of an answer that is read page by page. */
  MaxResults: { range: [5, 1000] },
} as const satisfies Rules;

export const DEFAULT_PAGE = 1000;

export const ids = { length: [0, 1000] } as const;

export const tagRules = {
  Tags: { length: [0, 50] },
  "Tags.Key": { length: [1, 127], pattern: /^(?!aws:)/i },
  "Tags.Value": { length: [0, 256] },
} as const satisfies Rules;

/** Rules of `TagSpecifications` for an operation that makes resources of one type. */
export function tagSpecificationRules(...types: readonly string[]): Rules {
  return {
    "TagSpecifications.ResourceType": { oneOf: types },
    "TagSpecifications.Tags": tagRules.Tags,
    "TagSpecifications.Tags.Key": tagRules["Tags.Key"],
    "TagSpecifications.Tags.Value": tagRules["Tags.Value"],
  };
}

export const tagSpecificationMembers = ["TagSpecifications.ResourceType", "TagSpecifications.Tags"] as const;

/** Tags as they are kept. A key without a value has the empty one. */
export function tagMap(tags: readonly Tag[]): Map<string, string> {
  return new Map(
    tags.map(({ Key, Value = "" }) => {
      if (Key === undefined) throw missingParameter("Tag.Key");
      return [Key, Value];
    }),
  );
}

/** The tags that a request gives to resources of one type. */
export function tagsFor(
  type: string,
  specifications: readonly TagSpecification[] = [],
): ReadonlyMap<string, string> {
  if (specifications.some(({ ResourceType }) => ResourceType === undefined))
    throw invalidParameter("Tag specification resource type must have a value");
  return tagMap(
    specifications.filter(({ ResourceType }) => ResourceType === type).flatMap(({ Tags = [] }) => Tags),
  );
}
