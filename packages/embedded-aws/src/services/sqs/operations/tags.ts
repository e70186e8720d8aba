import { queueAccess, tagContext } from "../access";
import { checkTagTotal } from "../../../wire/givenTags";
import type { Sqs } from "./parts";

export function tagOperations({ queues, operation }: Sqs) {
  const tagQueue = operation(
    "TagQueue",
    { supports: ["QueueUrl", "Tags"] },
    ({ QueueUrl, Tags }) =>
      queueAccess(queues.byUrl(QueueUrl), "TagQueue").map((access) => ({
        ...access,
        context: { ...access.context, ...tagContext("aws:RequestTag", Tags) },
      })),
    ({ QueueUrl, Tags }) => {
      const { tags } = queues.byUrl(QueueUrl);
      checkTagTotal("sqs", tags.keys(), Object.keys(Tags));
      for (const [key, value] of Object.entries(Tags)) tags.set(key, value);
      return {};
    },
  );

  const untagQueue = operation(
    "UntagQueue",
    { supports: ["QueueUrl", "TagKeys"] },
    ({ QueueUrl, TagKeys }) =>
      queueAccess(queues.byUrl(QueueUrl), "UntagQueue").map((access) => ({
        ...access,
        context: { ...access.context, "aws:TagKeys": TagKeys },
      })),
    ({ QueueUrl, TagKeys }) => {
      const { tags } = queues.byUrl(QueueUrl);
      for (const key of TagKeys) tags.delete(key);
      return {};
    },
  );

  const listQueueTags = operation(
    "ListQueueTags",
    { supports: ["QueueUrl"] },
    ({ QueueUrl }) => queueAccess(queues.byUrl(QueueUrl), "ListQueueTags"),
    ({ QueueUrl }) => {
      const { tags } = queues.byUrl(QueueUrl);
      return tags.size === 0 ? {} : { Tags: Object.fromEntries(tags) };
    },
  );

  return { ...tagQueue, ...untagQueue, ...listQueueTags };
}
