import type { CloudEvent } from "../core/eventStream";

/** How many of the newest events are kept, and how much of what they carry: bodies, payloads, log lines. */
const EVENTS_KEPT = 20_000;
const BYTES_KEPT = 32 * 1024 * 1024;

/** An event and its number in this run of the cloud, from 1. */
export interface KeptEvent {
  readonly n: number;
  readonly event: CloudEvent;
}

/** What has happened lately: references alone, so that it costs next to nothing while nobody looks. */
export class History {
  readonly #events: (CloudEvent | undefined)[];
  #first = 1;
  #next = 1;
  #bytes = 0;

  constructor(
    private readonly most = EVENTS_KEPT,
    private readonly mostBytes = BYTES_KEPT,
  ) {
    this.#events = new Array<CloudEvent | undefined>(most);
  }

  add(event: CloudEvent): void {
    if (this.#next - this.#first >= this.most) this.#forget();
    this.#events[this.#next % this.most] = event;
    this.#next++;
    this.#bytes += weightOf(event);
    while (this.#bytes > this.mostBytes && this.#next - this.#first > 1) this.#forget();
  }

  /** The number of the newest; 0 before the first. */
  get newest(): number {
    return this.#next - 1;
  }

  get size(): number {
    return this.#next - this.#first;
  }

  at(n: number): CloudEvent | undefined {
    return n >= this.#first && n < this.#next ? this.#events[n % this.most] : undefined;
  }

  /** Those after number `n`, as far as they are kept; oldest first. */
  *since(n: number): Generator<KeptEvent> {
    for (let at = Math.max(n + 1, this.#first); at < this.#next; at++) {
      const event = this.at(at);
      if (event !== undefined) yield { n: at, event };
    }
  }

  /** Newest first. */
  *backwards(): Generator<KeptEvent> {
    for (let at = this.#next - 1; at >= this.#first; at--) {
      const event = this.at(at);
      if (event !== undefined) yield { n: at, event };
    }
  }

  #forget(): void {
    const slot = this.#first % this.most;
    const event = this.#events[slot];
    if (event !== undefined) this.#bytes -= weightOf(event);
    this.#events[slot] = undefined;
    this.#first++;
  }
}

/** About how many bytes an event keeps alive. Items' images are the table's own, and small. */
function weightOf(event: CloudEvent): number {
  switch (event.type) {
    case "message-sent":
      return 2 * (event.body?.length ?? 0);
    case "invocation-started":
      return event.payload.byteLength;
    case "log":
    case "notification-published":
      return 2 * event.message.length;
    default:
      return 0;
  }
}
