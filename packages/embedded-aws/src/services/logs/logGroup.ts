/** How many events a group keeps; when there are more, its oldest go. The real service keeps them all. */
export const eventsKept = 20_000;
/** How much they may hold together, as CloudWatch Logs counts it; when there is more, the oldest go. */
export const bytesKept = 8 * 1024 * 1024;

const dayMs = 86_400_000;
/** CloudWatch Logs counts this many bytes beside each message. */
export const eventOverheadBytes = 26;

export interface LogStream {
  readonly name: string;
  readonly creationTime: number;
  firstEventTimestamp: number | undefined;
  lastEventTimestamp: number | undefined;
  lastIngestionTime: number | undefined;
}

export interface StoredEvent {
  /** Position in the group, from 0, over all events it ever had. */
  readonly sequence: number;
  readonly stream: LogStream;
  readonly timestamp: number;
  readonly ingestionTime: number;
  readonly message: string;
}

/** One log group: its streams, and the events of all of them in order of arrival. */
export class LogGroup {
  readonly streams = new Map<string, LogStream>();
  retentionInDays: number | undefined;
  #events: StoredEvent[] = [];
  #bytes = 0;
  #sequence = 0;

  constructor(
    readonly name: string,
    readonly creationTime: number,
    public kmsKeyId: string | undefined,
    readonly tags: Map<string, string>,
  ) {}

  append(stream: LogStream, entries: readonly { timestamp: number; message: string }[], now: number): void {
    for (const { timestamp, message } of entries) {
      const event = { sequence: this.#sequence++, stream, timestamp, ingestionTime: now, message };
      this.#events.push(event);
      this.#bytes += bytesOf(event);
      stream.firstEventTimestamp = Math.min(stream.firstEventTimestamp ?? timestamp, timestamp);
      stream.lastEventTimestamp = Math.max(stream.lastEventTimestamp ?? timestamp, timestamp);
      stream.lastIngestionTime = now;
    }
    // Dropping a quarter at a time spares moving the whole list for each event.
    if (this.#events.length > eventsKept * 1.25 || this.#bytes > bytesKept * 1.25) this.#dropOldest();
  }

  /** A stream goes with its events, "permanently". */
  deleteStream(stream: LogStream): void {
    this.streams.delete(stream.name);
    this.#events = this.#events.filter((event) => event.stream !== stream);
    this.#bytes = sizeOf(this.#events);
  }

  #dropOldest(): void {
    const kept = this.#events.slice(-eventsKept);
    this.#bytes = sizeOf(kept);
    const first = kept.findIndex((event) => {
      if (this.#bytes <= bytesKept) return true;
      this.#bytes -= bytesOf(event);
      return false;
    });
    this.#events = first < 0 ? [] : kept.slice(first);
  }

  /** The events that the group still keeps at time `now`, in order of time. */
  events(now: number): readonly StoredEvent[] {
    const oldest = this.retentionInDays === undefined ? -Infinity : now - this.retentionInDays * dayMs;
    return this.#events
      .slice(-eventsKept)
      .filter(({ timestamp }) => timestamp >= oldest)
      .sort((a, b) => a.timestamp - b.timestamp || a.sequence - b.sequence);
  }

  storedBytes(now: number): number {
    return sizeOf(this.events(now));
  }
}

function bytesOf({ message }: StoredEvent): number {
  return Buffer.byteLength(message) + eventOverheadBytes;
}

function sizeOf(events: readonly StoredEvent[]): number {
  return events.reduce((sum, event) => sum + bytesOf(event), 0);
}
