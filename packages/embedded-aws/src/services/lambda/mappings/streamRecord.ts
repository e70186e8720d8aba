import { withBase64 } from "../../../core/base64";
import type { Answer } from "../../../wire/operation";
import type { Segment } from "./streamDecision";

/** A record as the function's event shows it: what `GetRecords` gives, with seconds for times and base64 for bytes. */
export interface StreamRecord {
  readonly eventID: string;
  readonly eventName: string;
  readonly dynamodb: {
    readonly Keys?: Readonly<Record<string, unknown>>;
    readonly SequenceNumber: string;
    /** Seconds since the epoch. */
    readonly ApproximateCreationDateTime: number;
  };
}

type GivenRecord = NonNullable<Answer<"dynamodb", "GetRecords">["Records"]>[number];

export function streamRecord({ dynamodb = {}, userIdentity, ...record }: GivenRecord): StreamRecord {
  const { ApproximateCreationDateTime, ...rest } = dynamodb;
  return withBase64({
    ...record,
    // Lambda's events have these two in another case than the API.
    ...(userIdentity && {
      userIdentity: { type: userIdentity.Type, principalId: userIdentity.PrincipalId },
    }),
    dynamodb: { ApproximateCreationDateTime: Number(ApproximateCreationDateTime) / 1000, ...rest },
  }) as StreamRecord;
}

export const sequenceNumberOf = (record: StreamRecord): string => record.dynamodb.SequenceNumber;

export const createdAtMs = (record: StreamRecord): number =>
  record.dynamodb.ApproximateCreationDateTime * 1000;

export type DiscardReason = "RetryAttemptsExhausted" | "RecordAgeExceeded";

/** What an on-failure destination needs to know beside the records. */
export interface DiscardContext {
  readonly requestId: string;
  /** With its qualifier. */
  readonly functionArn: string;
  readonly executedVersion: string;
  readonly reason: DiscardReason;
  readonly streamArn: string;
  readonly shardId: string;
  readonly nowMs: number;
  /** Of the last invocation; nothing when there was none. */
  readonly functionError?: string;
}

/** The invocation record of a discarded batch: it names the records, and does not carry them. */
export function discardRecord(
  { records, failures }: Segment<StreamRecord>,
  context: DiscardContext,
): Record<string, unknown> {
  const [first, last] = [records[0], records.at(-1)];
  if (first === undefined || last === undefined)
    throw new RangeError("records: got none; expected at least one");
  const iso = (ms: number) => new Date(ms).toISOString();
  return {
    requestContext: {
      requestId: context.requestId,
      functionArn: context.functionArn,
      condition: context.reason,
      approximateInvokeCount: failures,
    },
    ...(context.functionError !== undefined && {
      responseContext: {
        statusCode: 200,
        executedVersion: context.executedVersion,
        functionError: context.functionError,
      },
    }),
    version: "1.0",
    timestamp: iso(context.nowMs),
    DDBStreamBatchInfo: {
      shardId: context.shardId,
      startSequenceNumber: sequenceNumberOf(first),
      endSequenceNumber: sequenceNumberOf(last),
      approximateArrivalOfFirstRecord: iso(createdAtMs(first)),
      approximateArrivalOfLastRecord: iso(createdAtMs(last)),
      batchSize: records.length,
      streamArn: context.streamArn,
    },
  };
}
