import { nextBatch, type BatchLimits } from "./batching";
import { sequenceNumberOf, type StreamRecord } from "./streamRecord";

interface Waiting {
  readonly record: StreamRecord;
  /** Bytes as JSON. */
  readonly size: number;
}

/** Records of one shard that are worked off one batch after another. */
export class Lane {
  #waiting: Waiting[] = [];
  #openedAt = 0;
  busy = false;

  get length(): number {
    return this.#waiting.length;
  }

  add(waiting: Waiting, now: number): void {
    if (this.#waiting.length === 0) this.#openedAt = now;
    this.#waiting.push(waiting);
  }

  /** The next batch, or how long until there may be one; nothing while there are no records. */
  take(now: number, limits: BatchLimits): { records: StreamRecord[] } | { waitMs: number } | undefined {
    const sizes = this.#waiting.map(({ size }) => size);
    const state = nextBatch(sizes, this.#openedAt, now, limits);
    switch (state.kind) {
      case "empty":
        return undefined;
      case "waiting":
        return { waitMs: state.until - now };
      case "ready":
        this.#openedAt = now;
        return { records: this.#waiting.splice(0, state.count).map(({ record }) => record) };
    }
  }

  /** Everything that waits, taken out. */
  empty(): Waiting[] {
    return this.#waiting.splice(0);
  }
}

/**
 * The lanes of a shard, as many as its `ParallelizationFactor`: the changes of one item (partition and sort key)
 * always lie in the same lane, and so keep their order (Lambda developer guide, "Polling and batching streams").
 */
export class Lanes {
  #lanes: readonly Lane[] = [new Lane()];

  get all(): readonly Lane[] {
    return this.#lanes;
  }

  /** Records that wait in all lanes. */
  get length(): number {
    return this.#lanes.reduce((sum, lane) => sum + lane.length, 0);
  }

  get anyBusy(): boolean {
    return this.#lanes.some(({ busy }) => busy);
  }

  add(record: StreamRecord, now: number): void {
    this.#put({ record, size: Buffer.byteLength(JSON.stringify(record)) }, now);
  }

  /** Another number of lanes, once none is busy: before that, an item could change lanes and overtake itself. */
  resize(count: number, now: number): boolean {
    if (count === this.#lanes.length) return true;
    if (this.anyBusy) return false;
    const waiting = this.#lanes.flatMap((lane) => lane.empty());
    waiting.sort((a, b) =>
      BigInt(sequenceNumberOf(a.record)) < BigInt(sequenceNumberOf(b.record)) ? -1 : 1,
    );
    this.#lanes = Array.from({ length: count }, () => new Lane());
    for (const one of waiting) this.#put(one, now);
    return true;
  }

  #put(waiting: Waiting, now: number): void {
    this.#lanes[hashOf(waiting.record) % this.#lanes.length]?.add(waiting, now);
  }
}

/** FNV-1a of an item's key. */
function hashOf({ dynamodb: { Keys = {} } }: StreamRecord): number {
  const key = JSON.stringify(Object.entries(Keys).sort(([a], [b]) => (a < b ? -1 : 1)));
  let hash = 0x811c9dc5;
  for (let index = 0; index < key.length; index++)
    hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193) >>> 0;
  return hash;
}

/** How far a shard has been worked off without a gap, when its lanes end their batches in any order. */
export class Progress {
  /** Sequence numbers in the shard's order, and whether each is done. */
  readonly #done = new Map<string, boolean>();

  begin(record: StreamRecord): void {
    this.#done.set(sequenceNumberOf(record), false);
  }

  /** The last record of the gapless beginning, if that has grown. */
  finish(records: readonly StreamRecord[]): string | undefined {
    for (const record of records) this.#done.set(sequenceNumberOf(record), true);
    let last: string | undefined;
    for (const [sequenceNumber, done] of this.#done) {
      if (!done) break;
      this.#done.delete(sequenceNumber);
      last = sequenceNumber;
    }
    return last;
  }
}
