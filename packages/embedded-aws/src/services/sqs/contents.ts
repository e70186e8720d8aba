import type { ColdStore } from "../../core/coldStore";
import { SortedMap } from "../../core/sortedMap";
import { contentCodec, type Message, type MessageContent } from "./message";

const AGE_LENGTH = 17;

/** Sorts contents by age: the time at which they were sent, to the microsecond, then the order of arrival. */
function ageKey({ sentAt, order }: Message): string {
  return `${sentAt.toFixed(3).padStart(AGE_LENGTH, "0")}/${String(order).padStart(12, "0")}`;
}

/** What was sent, by age, so that the first is the next to expire; as text outside of the heap. */
export class MessageContents {
  readonly #byAge: SortedMap<MessageContent>;

  /** @param retentionMs a new one holds for the messages that are there already, as in AWS. */
  constructor(
    public retentionMs: number,
    store?: ColdStore,
  ) {
    this.#byAge = new SortedMap(contentCodec, store);
  }

  add(message: Message, content: MessageContent): void {
    this.#byAge.set(ageKey(message), content);
  }

  of(message: Message): MessageContent {
    const content = this.#byAge.get(ageKey(message));
    if (content === undefined) throw new Error(`message ${message.messageId} has lost its content`);
    return content;
  }

  delete(message: Message): void {
    this.#byAge.delete(ageKey(message));
  }

  clear(): void {
    this.#byAge.clear();
  }

  /** The oldest message when its retention is over at `now`, of which `slots` knows the exact time. */
  expired<Slot extends { readonly message: Message }>(
    now: number,
    slots: ReadonlyMap<string, Slot>,
  ): Slot | undefined {
    const key = this.#byAge.firstKey;
    // The key may be half a microsecond off; the exact time stands in the message.
    if (key === undefined || Number(key.slice(0, AGE_LENGTH)) - 1 + this.retentionMs > now) return undefined;
    const slot = slots.get(this.#byAge.get(key)?.messageId ?? "");
    return slot !== undefined && slot.message.sentAt + this.retentionMs <= now ? slot : undefined;
  }
}
