import type { CloudContext } from "../../core/service";
import { checkTagTotal } from "../../wire/givenTags";
import { operationsOf } from "../../wire/operation";
import { groupAccess, tagRules } from "./access";
import type { TargetGroups } from "./targetGroups";

export function tagOperations(context: CloudContext, groups: TargetGroups) {
  const operation = operationsOf("elasticloadbalancing", context);
  const onEach = (action: string) => (input: { readonly ResourceArns: readonly string[] }) =>
    input.ResourceArns.map((arn) => groupAccess(groups, action, arn));

  return {
    ...operation(
      "AddTags",
      { supports: ["ResourceArns", "Tags"], rules: tagRules },
      onEach("AddTags"),
      (input) => {
        const tagged = input.ResourceArns.map((arn) => groups.get(arn));
        const keys = input.Tags.map(({ Key }) => Key);
        for (const { tags } of tagged) checkTagTotal("elasticloadbalancing", tags.keys(), keys);
        for (const { tags } of tagged) for (const { Key, Value = "" } of input.Tags) tags.set(Key, Value);
        return {};
      },
    ),

    ...operation(
      "RemoveTags",
      { supports: ["ResourceArns", "TagKeys"] },
      onEach("RemoveTags"),
      ({ ResourceArns, TagKeys }) => {
        for (const { tags } of ResourceArns.map((arn) => groups.get(arn)))
          for (const key of TagKeys) tags.delete(key);
        return {};
      },
    ),

    ...operation(
      "DescribeTags",
      { supports: ["ResourceArns"], rules: { ResourceArns: { length: [1, 20] } } },
      () => [{ action: "elasticloadbalancing:DescribeTags", resource: "*" }],
      ({ ResourceArns }) => ({
        TagDescriptions: ResourceArns.map((ResourceArn) => ({
          ResourceArn,
          Tags: [...groups.get(ResourceArn).tags].map(([Key, Value]) => ({ Key, Value })),
        })),
      }),
    ),
  };
}
