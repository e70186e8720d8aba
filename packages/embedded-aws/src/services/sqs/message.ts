import type { MessageAttributes } from "./messageAttributes";

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
  /** The ARN of the queue that gave the message up, in a dead-letter queue. */
  readonly deadLetterSourceArn?: string;
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
