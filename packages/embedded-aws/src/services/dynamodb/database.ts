import { AwsError } from "../../core/errors";
import type { CloudContext } from "../../core/service";
import { sameItem } from "./attributeValue";
import { CapacityLedger, type Usage } from "./capacity";
import { type Change, commit } from "./store";
import { Stream } from "./stream";
import { recordContents, sequenceNumber, type StreamRecord, type StreamViewType } from "./streamRecord";
import type { Table } from "./table";
import { Throughput, type UnitKind } from "./throughput";
import type { Item } from "./attributeValue";

/**
 * Decides whether the next touch of `tableName` by `operation` fails, and how. A transaction and a batch ask
 * once for each of their items. In a transaction, throttles and conflicts become cancellation reasons; in a
 * batch, a throttled item is left unprocessed.
 */
export type FaultHook = (operation: string, tableName: string) => AwsError | undefined;

/** Everything that DynamoDB holds in one embedded cloud. */
export class Database {
  readonly tables = new Map<string, Table>();
  readonly capacity = new CapacityLedger();
  readonly #throughput: Throughput;
  faults: FaultHook | undefined;
  #streams: readonly Stream[] = [];
  #nextSequence = 1;

  constructor(readonly context: CloudContext) {
    this.#throughput = new Throughput(context);
  }

  /**
   * What stands in the way of touching a table, or the item with `key` in it: a fault that was asked for, or
   * throughput that is used up. A scan has no key.
   */
  refusal(operation: string, tableName: string, kind: UnitKind, key?: Item): AwsError | undefined {
    const fault = this.faults?.(operation, tableName);
    const table = this.tables.get(tableName);
    return fault ?? (table === undefined ? undefined : this.#throughput.refusal(table, kind, key));
  }

  /** Takes what touching an item has cost from what its partition and its table may cost in this second. */
  spend(table: Table, kind: UnitKind, usage: Usage, key?: Item): void {
    this.#throughput.spend(table, kind, usage.table, key);
  }

  /** The table, or DynamoDB's refusal in the words of the operations on items. */
  table(name: string): Table {
    const table = this.tables.get(name);
    if (table === undefined) throw new AwsError("ResourceNotFoundException", "Requested resource not found");
    return table;
  }

  tableArn(name: string): string {
    return `arn:aws:dynamodb:${this.context.region}:${this.context.accountId}:table/${name}`;
  }

  /** The clock's time in whole milliseconds, which is as fine as DynamoDB's dates are. */
  now(): number {
    return Math.floor(this.context.clock.now());
  }

  /** Position that the next stream record will take; every stream of the account counts along one line. */
  get nextSequence(): number {
    return this.#nextSequence;
  }

  /** Streams with something left to read, the ones of deleted tables included. */
  streams(): readonly Stream[] {
    const now = this.now();
    this.#streams = this.#streams.filter((stream) => !stream.expired(now));
    return this.#streams;
  }

  openStream(table: Table, viewType: StreamViewType): void {
    const label = this.#streamLabel(table.name);
    const identity = {
      arn: `${table.arn}/stream/${label}`,
      label,
      tableName: table.name,
      viewType,
      shardId: `shardId-${String(this.now()).padStart(20, "0")}-${this.context.random.hex(8)}`,
      createdAt: this.now(),
      firstSequence: this.#nextSequence,
    };
    const stream = new Stream(identity, table.schema.KeySchema);
    this.#streams = [...this.streams(), stream];
    table.stream = stream;
    table.latestStream = stream;
  }

  closeStream(table: Table): void {
    table.stream?.close(this.now(), this.#nextSequence++);
    table.stream = undefined;
  }

  /** The time of creation, to the millisecond; two streams of one table never share it. */
  #streamLabel(tableName: string): string {
    const taken = new Set(
      this.#streams
        .filter(({ identity }) => identity.tableName === tableName)
        .map(({ identity }) => identity.label),
    );
    for (let at = this.now(); ; at++) {
      const label = new Date(at).toISOString().replace("Z", "");
      if (!taken.has(label)) return label;
    }
  }

  /** Makes changes real, all in this turn; then records them in streams and tells those who listen. */
  apply(changes: readonly Change[]): void {
    const effective = changes.filter(({ oldItem, newItem }) => !sameItem(oldItem, newItem));
    for (const change of effective) commit(change);
    for (const change of effective) this.#record(change);
    for (const change of effective) this.#publish(change);
  }

  #record({ table, oldItem, newItem }: Change): void {
    const standing = newItem ?? oldItem;
    if (table.stream === undefined || standing === undefined) return;
    const now = this.now();
    const sequence = this.#nextSequence++;
    const { viewType } = table.stream.identity;
    const record: StreamRecord = {
      eventID: this.context.random.hex(32),
      eventName: oldItem === undefined ? "INSERT" : newItem === undefined ? "REMOVE" : "MODIFY",
      eventVersion: "1.1",
      eventSource: "aws:dynamodb",
      awsRegion: this.context.region,
      dynamodb: {
        ApproximateCreationDateTime: Math.floor(now / 1000),
        ...recordContents(viewType, table.keysOf(standing), oldItem, newItem),
        SequenceNumber: sequenceNumber(sequence),
        StreamViewType: viewType,
      },
    };
    table.stream.append(now, sequence, record);
  }

  #publish({ table, oldItem, newItem }: Change): void {
    const { events } = this.context;
    const tableName = table.name;
    if (newItem !== undefined) {
      const keys = table.keysOf(newItem);
      if (oldItem === undefined)
        events.publish({ type: "item-inserted", tableName, keys, newImage: newItem });
      else events.publish({ type: "item-modified", tableName, keys, newImage: newItem, oldImage: oldItem });
    } else if (oldItem !== undefined) {
      events.publish({ type: "item-removed", tableName, keys: table.keysOf(oldItem), oldImage: oldItem });
    }
  }
}
