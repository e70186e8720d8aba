import { AwsError } from "../../../core/errors";
import { queueAccess, tagContext } from "../access";
import {
  checkAttributes,
  checkTogether,
  differingAttribute,
  mergeAttributes,
  normalAttributes,
} from "../attributes";
import { checkRange, queueDoesNotExist } from "../errors";
import { checkQueueName, type Queue } from "../queues";
import { checkRedriveTarget } from "./attributes";
import type { Sqs } from "./parts";

/** SQS API reference, PurgeQueue: once in 60 seconds. */
const purgeIntervalMs = 60_000;

const maxPageSize = 1000;

/** The life of queues: made, found, listed, emptied, deleted. */
export function queueOperations({ context, queues, operation }: Sqs) {
  const byUrl = { supports: ["QueueUrl"] } as const;

  const createQueue = operation(
    "CreateQueue",
    { supports: ["QueueName", "Attributes", "tags"] },
    ({ QueueName, tags }) => {
      const resource = queues.arnOf(QueueName);
      if (tags === undefined || Object.keys(tags).length === 0)
        return [{ action: "sqs:CreateQueue", resource }];
      const withTags = { resource, context: tagContext("aws:RequestTag", tags) };
      return [
        { action: "sqs:CreateQueue", ...withTags },
        { action: "sqs:TagQueue", ...withTags },
      ];
    },
    ({ QueueName, Attributes: given = {}, tags = {} }) => {
      const Attributes = normalAttributes(given);
      const kind = Attributes.FifoQueue === "true" ? "fifo" : "standard";
      checkQueueName(QueueName, kind);
      checkAttributes(Attributes, context.policies, kind);
      const existing = queues.byName(QueueName);
      if (existing !== undefined) {
        const differing = differingAttribute(existing.attributes, Attributes);
        if (differing === undefined) return { QueueUrl: queues.urlOf(existing) };
        throw new AwsError(
          "QueueNameExists",
          `A queue already exists with the same name and a different value for attribute ${differing}: ${QueueName}.`,
        );
      }
      checkRedriveTarget(queues, queues.arnOf(QueueName), Attributes);
      const attributes = mergeAttributes({}, Attributes);
      checkTogether(attributes);
      return { QueueUrl: queues.urlOf(queues.create(QueueName, attributes, tags)) };
    },
  );

  const getQueueUrl = operation(
    "GetQueueUrl",
    { supports: ["QueueName", "QueueOwnerAWSAccountId"] },
    (input) => queueAccess(named(input), "GetQueueUrl"),
    (input) => ({ QueueUrl: queues.urlOf(named(input)) }),
  );

  function named(input: { QueueName: string; QueueOwnerAWSAccountId?: string | undefined }): Queue {
    const owner = input.QueueOwnerAWSAccountId ?? context.accountId;
    const queue = owner === context.accountId ? queues.byName(input.QueueName) : undefined;
    if (queue === undefined)
      throw queueDoesNotExist(`got the name "${input.QueueName}" in the account ${owner}`);
    return queue;
  }

  const listQueues = operation(
    "ListQueues",
    { supports: ["QueueNamePrefix", "MaxResults", "NextToken"] },
    () => [{ action: "sqs:ListQueues", resource: "*" }],
    ({ QueueNamePrefix = "", ...page }) => {
      const found = queues.all().filter((queue) => queue.name.startsWith(QueueNamePrefix));
      const { urls, NextToken } = pageOf(found, page);
      return { ...(urls.length === 0 ? {} : { QueueUrls: urls }), NextToken };
    },
  );

  const listDeadLetterSourceQueues = operation(
    "ListDeadLetterSourceQueues",
    { supports: ["QueueUrl", "MaxResults", "NextToken"] },
    ({ QueueUrl }) => queueAccess(queues.byUrl(QueueUrl), "ListDeadLetterSourceQueues"),
    ({ QueueUrl, ...page }) => {
      const { urls, NextToken } = pageOf(queues.sourcesOf(queues.byUrl(QueueUrl)), page);
      return { queueUrls: urls, NextToken };
    },
  );

  /** Pages run in the order of names; a page's token is the last name on it. */
  function pageOf(
    found: readonly Queue[],
    { MaxResults, NextToken = "" }: { MaxResults?: number | undefined; NextToken?: string | undefined },
  ) {
    if (MaxResults !== undefined) checkRange("MaxResults", MaxResults, 1, maxPageSize);
    const after = Buffer.from(NextToken, "base64").toString();
    const rest = found.filter(({ name }) => name > after).sort((a, b) => (a.name < b.name ? -1 : 1));
    const page = rest.slice(0, MaxResults ?? maxPageSize);
    const last = page.at(-1);
    const more = MaxResults !== undefined && last !== undefined && rest.length > page.length;
    return {
      urls: page.map((queue) => queues.urlOf(queue)),
      NextToken: more ? Buffer.from(last.name).toString("base64") : undefined,
    };
  }

  const deleteQueue = operation(
    "DeleteQueue",
    byUrl,
    ({ QueueUrl }) => queueAccess(queues.byUrl(QueueUrl), "DeleteQueue"),
    ({ QueueUrl }) => {
      queues.delete(queues.byUrl(QueueUrl));
      return {};
    },
  );

  const purgeQueue = operation(
    "PurgeQueue",
    byUrl,
    ({ QueueUrl }) => queueAccess(queues.byUrl(QueueUrl), "PurgeQueue"),
    ({ QueueUrl }) => {
      const queue = queues.byUrl(QueueUrl);
      const now = context.clock.now();
      if (queue.purgedAt !== undefined && now < queue.purgedAt + purgeIntervalMs) {
        throw new AwsError(
          "PurgeQueueInProgress",
          `Only one PurgeQueue operation on ${queue.name} is allowed every 60 seconds.`,
          403,
        );
      }
      queue.purgedAt = now;
      queue.messages.purge();
      return {};
    },
  );

  return {
    ...createQueue,
    ...getQueueUrl,
    ...listQueues,
    ...listDeadLetterSourceQueues,
    ...deleteQueue,
    ...purgeQueue,
  };
}
