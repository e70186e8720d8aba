import { MessageContents } from "./contents";
import { type Depth, DepthHistory } from "./depthHistory";
import type { Conditions } from "../../core/conditions/conditions";
import type { ColdStore } from "../../core/coldStore";
import { firstValues } from "../../core/lists";
import { Heap } from "./heap";
import type { Delivery, KeptMessage, Message, MessageContent } from "./message";

/** A message stays invisible for at most 12 hours after it was received: SQS developer guide. */
export const maxVisibilityMs = 43_200_000;

export interface ReceiveOptions {
  /** How many messages at most. */
  readonly max: number;
  readonly visibilityTimeoutMs: number;
  /** From the redrive policy; left out when the queue has none or its dead-letter queue is gone. */
  readonly maxReceiveCount?: number;
}

export interface Received {
  readonly deliveries: readonly Delivery[];
  /** Messages that had used up their receives: they left this queue, and belong into the dead-letter queue. */
  readonly exhausted: readonly { readonly content: MessageContent; readonly receiveCount: number }[];
}

/** A message as it lies in a queue, for whoever only looks. */
export interface StoredMessage {
  readonly message: Message;
  readonly content: MessageContent;
  readonly state: "available" | "delayed" | "in-flight";
}

export type VisibilityChange = "changed" | "not-in-flight" | "no-such-message" | "beyond-limit";

/** What the cloud's conditions, as they are at the moment, say of a queue. */
export type QueueLimits = Pick<Conditions, "sqsInFlight" | "queueDepthLagMs">;

export const NO_LIMITS: QueueLimits = { sqsInFlight: Infinity, queueDepthLagMs: 0 };

interface Slot {
  message: Message;
  state: "available" | "delayed" | "in-flight";
}

const byVisibility = (a: Slot, b: Slot) =>
  a.message.visibleAt - b.message.visibleAt || a.message.order - b.message.order;

/**
 * A queue's messages, standard or FIFO, as a function of time: each method takes the time at which it happens, in ms
 * since the epoch; times never go back.
 */
export interface MessageStore {
  /** A new retention holds for the messages that are there already, as in AWS. */
  set retentionMs(value: number);
  send(now: number, content: MessageContent, delayMs?: number): void;
  receive(now: number, options: ReceiveOptions): Received;
  /** The message that would be received next; it stays where it is. */
  peekVisible(now: number): MessageContent | undefined;
  /** What lies in it, in the order in which it came, `max` at most; nothing changes. */
  list(now: number, max: number): readonly StoredMessage[];
  /**
   * The message that was deleted; undefined when there is none (any more), "expired" when only its newest delivery
   * could have deleted it.
   */
  delete(now: number, messageId: string, deliveryNumber?: number): Message | "expired" | undefined;
  changeVisibility(now: number, messageId: string, visibilityTimeoutMs: number): VisibilityChange;
  purge(): void;
  readonly maxInFlight: number;
  counts(now: number): Depth;
  /** The numbers as they were `ageMs` ago. */
  pastCounts(now: number, ageMs: number): Depth;
  /** When the next delayed or received message becomes visible; undefined when none will by itself. */
  nextVisibleAt(): number | undefined;
  /** How long the oldest message has been in this queue, in ms; 0 when there is none. */
  oldestAge(now: number): number;
  /** Told of each message that has come, was received or has gone: what is kept of it is another. */
  changed: (messageId: string) => void;
  /** A message as it is to be kept; undefined when it is gone. */
  kept(messageId: string): KeptMessage | undefined;
  /**
   * Takes in a message that the queue of an earlier cloud has kept, each in the order in which they came. One that was in
   * flight is visible again: whoever had received it got it from a cloud that is gone.
   */
  restore(now: number, kept: KeptMessage): void;
}

/** A kept message as it stands in a queue at `now`. */
export function restored(now: number, { message }: KeptMessage): Message {
  const wasReceived = message.lastReceivedAt !== undefined;
  return wasReceived ? { ...message, visibleAt: Math.min(message.visibleAt, now) } : message;
}

/**
 * A standard queue's messages as a function of time: no clock, no I/O. Each method takes the time at which it
 * happens, in ms since the epoch; times never go back. Every step is O(log n) in the number of messages. What
 * was sent lies as text outside of the heap, so that a long queue is kept in few bytes.
 *
 * Messages are handed out in the order in which they became visible, so one that failed stands behind those
 * that waited meanwhile.
 */
export class MessageQueue implements MessageStore {
  readonly #slots = new Map<string, Slot>();
  readonly #available = new Heap(byVisibility);
  readonly #delayed = new Heap(byVisibility);
  readonly #inFlight = new Heap(byVisibility);
  readonly #contents: MessageContents;
  readonly #history: DepthHistory;
  #order = 0;
  #deliveries = 0;
  changed: (messageId: string) => void = () => undefined;

  /**
   * @param limits how many may be in flight, and how long past numbers of messages are kept.
   * @param store where the messages of a long queue are put; default memory.
   */
  constructor(
    retentionMs: number,
    private readonly limits: QueueLimits = NO_LIMITS,
    store?: ColdStore,
  ) {
    this.#contents = new MessageContents(retentionMs, store);
    this.#history = new DepthHistory(() => limits.queueDepthLagMs);
  }

  get maxInFlight(): number {
    return this.limits.sqsInFlight;
  }

  /** A new retention holds for the messages that are there already, as in AWS. */
  set retentionMs(value: number) {
    this.#contents.retentionMs = value;
  }

  send(now: number, content: MessageContent, delayMs = 0): void {
    this.#history.note(now, this.#depth);
    const message: Message = {
      messageId: content.messageId,
      sentAt: content.sentAt,
      order: this.#order++,
      enteredAt: now,
      visibleAt: now + delayMs,
      receiveCount: 0,
    };
    const slot: Slot = { message, state: delayMs > 0 ? "delayed" : "available" };
    this.#slots.set(content.messageId, slot);
    this.#contents.add(message, content);
    this.#heapOf(slot.state).add(slot);
    this.changed(content.messageId);
  }

  kept(messageId: string): KeptMessage | undefined {
    const slot = this.#slots.get(messageId);
    return slot && { message: slot.message, content: this.#contents.of(slot.message) };
  }

  restore(now: number, kept: KeptMessage): void {
    const message = restored(now, kept);
    const slot: Slot = { message, state: message.visibleAt > now ? "delayed" : "available" };
    this.#slots.set(message.messageId, slot);
    this.#contents.add(message, kept.content);
    this.#heapOf(slot.state).add(slot);
    this.#order = Math.max(this.#order, message.order + 1);
  }

  receive(now: number, { max, visibilityTimeoutMs, maxReceiveCount = Infinity }: ReceiveOptions): Received {
    this.#settle(now);
    this.#history.note(now, this.#depth);
    const deliveries: Delivery[] = [];
    const exhausted: { content: MessageContent; receiveCount: number }[] = [];
    while (deliveries.length < max && this.#inFlight.size < this.maxInFlight) {
      const slot = this.#available.peek();
      if (slot === undefined) break;
      const { message } = slot;
      const content = this.#contents.of(slot.message);
      if (message.receiveCount >= maxReceiveCount) {
        this.#drop(slot);
        exhausted.push({ content, receiveCount: message.receiveCount });
        continue;
      }
      const firstReceivedAt = message.firstReceivedAt ?? now;
      const receiveCount = message.receiveCount + 1;
      const received = { receiveCount, firstReceivedAt, lastReceivedAt: now };
      this.#move(slot, "in-flight", { ...message, ...received, visibleAt: now + visibilityTimeoutMs });
      this.changed(message.messageId);
      deliveries.push({
        content,
        receiveCount,
        firstReceivedAt,
        deliveryNumber: this.#deliveries++,
      });
    }
    // A visibility timeout of 0 leaves a message visible, but never twice in one answer.
    this.#settle(now);
    return { deliveries, exhausted };
  }

  /** The message that would be received next; it stays where it is. */
  peekVisible(now: number): MessageContent | undefined {
    this.#settle(now);
    const slot = this.#available.peek();
    return slot && this.#contents.of(slot.message);
  }

  list(now: number, max: number): readonly StoredMessage[] {
    this.#settle(now);
    return firstValues(this.#slots.values(), max).map(({ message, state }) => ({
      message,
      content: this.#contents.of(message),
      state,
    }));
  }

  /** Returns the message, or undefined when there is none (any more). */
  delete(now: number, messageId: string): Message | undefined {
    this.#settle(now);
    this.#history.note(now, this.#depth);
    const slot = this.#slots.get(messageId);
    if (slot === undefined) return undefined;
    this.#drop(slot);
    return slot.message;
  }

  changeVisibility(now: number, messageId: string, visibilityTimeoutMs: number): VisibilityChange {
    this.#settle(now);
    this.#history.note(now, this.#depth);
    const slot = this.#slots.get(messageId);
    if (slot === undefined) return "no-such-message";
    const { message } = slot;
    if (slot.state !== "in-flight" || message.lastReceivedAt === undefined) return "not-in-flight";
    const visibleAt = now + visibilityTimeoutMs;
    if (visibleAt > message.lastReceivedAt + maxVisibilityMs) return "beyond-limit";
    this.#move(slot, visibilityTimeoutMs > 0 ? "in-flight" : "available", { ...message, visibleAt });
    return "changed";
  }

  purge(): void {
    for (const messageId of this.#slots.keys()) this.changed(messageId);
    for (const heap of [this.#available, this.#delayed, this.#inFlight]) heap.clear();
    this.#contents.clear();
    this.#slots.clear();
  }

  counts(now: number): Depth {
    this.#settle(now);
    return this.#depth();
  }

  /** The numbers as they were `ageMs` ago. */
  pastCounts(now: number, ageMs: number): Depth {
    return (ageMs > 0 ? this.#history.at(now - ageMs) : undefined) ?? this.counts(now);
  }

  readonly #depth = (): Depth => ({
    available: this.#available.size,
    inFlight: this.#inFlight.size,
    delayed: this.#delayed.size,
  });

  /** When the next delayed or received message becomes visible; undefined when none will by itself. */
  nextVisibleAt(): number | undefined {
    const [delayed, inFlight] = [this.#delayed.peek(), this.#inFlight.peek()];
    const next = Math.min(delayed?.message.visibleAt ?? Infinity, inFlight?.message.visibleAt ?? Infinity);
    return next === Infinity ? undefined : next;
  }

  /**
   * How long the oldest message has been in this queue, in ms; 0 when there is none. In a dead-letter queue it
   * counts from the move, as CloudWatch's ApproximateAgeOfOldestMessage does.
   */
  oldestAge(now: number): number {
    this.#settle(now);
    // A map keeps the order of insertion, which is the order of entering.
    const [oldest] = this.#slots.values();
    return oldest === undefined ? 0 : now - oldest.message.enteredAt;
  }

  #heapOf(state: Slot["state"]): Heap<Slot> {
    switch (state) {
      case "available":
        return this.#available;
      case "delayed":
        return this.#delayed;
      case "in-flight":
        return this.#inFlight;
    }
  }

  /** What time alone does: delays and visibility timeouts end, old messages expire. */
  #settle(now: number): void {
    for (const waiting of [this.#delayed, this.#inFlight]) {
      for (let slot = waiting.peek(); slot !== undefined; slot = waiting.peek()) {
        if (slot.message.visibleAt > now) break;
        this.#move(slot, "available", slot.message);
      }
    }
    for (;;) {
      const slot = this.#contents.expired(now, this.#slots);
      if (slot === undefined) break;
      this.#drop(slot);
    }
  }

  /** The heaps order slots by their message: a slot leaves its heap before its message changes. */
  #move(slot: Slot, state: Slot["state"], message: Message): void {
    this.#heapOf(slot.state).remove(slot);
    slot.state = state;
    slot.message = message;
    this.#heapOf(state).add(slot);
  }

  #drop(slot: Slot): void {
    this.#heapOf(slot.state).remove(slot);
    this.#contents.delete(slot.message);
    this.#slots.delete(slot.message.messageId);
    this.changed(slot.message.messageId);
  }
}
