import { AwsError } from "../../core/errors";
import type { CloudContext } from "../../core/service";
import { checkTagTotal } from "../../wire/givenTags";
import { operationsOf } from "../../wire/operation";
import type { Parameters } from "./parameters";

const rules = { ResourceType: { supported: ["Parameter"] } } as const;
const byResource = ["ResourceType", "ResourceId"] as const;

/** Tags of parameters. */
export function tagOperations(context: CloudContext, parameters: Parameters) {
  const operation = operationsOf("ssm", context);
  const on = (action: string) => (input: { readonly ResourceId: string }) => [
    { action: `ssm:${action}`, resource: parameters.arnOf(input.ResourceId) },
  ];
  const tagsOf = (name: string) => {
    const parameter = parameters.find(name);
    if (parameter !== undefined) return parameter.tags;
    throw new AwsError(
      "InvalidResourceId",
      `The resource ID "${name}" is not valid. Verify the ID and try again.`,
    );
  };

  return {
    ...operation(
      "AddTagsToResource",
      { supports: [...byResource, "Tags"], rules },
      on("AddTagsToResource"),
      ({ ResourceId, Tags }) => {
        const tags = tagsOf(ResourceId);
        checkTagTotal(
          "ssm",
          tags.keys(),
          Tags.map(({ Key }) => Key),
        );
        for (const { Key, Value } of Tags) tags.set(Key, Value);
        return {};
      },
    ),

    ...operation(
      "RemoveTagsFromResource",
      { supports: [...byResource, "TagKeys"], rules },
      on("RemoveTagsFromResource"),
      ({ ResourceId, TagKeys }) => {
        const tags = tagsOf(ResourceId);
        for (const key of TagKeys) tags.delete(key);
        return {};
      },
    ),

    ...operation(
      "ListTagsForResource",
      { supports: byResource, rules },
      on("ListTagsForResource"),
      ({ ResourceId }) => ({
        TagList: [...tagsOf(ResourceId)].map(([Key, Value]) => ({ Key, Value })),
      }),
    ),
  };
}
