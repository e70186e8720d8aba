import * as v from "valibot";
import { keptKind } from "../../core/keep";
import { record } from "../../core/record";
import type { AttributeValue, Item } from "./attributeValue";
import type { StoredRecord } from "./recordLog";
import type { StreamIdentity } from "./stream";
import { STREAM_VIEW_TYPES } from "./streamRecord";

const text = v.string();
const texts = v.array(text);
const sequence = v.pipe(v.number(), v.integer(), v.minValue(0));

const attributeValue: v.GenericSchema<unknown, AttributeValue> = v.lazy(() =>
  v.union([
    v.strictObject({ S: text }),
    v.strictObject({ N: text }),
    v.strictObject({ B: text }),
    v.strictObject({ BOOL: v.boolean() }),
    v.strictObject({ NULL: v.boolean() }),
    v.strictObject({ M: item }),
    v.strictObject({ L: v.array(attributeValue) }),
    v.strictObject({ SS: texts }),
    v.strictObject({ NS: texts }),
    v.strictObject({ BS: texts }),
  ]),
);

const item: v.GenericSchema<unknown, Item> = record(text, attributeValue);

/** A table's items, by their storage keys. */
export const keptItems = keptKind("item", item);

const keys = v.array(
  v.object({ name: text, type: v.picklist(["S", "N", "B"]), keyType: v.picklist(["HASH", "RANGE"]) }),
);

export type KeptKeys = v.InferOutput<typeof keys>;

/** By which key a table's items are kept, by the table's name. */
export const keptKeys = keptKind("table", keys);

const stream = v.object({
  identity: v.object({
    arn: text,
    label: text,
    tableName: text,
    viewType: v.picklist(STREAM_VIEW_TYPES),
    shardId: text,
    createdAt: v.number(),
    firstSequence: sequence,
  }) satisfies v.GenericSchema<unknown, StreamIdentity>,
  next: sequence,
});

export type KeptStream = v.InferOutput<typeof stream>;

/** A table's stream while it is on, and where the sequence of all streams goes on; by the table's name. */
export const keptStreams = keptKind("stream", stream);

/** A stream's records, by their places in the sequence. */
export const keptRecords = keptKind(
  "record",
  v.object({
    at: v.number(),
    sequence,
    record: v.object({
      eventID: text,
      eventName: v.picklist(["INSERT", "MODIFY", "REMOVE"]),
      eventVersion: v.literal("1.1"),
      eventSource: v.literal("aws:dynamodb"),
      awsRegion: text,
      userIdentity: v.exactOptional(v.object({ type: v.literal("Service"), principalId: text })),
      dynamodb: v.object({
        ApproximateCreationDateTime: v.number(),
        Keys: item,
        NewImage: v.exactOptional(item),
        OldImage: v.exactOptional(item),
        SequenceNumber: text,
        SizeBytes: v.number(),
        StreamViewType: v.picklist(STREAM_VIEW_TYPES),
      }),
    }),
  }) satisfies v.GenericSchema<unknown, StoredRecord>,
);
