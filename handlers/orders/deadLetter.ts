import type { MessageAttributeValue } from "@aws-sdk/client-sqs";
import type { DynamoDBRecord, SQSRecord } from "aws-lambda";
import type { Failure } from "../shared/failure";
import { fifoGroupOf } from "./messageGroup";
import { plainLine } from "./plainText";

/** Why a message can never become an order. */
export interface Refusal {
  readonly code: "invalidOrder" | "conflictingOrder";
  /** For a person; holds nothing of the order's content. */
  readonly reason: string;
}

export interface DeadLetter {
  readonly MessageBody: string;
  readonly MessageAttributes: Record<string, MessageAttributeValue>;
  /** Of a FIFO queue alone. */
  readonly MessageGroupId?: string;
  readonly MessageDeduplicationId?: string;
}

/** SQS takes this many attributes a message. */
const MOST_ATTRIBUTES = 10;
/** Enough for a person to see what is wrong; fifty bad items would fill pages. */
export const LONGEST_REASON = 1_000;

/**
 * A message for the dead-letter queue: the body as it came, its attributes as far as they fit, and the reason; its group,
 * where it has one. Two that say the same are two: the queue knows them by their ids.
 */
export function deadLetterOf(record: SQSRecord, refusal: Refusal): DeadLetter {
  const ours = {
    refusalCode: text(refusal.code),
    refusalReason: text(refusal.reason),
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
  const MessageGroupId = fifoGroupOf(record);
  return {
    MessageBody: record.body,
    MessageAttributes: { ...Object.fromEntries(theirs), ...ours },
    ...(MessageGroupId === undefined ? {} : { MessageGroupId, MessageDeduplicationId: record.messageId }),
  };
}

/** A message for the queue of failed confirmations: the stream's record, and what the mail service said. */
export function confirmationFailure(record: DynamoDBRecord, reason: Failure): DeadLetter {
  return {
    MessageBody: JSON.stringify(record).replace(UNSENDABLE, escapeOf),
    MessageAttributes: {
      failureCode: text(reason.name),
      failureReason: text(reason.message || reason.name),
    },
  };
}

/**
 * SQS refuses a message for a character that XML does not know. These two are characters of their own, which a customer's
 * name may hold, and JSON does not escape them by itself; what else XML does not know, it does.
 */
const UNSENDABLE = /[\ufffe\uffff]/g;

function escapeOf(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16)}`;
}

/** As SQS takes it, with nothing in it that breaks a line, be it half of a pair that was cut in two. */
function text(value: string): MessageAttributeValue {
  const line = plainLine(value.slice(0, LONGEST_REASON)).replace(UNSENDABLE, "\ufffd");
  return { DataType: "String", StringValue: line };
}
