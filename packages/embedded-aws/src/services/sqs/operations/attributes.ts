import { queueAccess } from "../access";
import {
  checkAttributes,
  checkTogether,
  describeAttributes,
  mergeAttributes,
  normalAttributes,
} from "../attributes";
import { invalidParameter, unknownAttribute } from "../errors";
import type { Queue, Queues } from "../queues";
import { allowsRedrive, parseRedrivePolicy } from "../redrive";
import type { Sqs } from "./parts";

/** Attributes that exist but that this queue has not set, or that only FIFO queues have: asked for, they are left out. */
const optionalNames = [
  "Policy",
  "RedrivePolicy",
  "RedriveAllowPolicy",
  "KmsMasterKeyId",
  "KmsDataKeyReusePeriodSeconds",
  "FifoQueue",
  "ContentBasedDeduplication",
  "DeduplicationScope",
  "FifoThroughputLimit",
];

export function attributeOperations({ context, queues, operation }: Sqs) {
  const lag = context.chance("queueDepthLagMs");
  const getQueueAttributes = operation(
    "GetQueueAttributes",
    { supports: ["QueueUrl", "AttributeNames"] },
    ({ QueueUrl }) => queueAccess(queues.byUrl(QueueUrl), "GetQueueAttributes"),
    ({ QueueUrl, AttributeNames = [] }) => {
      const lateMs = lag.next() * context.conditions.queueDepthLagMs;
      const all = allAttributes(queues.byUrl(QueueUrl), context.clock.now(), lateMs);
      const wanted: Record<string, string> = {};
      for (const name of AttributeNames) {
        const value = Object.hasOwn(all, name) ? all[name] : undefined;
        if (name === "All") Object.assign(wanted, all);
        else if (value !== undefined) wanted[name] = value;
        else if (!optionalNames.includes(name)) throw unknownAttribute(name);
      }
      return Object.keys(wanted).length === 0 ? {} : { Attributes: wanted };
    },
  );

  const setQueueAttributes = operation(
    "SetQueueAttributes",
    { supports: ["QueueUrl", "Attributes"] },
    ({ QueueUrl }) => queueAccess(queues.byUrl(QueueUrl), "SetQueueAttributes"),
    ({ QueueUrl, Attributes: given }) => {
      const queue = queues.byUrl(QueueUrl);
      const Attributes = normalAttributes(given);
      checkAttributes(Attributes, context.policies, queue.settings.fifo ? "fifo" : "standard");
      checkRedriveTarget(queues, queue.arn, Attributes);
      const merged = mergeAttributes(queue.attributes, Attributes);
      checkTogether(merged);
      queues.setAttributes(queue, merged);
      return {};
    },
  );

  return { ...getQueueAttributes, ...setQueueAttributes };
}

/** Refuses a redrive policy whose dead-letter queue is not there, or does not take the source's messages. */
export function checkRedriveTarget(
  queues: Queues,
  sourceArn: string,
  attributes: Readonly<Record<string, string>>,
): void {
  const text = attributes.RedrivePolicy ?? "";
  if (text === "") return;
  const { deadLetterTargetArn } = parseRedrivePolicy(text);
  const refuse = (reason: string) =>
    invalidParameter(`Value ${text} for parameter RedrivePolicy is invalid. Reason: ${reason}`);
  if (deadLetterTargetArn === sourceArn) {
    throw refuse("A queue cannot be its own dead-letter queue; name another queue's ARN.");
  }
  const target = queues.byArn(deadLetterTargetArn);
  if (target === undefined) {
    throw refuse(`Dead letter target does not exist: ${deadLetterTargetArn}. Create that queue first.`);
  }
  if (target.settings.fifo !== sourceArn.endsWith(".fifo")) {
    throw refuse("Dead-letter queue must be same type of queue as the source.");
  }
  if (!allowsRedrive(target.settings.redriveAllowPolicy, sourceArn)) {
    throw refuse(
      `The RedriveAllowPolicy of ${deadLetterTargetArn} does not let ${sourceArn} use it; add it there.`,
    );
  }
}

function allAttributes(queue: Queue, now: number, lateMs: number): Readonly<Record<string, string>> {
  const { available, inFlight, delayed } = queue.messages.pastCounts(now, lateMs);
  return {
    ...describeAttributes(queue.attributes),
    QueueArn: queue.arn,
    ApproximateNumberOfMessages: String(available),
    ApproximateNumberOfMessagesNotVisible: String(inFlight),
    ApproximateNumberOfMessagesDelayed: String(delayed),
    CreatedTimestamp: String(Math.floor(queue.createdAt / 1000)),
    LastModifiedTimestamp: String(Math.floor(queue.modifiedAt / 1000)),
  };
}
