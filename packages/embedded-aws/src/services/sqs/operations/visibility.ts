import { AwsError } from "../../../core/errors";
import { queueAccess } from "../access";
import { numericAttributes } from "../attributes";
import { checkBatch, runBatch } from "../batch";
import { checkRange, invalidParameter, missingParameter } from "../errors";
import type { Queue } from "../queues";
import { deliveryOf } from "../receiptHandle";
import type { Sqs } from "./parts";

export function visibilityOperations({ context, queues, operation }: Sqs) {
  const changeMessageVisibility = operation(
    "ChangeMessageVisibility",
    { supports: ["QueueUrl", "ReceiptHandle", "VisibilityTimeout"] },
    ({ QueueUrl }) => queueAccess(queues.byUrl(QueueUrl), "ChangeMessageVisibility"),
    ({ QueueUrl, ReceiptHandle, VisibilityTimeout }) =>
      change(queues.byUrl(QueueUrl), ReceiptHandle, VisibilityTimeout),
  );

  const changeMessageVisibilityBatch = operation(
    "ChangeMessageVisibilityBatch",
    { supports: ["QueueUrl", "Entries"] },
    ({ QueueUrl }) => queueAccess(queues.byUrl(QueueUrl), "ChangeMessageVisibility"),
    ({ QueueUrl, Entries }) => {
      const queue = queues.byUrl(QueueUrl);
      return runBatch(checkBatch(Entries), (entry) =>
        change(queue, entry.ReceiptHandle, entry.VisibilityTimeout),
      );
    },
  );

  function change(queue: Queue, handle: string, seconds: number | undefined): object {
    if (seconds === undefined) throw missingParameter("VisibilityTimeout");
    const { min, max } = numericAttributes.VisibilityTimeout;
    checkRange("VisibilityTimeout", seconds, min, max);
    const { messageId } = deliveryOf(queue, handle);
    const outcome = queue.messages.changeVisibility(context.clock.now(), messageId, seconds * 1000);
    switch (outcome) {
      case "changed":
        // Receivers that wait may have it sooner than they knew.
        queue.arrivals.announce();
        return {};
      case "no-such-message":
        throw invalidParameter(
          `Value ${handle} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.`,
        );
      case "not-in-flight":
        throw new AwsError(
          "MessageNotInflight",
          `The message ${messageId} is not in flight: its visibility timeout is over.`,
        );
      case "beyond-limit":
        throw invalidParameter(
          `Value ${seconds} for parameter VisibilityTimeout is invalid. Reason: Total VisibilityTimeout for the message is beyond the limit [${max} seconds].`,
        );
    }
  }

  return {
    ...changeMessageVisibility,
    ...changeMessageVisibilityBatch,
  };
}
