import type { ColdStore } from "../../core/coldStore";
import { RecordLog, type StoredRecord } from "./recordLog";
import type { StreamRecord, StreamViewType } from "./streamRecord";
import type { KeySchemaElement } from "./tableSchema";

/** A record stays readable for 24 hours, then it is trimmed. */
const RETENTION_MS = 24 * 60 * 60 * 1000;

export interface StreamIdentity {
  readonly arn: string;
  readonly label: string;
  readonly tableName: string;
  readonly viewType: StreamViewType;
  readonly shardId: string;
  readonly createdAt: number;
  /** The first sequence number of the stream's one shard. */
  readonly firstSequence: number;
}

/** A table's stream: one shard, in the order of the writes. */
export class Stream {
  readonly #records: RecordLog;
  #closed: { readonly at: number; readonly lastSequence: number } | undefined;
  #lastTrimmed = 0;
  /** Where the records begin that have not been trimmed yet. */
  #begin = 0;
  /** Told the place of each record that has come or was trimmed. */
  changed: (sequence: number) => void = () => undefined;

  constructor(
    readonly identity: StreamIdentity,
    readonly keySchema: readonly KeySchemaElement[],
    store: ColdStore,
  ) {
    this.#records = new RecordLog(store);
  }

  /** When the stream was turned off, and the last number of its shard; nothing while it is on. */
  get closed(): { readonly at: number; readonly lastSequence: number } | undefined {
    return this.#closed;
  }

  append(at: number, sequence: number, record: StreamRecord): void {
    // A stream that nobody reads forgets, too.
    this.#trim(at);
    this.#records.append({ at, sequence, record });
    if (this.#begin === 0) this.#begin = sequence;
    this.changed(sequence);
  }

  /** The record at a place; undefined when there is none, or none any more. */
  recordAt(sequence: number): StoredRecord | undefined {
    for (const record of this.#records.from(sequence))
      return record.sequence === sequence ? record : undefined;
    return undefined;
  }

  /** A stream that was turned off takes no more records, and stays readable until they are trimmed. */
  close(at: number, lastSequence: number): void {
    this.#closed ??= { at, lastSequence };
  }

  /** Whether nothing of the stream is left to read at `now`. */
  expired(now: number): boolean {
    return this.#closed !== undefined && this.#closed.at + RETENTION_MS <= now;
  }

  /** For a stream of which nothing is left to read. */
  drop(): void {
    this.#records.trim(Infinity);
  }

  /** Up to `limit` records from position `from` on, and at most `maxBytes` of them, but always one. */
  read(
    from: number,
    now: number,
    limit: number,
    maxBytes: number,
  ): readonly { readonly sequence: number; readonly record: StreamRecord }[] {
    this.#trim(now);
    const page: StoredRecord[] = [];
    let bytes = 0;
    for (const stored of this.#records.from(from)) {
      bytes += stored.record.dynamodb.SizeBytes;
      if (page.length === limit || (page.length > 0 && bytes > maxBytes)) break;
      page.push(stored);
    }
    return page;
  }

  /** The oldest position that has not been trimmed at `now`; where the next record will go when none is left. */
  oldest(now: number, next: number): number {
    this.#trim(now);
    return this.#records.first()?.sequence ?? next;
  }

  /** Whether a record at or after position `from` has been trimmed at `now`. */
  hasTrimmed(from: number, now: number): boolean {
    this.#trim(now);
    return from <= this.#lastTrimmed;
  }

  #trim(now: number): void {
    const last = this.#records.trim(now - RETENTION_MS);
    if (last === undefined) return;
    this.#lastTrimmed = last;
    for (; this.#begin <= last; this.#begin++) this.changed(this.#begin);
  }
}
