import type { CloudEvent, EventStream } from "../core/eventStream";

type EventOf<Type extends CloudEvent["type"]> = CloudEvent & { readonly type: Type };

/** Remembers what happens in a cloud, so that a test can wait for an event without racing it. */
export class EventLog {
  readonly #events: CloudEvent[] = [];
  readonly #waiting = new Set<() => void>();

  constructor(stream: EventStream) {
    stream.subscribe((event) => {
      this.#events.push(event);
      for (const look of this.#waiting) look();
    });
  }

  /** What happened so far, of one kind. */
  all<Type extends CloudEvent["type"]>(type: Type): EventOf<Type>[] {
    return this.#events.filter((event): event is EventOf<Type> => event.type === type);
  }

  /** The first event of a kind that `isWanted`, past or future; the test's own timeout bounds the wait. */
  first<Type extends CloudEvent["type"]>(
    type: Type,
    isWanted: (event: EventOf<Type>) => boolean,
  ): Promise<EventOf<Type>> {
    return new Promise((resolve) => {
      const look = () => {
        const found = this.all(type).find(isWanted);
        if (found === undefined) return;
        this.#waiting.delete(look);
        resolve(found);
      };
      this.#waiting.add(look);
      look();
    });
  }
}
