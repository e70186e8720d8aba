import type { Access } from "../../core/service";
import type { Queue } from "./queues";

/** The permissions to do `actions` ("SendMessage") to a queue, under its own policy and tags. */
export function queueAccess(queue: Queue, ...actions: readonly string[]): readonly Access[] {
  const { policy } = queue.settings;
  return actions.map((action) => ({
    action: `sqs:${action}`,
    resource: queue.arn,
    ...(queue.tags.size === 0
      ? {}
      : { context: tagContext("aws:ResourceTag", Object.fromEntries(queue.tags)) }),
    ...(policy === undefined ? {} : { resourcePolicy: policy }),
  }));
}

/** Tags as the condition keys of IAM: "aws:RequestTag/Fleet". */
export function tagContext(
  key: "aws:ResourceTag" | "aws:RequestTag",
  tags: Readonly<Record<string, string>>,
): Record<string, string | readonly string[]> {
  const context: Record<string, string | readonly string[]> = {};
  for (const [name, value] of Object.entries(tags)) context[`${key}/${name}`] = value;
  if (key === "aws:RequestTag") context["aws:TagKeys"] = Object.keys(tags);
  return context;
}
