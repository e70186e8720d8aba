import * as v from "valibot";
import { type KeptKind, keptKind } from "../../core/keep";
import { parseOwnJson } from "../../core/parseJson";
import { record, recordOf } from "../../core/record";
import type { Codec } from "../../core/sortedMap";
import type { MessageAttribute, MessageAttributes } from "./messageAttributes";

/** What a sender hands over, checked and hashed; it never changes once it is in a queue. */
export interface MessageContent {
  /** A version 4 UUID. */
  readonly messageId: string;
  readonly body: string;
  readonly bodyMd5: string;
  readonly attributes: MessageAttributes;
  /** X-Ray's trace of the sender, when it gave one. */
  readonly traceHeader?: string;
  /** The caller's id, as `SenderId` shows it. */
  readonly senderId: string;
  /** When it was first sent, in ms since the epoch. A move to a dead-letter queue keeps it. */
  readonly sentAt: number;
  /** Of a FIFO queue's message, and of a standard one's if its sender gave one. */
  readonly messageGroupId?: string;
  /** Of a FIFO queue's message. */
  readonly messageDeduplicationId?: string;
  /** Of a FIFO queue's message: 20 digits, ascending. */
  readonly sequenceNumber?: string;
  /** The ARN of the queue that gave the message up, in a dead-letter queue. */
  readonly deadLetterSourceArn?: string;
  /** How often other queues have handed it out, in a dead-letter queue. */
  readonly earlierReceives?: number;
}

/** A message as it stands in one queue. */
export interface Message {
  /** As in its content, which is kept apart. */
  readonly messageId: string;
  readonly sentAt: number;
  /** The order in which messages came into this queue. */
  readonly order: number;
  /** When it came into this queue, in ms since the epoch. */
  readonly enteredAt: number;
  /** From when on it may be received; in the future while it is delayed or in flight. */
  readonly visibleAt: number;
  /** How often this queue has handed it out. */
  readonly receiveCount: number;
  readonly firstReceivedAt?: number;
  readonly lastReceivedAt?: number;
}

/** One message handed to one receiver. */
export interface Delivery {
  readonly content: MessageContent;
  readonly receiveCount: number;
  readonly firstReceivedAt: number;
  /** Names this delivery among all of its queue's. */
  readonly deliveryNumber: number;
}

/** An attribute as it is written: bytes as base64. */
type WrittenAttribute =
  Extract<MessageAttribute, { StringValue: string }> | { readonly DataType: string; readonly base64: string };

type WrittenContent = Omit<MessageContent, "attributes"> & {
  readonly attributes: Readonly<Record<string, WrittenAttribute>>;
};

/** How contents are kept as text: as JSON, which has no bytes of its own. */
export const contentCodec: Codec<MessageContent> = {
  encode: (content) => JSON.stringify(written(content)),
  decode: (text) => read(parseOwnJson(text) as WrittenContent),
};

function written(content: MessageContent): WrittenContent {
  return { ...content, attributes: mapped(content.attributes, writtenAttribute) };
}

function read(content: WrittenContent): MessageContent {
  return { ...content, attributes: mapped(content.attributes, readAttribute) };
}

/** A message as its queue keeps it over the cloud's end. */
export interface KeptMessage {
  readonly message: Message;
  readonly content: MessageContent;
}

const text = v.string();
const time = v.number();
const count = v.pipe(v.number(), v.integer(), v.minValue(0));

const keptForm = v.object({
  message: v.object({
    messageId: text,
    sentAt: time,
    order: count,
    enteredAt: time,
    visibleAt: time,
    receiveCount: count,
    firstReceivedAt: v.exactOptional(time),
    lastReceivedAt: v.exactOptional(time),
  }),
  content: v.object({
    messageId: text,
    body: text,
    bodyMd5: text,
    attributes: record(
      text,
      v.union([
        v.strictObject({ DataType: text, StringValue: text }),
        v.strictObject({ DataType: text, base64: text }),
      ]),
    ),
    traceHeader: v.exactOptional(text),
    senderId: text,
    sentAt: time,
    messageGroupId: v.exactOptional(text),
    messageDeduplicationId: v.exactOptional(text),
    sequenceNumber: v.exactOptional(text),
    deadLetterSourceArn: v.exactOptional(text),
    earlierReceives: v.exactOptional(count),
  }),
});

const keptText = keptKind("message", keptForm);

/** A queue's messages, by their ids. */
export const keptMessages: KeptKind<KeptMessage> = {
  name: keptText.name,
  encode: ({ message, content }) => keptText.encode({ message, content: written(content) }),
  decode: (kept) => {
    const { message, content } = keptText.decode(kept);
    return { message, content: read(content) };
  },
};

function mapped<From, To>(
  attributes: Readonly<Record<string, From>>,
  change: (attribute: From) => To,
): Readonly<Record<string, To>> {
  return recordOf(Object.entries(attributes).map(([name, attribute]) => [name, change(attribute)]));
}

function writtenAttribute(attribute: MessageAttribute): WrittenAttribute {
  return "BinaryValue" in attribute
    ? { DataType: attribute.DataType, base64: Buffer.from(attribute.BinaryValue).toString("base64") }
    : attribute;
}

function readAttribute(written: WrittenAttribute): MessageAttribute {
  return "base64" in written
    ? { DataType: written.DataType, BinaryValue: Buffer.from(written.base64, "base64") }
    : written;
}
