import type { MessageAttributeValue } from "@aws-sdk/client-sqs";
import type { DynamoDBRecord, SQSRecord } from "aws-lambda";
import type { Failure } from "../shared/failure";

/** Why a message can never become an order. */
export interface Refusal {
  readonly code: "invalidOrder" | "conflictingOrder";
  /** For a person; holds nothing of the order's content. */
  readonly reason: string;
}

export interface DeadLetter {
  readonly MessageBody: string;
  readonly MessageAttributes: Record<string, MessageAttributeValue>;
}

/** SQS takes this many attributes a message. */
const MOST_ATTRIBUTES = 10;
/** Enough for a person to see what is wrong; fifty bad items would fill pages. */
export const LONGEST_REASON = 1_000;

/** A message for the dead-letter queue: the body as it came, its attributes as far as they fit, and the reason. */
export function deadLetterOf(record: SQSRecord, refusal: Refusal): DeadLetter {
  const ours = {
    refusalCode: text(refusal.code),
    refusalReason: text(refusal.reason.slice(0, LONGEST_REASON)),
  };
  const theirs = Object.entries(record.messageAttributes)
    .filter(([name]) => !Object.hasOwn(ours, name))
    .slice(0, MOST_ATTRIBUTES - Object.keys(ours).length)
    .map(([name, { dataType, stringValue, binaryValue }]): [string, MessageAttributeValue] => [
      name,
      // Lambda hands binary values over as base64.
      binaryValue === undefined
        ? { DataType: dataType, StringValue: stringValue }
        : { DataType: dataType, BinaryValue: Buffer.from(binaryValue, "base64") },
    ]);
  return { MessageBody: record.body, MessageAttributes: { ...Object.fromEntries(theirs), ...ours } };
}

/** A message for the queue of failed confirmations: the stream's record, and what the mail service said. */
export function confirmationFailure(record: DynamoDBRecord, reason: Failure): DeadLetter {
  return {
    MessageBody: JSON.stringify(record),
    MessageAttributes: {
      failureCode: text(reason.name),
      failureReason: text((reason.message || reason.name).slice(0, LONGEST_REASON)),
    },
  };
}

function text(value: string): MessageAttributeValue {
  return { DataType: "String", StringValue: value };
}
