import { queueAccess, tagContext } from "../access";
import { invalidParameter } from "../errors";
import type { Sqs } from "./parts";

/** SQS developer guide, queue quotas. */
const maxTags = 50;

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
      checkTags({ ...Object.fromEntries(tags), ...Tags });
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

/** At most 50 tags; keys of 1 to 128 characters without AWS's own prefix "aws:", values of up to 256. */
export function checkTags(tags: Readonly<Record<string, string>>): void {
  const count = Object.keys(tags).length;
  if (count > maxTags) throw invalidParameter(`Too many tags: a queue has at most ${maxTags}, got ${count}.`);
  for (const [key, value] of Object.entries(tags)) {
    if (key === "" || key.length > 128 || key.startsWith("aws:")) {
      throw invalidParameter(
        `Tag key "${key}" is invalid: expected 1 to 128 characters that do not begin with "aws:".`,
      );
    }
    if (value.length > 256) {
      throw invalidParameter(
        `The value of tag "${key}" is invalid: got ${value.length} characters, expected at most 256.`,
      );
    }
  }
}
