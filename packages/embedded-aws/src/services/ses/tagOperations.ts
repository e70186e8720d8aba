import { AwsError } from "../../core/errors";
import type { CloudContext } from "../../core/service";
import { checkTagTotal } from "../../wire/givenTags";
import { operationsOf } from "../../wire/operation";
import type { ConfigurationSets } from "./configurationSets";
import type { Identities, Identity } from "./identities";

/** Tags of identities and configuration sets, by their ARNs. */
export function tagOperations(context: CloudContext, identities: Identities, sets: ConfigurationSets) {
  const operation = operationsOf("ses", context);
  const on =
    (action: string) =>
    ({ ResourceArn }: { readonly ResourceArn: string }) => [
      { action: `ses:${action}`, resource: ResourceArn },
    ];
  const taggedBy = (arn: string): Pick<Identity, "tags"> => {
    const tagged = identities.byArn(arn) ?? sets.byArn(arn);
    if (tagged !== undefined) return tagged;
    throw new AwsError("NotFoundException", `The resource ${arn} does not exist.`, 404);
  };
  return {
    ...operation(
      "TagResource",
      { supports: ["ResourceArn", "Tags"] },
      on("TagResource"),
      ({ ResourceArn, Tags }) => {
        const tagged = taggedBy(ResourceArn);
        const tags = new Map([...tagged.tags, ...Tags].map(({ Key, Value }) => [Key, Value]));
        checkTagTotal("ses", tags.keys(), []);
        tagged.tags = [...tags].map(([Key, Value]) => ({ Key, Value }));
        return {};
      },
    ),
    ...operation(
      "UntagResource",
      { supports: ["ResourceArn", "TagKeys"] },
      on("UntagResource"),
      ({ ResourceArn, TagKeys }) => {
        const tagged = taggedBy(ResourceArn);
        tagged.tags = tagged.tags.filter(({ Key }) => !TagKeys.includes(Key));
        return {};
      },
    ),
    ...operation(
      "ListTagsForResource",
      { supports: ["ResourceArn"] },
      on("ListTagsForResource"),
      ({ ResourceArn }) => ({ Tags: taggedBy(ResourceArn).tags }),
    ),
  };
}
