import { AwsError } from "../../core/errors";
import { isOwnArn } from "../../core/ownArn";
import { checkTagTotal } from "../../wire/givenTags";
import { operationsOf } from "../../wire/operation";
import type { FunctionParts } from "./functionOperations";
import type { Mappings } from "./mappings/mappings";

type Tags = Readonly<Record<string, string>>;

/** Tags of functions and of event source mappings, by their ARNs. */
export function tagOperations({ context, store }: FunctionParts, mappings: Mappings) {
  const operation = operationsOf("lambda", context);
  const on =
    (action: string) =>
    ({ Resource }: { readonly Resource: string }) => [{ action: `lambda:${action}`, resource: Resource }];
  const taggedBy = (arn: string): { tags: Tags } => {
    const uuid = /:event-source-mapping:([^:]+)$/.exec(arn)?.[1];
    if (uuid === undefined) return store.get(arn);
    const mapping = mappings.find(uuid);
    if (mapping !== undefined && isOwnArn(context, arn)) return mapping;
    throw new AwsError("ResourceNotFoundException", `The resource you requested does not exist: ${arn}`);
  };
  return {
    ...operation(
      "TagResource",
      { supports: ["Resource", "Tags"] },
      on("TagResource"),
      ({ Resource, Tags }) => {
        const tagged = taggedBy(Resource);
        checkTagTotal("lambda", Object.keys(tagged.tags), Object.keys(Tags));
        tagged.tags = { ...tagged.tags, ...Tags };
        return {};
      },
    ),
    ...operation(
      "UntagResource",
      { supports: ["Resource", "TagKeys"] },
      on("UntagResource"),
      ({ Resource, TagKeys }) => {
        const tagged = taggedBy(Resource);
        tagged.tags = Object.fromEntries(
          Object.entries(tagged.tags).filter(([key]) => !TagKeys.includes(key)),
        );
        return {};
      },
    ),
    ...operation("ListTags", { supports: ["Resource"] }, on("ListTags"), ({ Resource }) => ({
      Tags: taggedBy(Resource).tags,
    })),
  };
}
