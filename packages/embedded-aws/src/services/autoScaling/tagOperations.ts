import { AwsError } from "../../core/errors";
import { pageOf } from "../../core/paging";
import type { CloudContext } from "../../core/service";
import { operationsOf } from "../../wire/operation";
import { invalid } from "./errors";
import type { Group } from "./group";
import type { Groups } from "./groups";
import { PAGE, pageRules, tagMembers, tagRules } from "./inputs";
import { describedTags, matches } from "./tags";

/** Amazon EC2 Auto Scaling user guide, "Tag Auto Scaling groups and instances": restrictions. */
const MOST_TAGS = 50;

export function tagOperations(context: CloudContext, groups: Groups) {
  const operation = operationsOf("autoscaling", context);
  const onEach =
    (action: string) => (input: { readonly Tags: readonly { readonly ResourceId?: string }[] }) =>
      [...new Set(input.Tags.map(({ ResourceId = "" }) => ResourceId))].map((name) =>
        groups.access(action, name),
      );
  const groupOf = ({ ResourceId }: { readonly ResourceId?: string }): Group => {
    if (ResourceId === undefined) throw invalid("A tag must have a resource id");
    return groups.get(ResourceId);
  };

  return {
    ...operation(
      "CreateOrUpdateTags",
      { supports: tagMembers, rules: tagRules },
      onEach("CreateOrUpdateTags"),
      ({ Tags }) => {
        for (const tag of Tags) {
          const { tags } = groupOf(tag);
          if (!tags.has(tag.Key) && tags.size >= MOST_TAGS)
            throw new AwsError("LimitExceededFault", `A group may have at most ${MOST_TAGS} tags`);
          tags.set(tag.Key, { value: tag.Value ?? "", propagate: tag.PropagateAtLaunch ?? false });
        }
        return {};
      },
    ),

    ...operation(
      "DeleteTags",
      { supports: tagMembers, rules: { "Tags.ResourceType": tagRules["Tags.ResourceType"] } },
      onEach("DeleteTags"),
      ({ Tags }) => {
        for (const tag of Tags) {
          const { tags } = groupOf(tag);
          // With a value, only a tag of that value goes.
          if (tag.Value === undefined || tags.get(tag.Key)?.value === tag.Value) tags.delete(tag.Key);
        }
        return {};
      },
    ),

    ...operation(
      "DescribeTags",
      { supports: ["Filters.Name", "Filters.Values", "MaxRecords", "NextToken"], rules: pageRules },
      () => [{ action: "autoscaling:DescribeTags", resource: "*" }],
      ({ Filters = [], MaxRecords = PAGE, NextToken }) => {
        const wanted = groups
          .list()
          .flatMap(describedTags)
          .filter((tag) => matches(tag, Filters));
        const { items, next } = pageOf(wanted, NextToken, MaxRecords, "InvalidNextToken");
        return {
          Tags: items.map(({ group, key, value, propagate }) => ({
            ResourceId: group,
            ResourceType: "auto-scaling-group",
            Key: key,
            Value: value,
            PropagateAtLaunch: propagate,
          })),
          NextToken: next,
        };
      },
    ),
  };
}
