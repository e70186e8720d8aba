import { AwsError } from "../../core/errors";
import type { Queue } from "./queues";

/** Names one delivery of one message; opaque to clients. */
export function receiptHandle(queue: Queue, messageId: string, deliveryNumber: number): string {
  return Buffer.from(`${queue.arn} ${messageId} ${deliveryNumber}`).toString("base64");
}

/**
 * The message and the delivery that a handle names. As in AWS's standard queues, a handle of an earlier delivery still names its
 * message; one that SQS did not give out, or that another queue did, is refused.
 */
export function deliveryOf(
  queue: Queue,
  handle: string,
): { readonly messageId: string; readonly deliveryNumber: number } {
  const [arn, messageId, deliveryNumber, ...rest] = Buffer.from(handle, "base64").toString().split(" ");
  const wellFormed = messageId !== undefined && /^\d+$/.test(deliveryNumber ?? "") && rest.length === 0;
  if (wellFormed && arn === queue.arn) return { messageId, deliveryNumber: Number(deliveryNumber) };
  throw new AwsError(
    "ReceiptHandleIsInvalid",
    `The input receipt handle "${handle}" is not a valid receipt handle of the queue ${queue.name}.`,
  );
}
