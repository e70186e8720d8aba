import type { ColdStore } from "../../core/coldStore";
import { MessageContents } from "./contents";
import { type Depth, DepthHistory } from "./depthHistory";
import { firstValues } from "../../core/lists";
import { Heap } from "./heap";
import type { Delivery, KeptMessage, Message, MessageContent } from "./message";
import {
  maxVisibilityMs,
  type MessageStore,
  NO_LIMITS,
  type QueueLimits,
  type Received,
  type ReceiveOptions,
  restored,
  type StoredMessage,
  type VisibilityChange,
} from "./queue";

interface Slot {
  message: Message;
  readonly group: Group;
  /** Of the delivery that is in flight; undefined while none is. */
  deliveryNumber: number | undefined;
  /** Whether its receiver has changed its visibility since. */
  changed: boolean;
}

interface Group {
  readonly id: string;
  /** In the order of arrival. */
  readonly slots: Slot[];
  inFlight: number;
}

const firstOf = ({ slots }: Group) => slots[0]?.message;
const byOrder = (a: Group, b: Group) => (firstOf(a)?.order ?? 0) - (firstOf(b)?.order ?? 0);
const byVisibility = (a: Message | undefined, b: Message | undefined) =>
  (a?.visibleAt ?? 0) - (b?.visibleAt ?? 0) || (a?.order ?? 0) - (b?.order ?? 0);

/**
 * A FIFO queue's messages as a function of time, as `MessageQueue` is for a standard one. Messages of one group are
 * handed out in the order in which they came, and none while another of their group is in flight (SQS developer
 * guide, "FIFO queue delivery logic"): one that failed comes again before those behind it.
 */
export class FifoQueue implements MessageStore {
  readonly #slots = new Map<string, Slot>();
  readonly #groups = new Map<string, Group>();
  /** Groups whose first message may be received. */
  readonly #ready = new Heap(byOrder);
  /** Groups whose first message is delayed. */
  readonly #delayed = new Heap<Group>((a, b) => byVisibility(firstOf(a), firstOf(b)));
  readonly #inFlight = new Heap<Slot>((a, b) => byVisibility(a.message, b.message));
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

  set retentionMs(value: number) {
    this.#contents.retentionMs = value;
  }

  send(now: number, content: MessageContent, delayMs = 0): void {
    this.#history.note(now, () => this.#depth(now));
    const message: Message = {
      messageId: content.messageId,
      sentAt: content.sentAt,
      order: this.#order++,
      enteredAt: now,
      visibleAt: now + delayMs,
      receiveCount: 0,
    };
    this.#add(now, message, content);
    this.changed(content.messageId);
  }

  #add(now: number, message: Message, content: MessageContent): void {
    const id = content.messageGroupId ?? "";
    const group = this.#groups.get(id) ?? { id, slots: [], inFlight: 0 };
    this.#groups.set(id, group);
    const slot: Slot = { message, group, deliveryNumber: undefined, changed: false };
    this.#changing(group, now, () => group.slots.push(slot));
    this.#slots.set(content.messageId, slot);
    this.#contents.add(message, content);
  }

  kept(messageId: string): KeptMessage | undefined {
    const slot = this.#slots.get(messageId);
    return slot && { message: slot.message, content: this.#contents.of(slot.message) };
  }

  restore(now: number, kept: KeptMessage): void {
    this.#add(now, restored(now, kept), kept.content);
    this.#order = Math.max(this.#order, kept.message.order + 1);
    // A handle that an earlier cloud has given out names none of this one's deliveries.
    this.#deliveries = Math.max(this.#deliveries, Math.ceil(now));
  }

  receive(now: number, { max, visibilityTimeoutMs, maxReceiveCount = Infinity }: ReceiveOptions): Received {
    this.#settle(now);
    this.#history.note(now, () => this.#depth(now));
    const deliveries: Delivery[] = [];
    const exhausted: { content: MessageContent; receiveCount: number }[] = [];
    // As many of one group as there are, then the next group.
    while (deliveries.length < max && this.#inFlight.size < this.maxInFlight) {
      const group = this.#ready.peek();
      if (group === undefined) break;
      this.#changing(group, now, () => {
        for (const slot of [...group.slots]) {
          const { message } = slot;
          if (deliveries.length >= max || this.#inFlight.size >= this.maxInFlight || message.visibleAt > now)
            break;
          const content = this.#contents.of(slot.message);
          if (message.receiveCount >= maxReceiveCount) {
            this.#drop(slot);
            exhausted.push({ content, receiveCount: message.receiveCount });
            continue;
          }
          const receiveCount = message.receiveCount + 1;
          const firstReceivedAt = message.firstReceivedAt ?? now;
          const visibleAt = now + visibilityTimeoutMs;
          slot.message = { ...message, receiveCount, firstReceivedAt, lastReceivedAt: now, visibleAt };
          slot.deliveryNumber = this.#deliveries++;
          slot.changed = false;
          group.inFlight++;
          this.#inFlight.add(slot);
          deliveries.push({ content, receiveCount, firstReceivedAt, deliveryNumber: slot.deliveryNumber });
          this.changed(message.messageId);
        }
      });
    }
    this.#settle(now);
    return { deliveries, exhausted };
  }

  /**
   * Gives the same deliveries once more, with a visibility timeout that starts anew; false when one of them is no
   * longer as it was: deleted, visible again, or changed by its receiver.
   */
  repeat(now: number, deliveries: readonly Delivery[], visibilityTimeoutMs: number): boolean {
    this.#settle(now);
    const slots = deliveries.map(({ content, deliveryNumber }) => {
      const slot = this.#slots.get(content.messageId);
      return slot?.deliveryNumber === deliveryNumber && !slot.changed ? slot : undefined;
    });
    for (const slot of slots) if (slot === undefined) return false;
    for (const slot of slots) if (slot !== undefined) this.#setVisibleAt(slot, now + visibilityTimeoutMs);
    return true;
  }

  peekVisible(now: number): MessageContent | undefined {
    this.#settle(now);
    const slot = this.#ready.peek()?.slots[0];
    return slot && this.#contents.of(slot.message);
  }

  list(now: number, max: number): readonly StoredMessage[] {
    this.#settle(now);
    return firstValues(this.#slots.values(), max).map(({ message, deliveryNumber }) => ({
      message,
      content: this.#contents.of(message),
      state: deliveryNumber !== undefined ? "in-flight" : message.visibleAt > now ? "delayed" : "available",
    }));
  }

  /** Only the delivery that is in flight may delete its message: an older one has expired. */
  delete(now: number, messageId: string, deliveryNumber?: number): Message | "expired" | undefined {
    this.#settle(now);
    this.#history.note(now, () => this.#depth(now));
    const slot = this.#slots.get(messageId);
    if (slot === undefined) return undefined;
    if (deliveryNumber !== undefined && slot.deliveryNumber !== deliveryNumber) return "expired";
    this.#changing(slot.group, now, () => {
      this.#drop(slot);
    });
    return slot.message;
  }

  changeVisibility(now: number, messageId: string, visibilityTimeoutMs: number): VisibilityChange {
    this.#settle(now);
    this.#history.note(now, () => this.#depth(now));
    const slot = this.#slots.get(messageId);
    if (slot === undefined) return "no-such-message";
    const { lastReceivedAt } = slot.message;
    if (slot.deliveryNumber === undefined || lastReceivedAt === undefined) return "not-in-flight";
    if (now + visibilityTimeoutMs > lastReceivedAt + maxVisibilityMs) return "beyond-limit";
    slot.changed = true;
    this.#setVisibleAt(slot, now + visibilityTimeoutMs);
    this.#settle(now);
    return "changed";
  }

  purge(): void {
    for (const messageId of this.#slots.keys()) this.changed(messageId);
    for (const heap of [this.#ready, this.#delayed]) heap.clear();
    this.#inFlight.clear();
    this.#contents.clear();
    this.#groups.clear();
    this.#slots.clear();
  }

  counts(now: number): Depth {
    this.#settle(now);
    return this.#depth(now);
  }

  pastCounts(now: number, ageMs: number): Depth {
    return (ageMs > 0 ? this.#history.at(now - ageMs) : undefined) ?? this.counts(now);
  }

  #depth(now: number): Depth {
    let delayed = 0;
    for (const { message, deliveryNumber } of this.#slots.values())
      if (deliveryNumber === undefined && message.visibleAt > now) delayed++;
    const inFlight = this.#inFlight.size;
    return { available: this.#slots.size - inFlight - delayed, inFlight, delayed };
  }

  nextVisibleAt(): number | undefined {
    const delayed = this.#delayed.peek();
    const next = Math.min(
      (delayed && firstOf(delayed))?.visibleAt ?? Infinity,
      this.#inFlight.peek()?.message.visibleAt ?? Infinity,
    );
    return next === Infinity ? undefined : next;
  }

  oldestAge(now: number): number {
    this.#settle(now);
    const [oldest] = this.#slots.values();
    return oldest === undefined ? 0 : now - oldest.message.enteredAt;
  }

  #setVisibleAt(slot: Slot, visibleAt: number): void {
    this.#inFlight.remove(slot);
    slot.message = { ...slot.message, visibleAt };
    this.#inFlight.add(slot);
  }

  /** The heaps order groups by their first message: a group leaves them before it changes. */
  #changing(group: Group, now: number, change: () => void): void {
    this.#ready.remove(group);
    this.#delayed.remove(group);
    change();
    const first = firstOf(group);
    if (first === undefined) this.#groups.delete(group.id);
    else if (group.inFlight === 0) (first.visibleAt > now ? this.#delayed : this.#ready).add(group);
  }

  #settle(now: number): void {
    for (let slot = this.#inFlight.peek(); slot !== undefined; slot = this.#inFlight.peek()) {
      if (slot.message.visibleAt > now) break;
      const returned = slot;
      this.#changing(slot.group, now, () => {
        this.#takeFromFlight(returned);
      });
    }
    for (let group = this.#delayed.peek(); group !== undefined; group = this.#delayed.peek()) {
      if ((firstOf(group)?.visibleAt ?? 0) > now) break;
      this.#changing(group, now, () => undefined);
    }
    for (;;) {
      const slot = this.#contents.expired(now, this.#slots);
      if (slot === undefined) break;
      this.#changing(slot.group, now, () => {
        this.#drop(slot);
      });
    }
  }

  #takeFromFlight(slot: Slot): void {
    if (slot.deliveryNumber === undefined) return;
    slot.deliveryNumber = undefined;
    slot.group.inFlight--;
    this.#inFlight.remove(slot);
  }

  /** Only while its group is changing. */
  #drop(slot: Slot): void {
    this.#takeFromFlight(slot);
    slot.group.slots.splice(slot.group.slots.indexOf(slot), 1);
    this.#contents.delete(slot.message);
    this.#slots.delete(slot.message.messageId);
    this.changed(slot.message.messageId);
  }
}
