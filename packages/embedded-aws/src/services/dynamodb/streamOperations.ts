import * as v from "valibot";
import { AwsError } from "../../core/errors";
import { parseJson } from "../../core/parseJson";
import { operationsOf } from "../../wire/operation";
import { checkKeysOf } from "./access";
import { asBytes } from "./bytes";
import type { Database } from "./database";
import type { Stream } from "./stream";
import { parseSequenceNumber, sequenceNumber, type StreamRecord } from "./streamRecord";

/** Records in one answer, and their bytes ("GetRecords", DynamoDB Streams API reference). */
const MAX_RECORDS = 1000;
const MAX_RECORD_BYTES = 1024 * 1024;
/** An iterator that is not used within 15 minutes expires. */
const ITERATOR_LIFETIME_MS = 15 * 60 * 1000;

/** Where to read on: the next position, and when the iterator was given out. */
const iteratorSchema = v.object({ shardId: v.string(), position: v.number(), issuedAt: v.number() });

type Iterator = v.InferOutput<typeof iteratorSchema>;

function writeIterator(stream: Stream, position: number, now: number): string {
  const iterator: Iterator = { shardId: stream.identity.shardId, position, issuedAt: now };
  return `${stream.identity.arn}|1|${Buffer.from(JSON.stringify(iterator)).toString("base64")}`;
}

function invalid(message: string): AwsError {
  return new AwsError("ValidationException", message);
}

function readIterator(text: string): Iterator & { readonly arn: string } {
  const [arn = "", , encoded = ""] = text.split("|");
  try {
    return { arn, ...v.parse(iteratorSchema, parseJson(Buffer.from(encoded, "base64").toString())) };
  } catch {
    throw invalid("Invalid ShardIterator");
  }
}

function requireStream(database: Database, arn: string): Stream {
  const stream = database.streams().find(({ identity }) => identity.arn === arn);
  if (stream === undefined)
    throw new AwsError("ResourceNotFoundException", `Requested resource not found: Stream: ${arn} not found`);
  return stream;
}

function listStreams(database: Database) {
  return operationsOf("dynamodb", database.context)(
    "ListStreams",
    { supports: ["TableName", "Limit", "ExclusiveStartStreamArn"], rules: { Limit: { range: [1, 100] } } },
    () => [{ action: "dynamodb:ListStreams", resource: "*" }],
    ({ TableName, Limit = 100, ExclusiveStartStreamArn }) => {
      const streams = database
        .streams()
        .filter(
          ({ identity }) => TableName === undefined || identity.tableName === database.nameOf(TableName),
        );
      const after = streams.findIndex(({ identity }) => identity.arn === ExclusiveStartStreamArn) + 1;
      const page = streams.slice(after, after + Limit);
      const last = after + Limit < streams.length ? page.at(-1) : undefined;
      return {
        Streams: page.map(({ identity }) => ({
          StreamArn: identity.arn,
          TableName: identity.tableName,
          StreamLabel: identity.label,
        })),
        ...(last !== undefined && { LastEvaluatedStreamArn: last.identity.arn }),
      };
    },
  );
}

function describeStream(database: Database) {
  return operationsOf("dynamodb", database.context)(
    "DescribeStream",
    { supports: ["StreamArn", "Limit", "ExclusiveStartShardId"], rules: { Limit: { range: [1, 100] } } },
    ({ StreamArn }) => [{ action: "dynamodb:DescribeStream", resource: StreamArn }],
    ({ StreamArn, ExclusiveStartShardId }) => {
      const { identity, closed, keySchema } = requireStream(database, StreamArn);
      const shard = {
        ShardId: identity.shardId,
        SequenceNumberRange: {
          StartingSequenceNumber: sequenceNumber(identity.firstSequence),
          ...(closed !== undefined && { EndingSequenceNumber: sequenceNumber(closed.lastSequence) }),
        },
      };
      return {
        StreamDescription: {
          StreamArn: identity.arn,
          StreamLabel: identity.label,
          StreamStatus: closed === undefined ? ("ENABLED" as const) : ("DISABLED" as const),
          StreamViewType: identity.viewType,
          CreationRequestDateTime: new Date(identity.createdAt),
          TableName: identity.tableName,
          KeySchema: keySchema,
          Shards: ExclusiveStartShardId === identity.shardId ? [] : [shard],
        },
      };
    },
  );
}

function getShardIterator(database: Database) {
  return operationsOf("dynamodb", database.context)(
    "GetShardIterator",
    {
      supports: ["StreamArn", "ShardId", "ShardIteratorType", "SequenceNumber"],
      rules: {
        ShardIteratorType: {
          oneOf: ["TRIM_HORIZON", "LATEST", "AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER"],
        },
      },
    },
    ({ StreamArn }) => [{ action: "dynamodb:GetShardIterator", resource: StreamArn }],
    ({ StreamArn, ShardId, ShardIteratorType, SequenceNumber }) => {
      const stream = requireStream(database, StreamArn);
      if (stream.identity.shardId !== ShardId) {
        throw new AwsError(
          "ResourceNotFoundException",
          `Requested resource not found: Shard: ${ShardId} in stream ${StreamArn} not found`,
        );
      }
      const now = database.now();
      const position = (): number => {
        switch (ShardIteratorType) {
          case "TRIM_HORIZON":
            return stream.oldest(now, database.nextSequence);
          case "LATEST":
            return database.nextSequence;
          case "AT_SEQUENCE_NUMBER":
            return sequencePosition(SequenceNumber, ShardIteratorType);
          case "AFTER_SEQUENCE_NUMBER":
            return sequencePosition(SequenceNumber, ShardIteratorType) + 1;
        }
      };
      const from = position();
      refuseTrimmed(stream, from, now);
      return { ShardIterator: writeIterator(stream, from, now) };
    },
  );
}

function sequencePosition(text: string | undefined, iteratorType: string): number {
  if (text === undefined)
    throw invalid(`SequenceNumber must be specified when ShardIteratorType is ${iteratorType}`);
  const position = parseSequenceNumber(text);
  if (position === undefined) throw invalid(`Invalid SequenceNumber: ${text}`);
  return position;
}

/** Reading on from before the oldest record would skip what was trimmed in between. */
function refuseTrimmed(stream: Stream, from: number, now: number): void {
  if (!stream.hasTrimmed(from, now)) return;
  throw new AwsError(
    "TrimmedDataAccessException",
    "The operation attempted to read past the oldest stream record in a shard",
  );
}

function getRecords(database: Database) {
  return operationsOf("dynamodb", database.context)(
    "GetRecords",
    { supports: ["ShardIterator", "Limit"], rules: { Limit: { range: [1, MAX_RECORDS] } } },
    ({ ShardIterator }) => [{ action: "dynamodb:GetRecords", resource: readIterator(ShardIterator).arn }],
    ({ ShardIterator, Limit = MAX_RECORDS }, { caller }) => {
      const { arn, position, issuedAt } = readIterator(ShardIterator);
      const stream = requireStream(database, arn);
      checkKeysOf(database, [stream.identity.tableName], caller);
      const now = database.now();
      if (issuedAt + ITERATOR_LIFETIME_MS < now)
        throw new AwsError("ExpiredIteratorException", "The shard iterator has expired");
      refuseTrimmed(stream, position, now);
      const page = stream.read(position, now, Limit, MAX_RECORD_BYTES);
      const last = page.at(-1);
      const next = last === undefined ? position : last.sequence + 1;
      const ended = stream.closed !== undefined && stream.read(next, now, 1, MAX_RECORD_BYTES).length === 0;
      return {
        Records: page.map(({ record }) => shown(record)),
        ...(!ended && { NextShardIterator: writeIterator(stream, next, now) }),
      };
    },
  );
}

/** A record with its time and its binaries as clients get them. */
function shown({ dynamodb, userIdentity, ...record }: StreamRecord) {
  const { ApproximateCreationDateTime, Keys, NewImage, OldImage, ...rest } = dynamodb;
  return {
    ...record,
    ...(userIdentity && {
      userIdentity: { Type: userIdentity.type, PrincipalId: userIdentity.principalId },
    }),
    dynamodb: {
      ...rest,
      ApproximateCreationDateTime: new Date(ApproximateCreationDateTime * 1000),
      Keys: asBytes(Keys),
      ...(NewImage !== undefined && { NewImage: asBytes(NewImage) }),
      ...(OldImage !== undefined && { OldImage: asBytes(OldImage) }),
    },
  };
}

/** DynamoDB Streams: one shard to a stream. */
export function streamOperations(database: Database) {
  return {
    ...listStreams(database),
    ...describeStream(database),
    ...getShardIterator(database),
    ...getRecords(database),
  };
}
