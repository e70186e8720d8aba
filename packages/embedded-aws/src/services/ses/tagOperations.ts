import { AwsError } from "../../core/errors";
import type { CloudContext } from "../../core/service";
import { operationsOf } from "../../wire/operation";
import type { Identities, Identity } from "./identities";

/** From the SES quotas. */
const MOST_TAGS = 50;

/** Tags of identities, by their ARNs. */
export function tagOperations(context: CloudContext, identities: Identities) {
  const operation = operationsOf("ses", context);
  const on =
    (action: string) =>
    ({ ResourceArn }: { readonly ResourceArn: string }) => [
      { action: `ses:${action}`, resource: ResourceArn },
    ];
  const taggedBy = (arn: string): Identity => {
    const identity = identities.byArn(arn);
    if (identity !== undefined) return identity;
    throw new AwsError("NotFoundException", `The resource ${arn} does not exist.`, 404);
  };
  return {
    ...operation(
      "TagResource",
      { supports: ["ResourceArn", "Tags"] },
      on("TagResource"),
      ({ ResourceArn, Tags }) => {
        const identity = taggedBy(ResourceArn);
        const tags = new Map([...identity.tags, ...Tags].map(({ Key, Value }) => [Key, Value]));
        if (tags.size > MOST_TAGS) {
          throw new AwsError("BadRequestException", `${ResourceArn}: expected at most ${MOST_TAGS} tags`);
        }
        identity.tags = [...tags].map(([Key, Value]) => ({ Key, Value }));
        return {};
      },
    ),
    ...operation(
      "UntagResource",
      { supports: ["ResourceArn", "TagKeys"] },
      on("UntagResource"),
      ({ ResourceArn, TagKeys }) => {
        const identity = taggedBy(ResourceArn);
        identity.tags = identity.tags.filter(({ Key }) => !TagKeys.includes(Key));
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
