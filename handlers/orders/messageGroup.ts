import type { SQSRecord } from "aws-lambda";

/**
 * The message group that a FIFO queue keeps in order. A standard queue keeps none, though its messages may name a group,
 * by which it shares itself out fairly.
 */
export function fifoGroupOf({ attributes, eventSourceARN }: SQSRecord): string | undefined {
  return /\.fifo$/.test(eventSourceARN) ? attributes.MessageGroupId : undefined;
}
