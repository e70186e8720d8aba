import type { SQSRecord } from "aws-lambda";

/** What is looked at of a message; people invoke functions by hand with less than SQS sends. */
type Grouped = Partial<Pick<SQSRecord, "attributes" | "eventSourceARN">>;

/**
 * The message group that a FIFO queue keeps in order. A standard queue keeps none, though its messages may name a group,
 * by which it shares itself out fairly.
 */
export function fifoGroupOf({ attributes, eventSourceARN = "" }: Grouped): string | undefined {
  return eventSourceARN.endsWith(".fifo") ? attributes?.MessageGroupId : undefined;
}
