import { AwsError } from "../../core/errors";
import type { CloudContext } from "../../core/service";
import type { TagStore } from "../../core/tagStore";
import { checkTagTotal } from "../../wire/givenTags";
import { operationsOf } from "../../wire/operation";
import type { Buses } from "./buses";
import { memberRules } from "./memberRules";

/** Tags of rules and buses. */
export function tagOperations(context: CloudContext, buses: Buses, tags: TagStore) {
  const operation = operationsOf("events", context);
  const on = (action: string) => (input: { readonly ResourceARN: string }) => [
    { action: `events:${action}`, resource: input.ResourceARN },
  ];
  const existing = (arn: string): string => {
    const [, kind = "", path = ""] = /^arn:aws:events:[^:]*:[^:]*:(event-bus|rule)\/(.+)$/.exec(arn) ?? [];
    const slash = path.lastIndexOf("/");
    // Throws where the rule or the bus is not there.
    const found =
      kind === "rule"
        ? buses.get(slash < 0 ? undefined : path.slice(0, slash)).rules.get(path.slice(slash + 1)).arn
        : buses.get(path).arn;
    if (found !== arn) throw new AwsError("ResourceNotFoundException", `There is no ${arn}.`);
    return arn;
  };
  return {
    ...operation(
      "TagResource",
      { supports: ["ResourceARN", "Tags"], rules: memberRules },
      on("TagResource"),
      (input) => {
        const arn = existing(input.ResourceARN);
        checkTagTotal(
          "events",
          tags.keys(arn),
          input.Tags.map(({ Key }) => Key),
        );
        tags.add(arn, input.Tags);
        return {};
      },
    ),

    ...operation(
      "UntagResource",
      { supports: ["ResourceARN", "TagKeys"], rules: memberRules },
      on("UntagResource"),
      (input) => {
        tags.remove(existing(input.ResourceARN), input.TagKeys);
        return {};
      },
    ),

    ...operation(
      "ListTagsForResource",
      { supports: ["ResourceARN"], rules: memberRules },
      on("ListTagsForResource"),
      (input) => ({ Tags: tags.list(existing(input.ResourceARN)) }),
    ),
  };
}
