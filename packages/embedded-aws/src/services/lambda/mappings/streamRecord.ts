import type { Segment } from "./streamDecision";

/** A record as `GetRecords` gives it. */
export interface StreamRecord {
  readonly eventID: string;
  readonly eventName: string;
  readonly dynamodb: {
    readonly SequenceNumber: string;
    /** Seconds since the epoch. */
    readonly ApproximateCreationDateTime: number;
  };
}

export const sequenceNumberOf = (record: StreamRecord): string => record.dynamodb.SequenceNumber;

export const createdAtMs = (record: StreamRecord): number =>
  record.dynamodb.ApproximateCreationDateTime * 1000;

export type DiscardReason = "RetryAttemptsExhausted" | "RecordAgeExceeded";

/** What an on-failure destination needs to know beside the records. */
export interface DiscardContext {
  readonly requestId: string;
  readonly functionArn: string;
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
      functionArn: `${context.functionArn}:$LATEST`,
      condition: context.reason,
      approximateInvokeCount: failures,
    },
    ...(context.functionError !== undefined && {
      responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: context.functionError },
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
