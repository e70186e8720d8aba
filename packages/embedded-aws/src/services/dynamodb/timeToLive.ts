import type { Cancel } from "../../core/clock";
import type { CloudContext } from "../../core/service";
import type { Item } from "./attributeValue";
import { type Change, changeOf } from "./change";
import { storageKey } from "./storageKey";
import type { Table } from "./table";

/** What is older is taken for a mistake, and stays: DynamoDB developer guide, "Using time to live (TTL)". */
const OLDEST_EXPIRY_MS = 5 * 365 * 24 * 60 * 60 * 1000;

/** Looking through a table costs something: it is done once in so long, however many of its items expire. */
const SWEEP_PAUSE_MS = 60_000;

/** Who deletes expired items, as stream records name it: DynamoDB developer guide, "DynamoDB Streams and Time to Live". */
const TIME_TO_LIVE = { type: "Service", principalId: "dynamodb.amazonaws.com" } as const;

/** What is needed of the database. */
interface Tables {
  readonly context: CloudContext;
  readonly tables: ReadonlyMap<string, Table>;
  apply(changes: readonly Change[], by: typeof TIME_TO_LIVE): void;
}

interface Watch {
  /** When the table is looked through next, by the clock. */
  at: number;
  cancel: Cancel;
}

/**
 * Deletes the items whose time to live is over: each at its time and a part of `timeToLiveLagMs` that is its own, and up to
 * a minute more. It costs no throughput. Until then they are there, as AWS's are: who must not see them filters them out.
 */
export class TimeToLive {
  readonly #watched = new Map<Table, Watch>();
  /** When each table was last looked through. */
  readonly #swept = new WeakMap<Table, number>();

  readonly #stopListening: () => void;

  constructor(private readonly database: Tables) {
    // Items may be due earlier than the next look was set for.
    this.#stopListening = database.context.whenConditionsChange(() => {
      for (const table of [...this.#watched.keys()]) this.#watch(table, -Infinity);
    });
  }

  /** Sets, or with undefined unsets, the attribute that a table's items expire by. */
  use(table: Table, attribute: string | undefined): void {
    table.timeToLiveAttribute = attribute;
    this.#forget(table);
    if (attribute !== undefined) this.#sweep(table);
  }

  /** Tells that a table has an item that it had not before, or another one. */
  written(table: Table, item: Item): void {
    const dueAt = this.#dueAt(table, item);
    if (dueAt !== undefined) this.#watch(table, dueAt);
  }

  close(): void {
    this.#stopListening();
    for (const table of [...this.#watched.keys()]) this.#forget(table);
  }

  #forget(table: Table): void {
    this.#watched.get(table)?.cancel();
    this.#watched.delete(table);
  }

  #watch(table: Table, dueAt: number): void {
    const { clock } = this.database.context;
    const at = Math.max(dueAt, clock.now(), (this.#swept.get(table) ?? -Infinity) + SWEEP_PAUSE_MS);
    const watch = this.#watched.get(table);
    if (watch !== undefined && watch.at <= at) return;
    watch?.cancel();
    const cancel = clock.after(at - clock.now(), () => {
      this.#watched.delete(table);
      this.#sweep(table);
    });
    this.#watched.set(table, { at, cancel });
  }

  /** Deletes what is due, and looks to the next that will be. */
  #sweep(table: Table): void {
    if (this.database.tables.get(table.name) !== table) return;
    const now = this.database.context.clock.now();
    this.#swept.set(table, now);
    let next = Infinity;
    const due: Item[] = [];
    for (const item of table.items.values()) {
      const dueAt = this.#dueAt(table, item);
      if (dueAt === undefined) continue;
      if (dueAt <= now) due.push(item);
      else next = Math.min(next, dueAt);
    }
    this.database.apply(
      due.map((item) => changeOf(table, storageKey(table.key, item), item, undefined)),
      TIME_TO_LIVE,
    );
    if (next < Infinity) this.#watch(table, next);
  }

  /** When an item is deleted, in epoch milliseconds; undefined where it never is. */
  #dueAt(table: Table, item: Item): number | undefined {
    const attribute = table.timeToLiveAttribute;
    const value = attribute !== undefined && Object.hasOwn(item, attribute) ? item[attribute] : undefined;
    if (value === undefined || !("N" in value)) return undefined;
    const expiresAt = Number(value.N) * 1000;
    const { clock, conditions } = this.database.context;
    if (!Number.isFinite(expiresAt) || expiresAt < clock.now() - OLDEST_EXPIRY_MS) return undefined;
    return expiresAt + conditions.timeToLiveLagMs * fractionOf(storageKey(table.key, item));
  }
}

/** A number in [0, 1) that is a key's own: FNV-1a, 32 bits. */
function fractionOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < key.length; index++)
    hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193) >>> 0;
  return hash / 2 ** 32;
}
