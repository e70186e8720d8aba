import { AwsError } from "../../core/errors";
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
    if (mapping !== undefined) return mapping;
    throw new AwsError("ResourceNotFoundException", `The resource you requested does not exist: ${arn}`);
  };
  return {
    ...operation(
      "TagResource",
      { supports: ["Resource", "Tags"] },
      on("TagResource"),
      ({ Resource, Tags }) => {
        const tagged = taggedBy(Resource);
        checkTags(Tags);
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

/** @throws AwsError for a key or a value that is too short or too long. */
export function checkTags(tags: Readonly<Record<string, string>>): void {
  for (const [key, value] of Object.entries(tags)) {
    if (key.length >= 1 && key.length <= 128 && value.length <= 256) continue;
    throw new AwsError(
      "InvalidParameterValueException",
      `Tags: got the key ${JSON.stringify(key)} with a value of ${value.length} characters; ` +
        "expected keys of 1 to 128 characters and values of at most 256",
    );
  }
}
