import { AwsError } from "../../core/errors";
import type { CloudContext } from "../../core/service";
import { sameItem } from "./attributeValue";
import type { Usage } from "./capacity";
import { type Change, commit } from "./change";
import { type DynamoDbControls, dynamoDbControlsOf } from "./controls";
import { KeptTables } from "./keptTables";
import { Stream } from "./stream";
import { recordContents, sequenceNumber, type StreamRecord, type StreamViewType } from "./streamRecord";
import type { Table } from "./table";
import { Throughput, type UnitKind } from "./throughput";
import { TimeToLive } from "./timeToLive";
import type { Item } from "./attributeValue";

/** Everything that DynamoDB holds in one embedded cloud. */
export class Database {
  readonly tables = new Map<string, Table>();
  readonly controls: DynamoDbControls;
  readonly timeToLive: TimeToLive;
  readonly #throughput: Throughput;
  readonly #kept: KeptTables;
  #streams: readonly Stream[] = [];
  #nextSequence = 1;

  constructor(readonly context: CloudContext) {
    this.controls = dynamoDbControlsOf(context);
    this.#throughput = new Throughput(context);
    this.timeToLive = new TimeToLive(this);
    this.#kept = new KeptTables(context.keep);
  }

  /** Takes in a new table; one of its name may have left items in an earlier cloud. */
  add(table: Table): void {
    this.#kept.take(table);
    this.tables.set(table.name, table);
  }

  remove(table: Table): void {
    this.closeStream(table);
    this.#kept.drop(table);
    this.tables.delete(table.name);
  }

  /** The table of a name or an ARN, where there is one. */
  find(nameOrArn: string): Table | undefined {
    const prefix = this.tableArn("");
    return this.tables.get(nameOrArn.startsWith(prefix) ? nameOrArn.slice(prefix.length) : nameOrArn);
  }

  /** The name of a table that is to be; an ARN must be one of this account and region. */
  newName(nameOrArn: string): string {
    const prefix = this.tableArn("");
    if (nameOrArn.startsWith(prefix)) return nameOrArn.slice(prefix.length);
    if (!nameOrArn.startsWith("arn:")) return nameOrArn;
    throw new AwsError(
      "ValidationException",
      `TableName: got ${nameOrArn}; expected a name, or ${prefix}NAME`,
    );
  }

  /** The name of a table that is named by name or ARN; what names none stays as it is. */
  nameOf(nameOrArn: string): string {
    return this.find(nameOrArn)?.name ?? nameOrArn;
  }

  /**
   * What stands in the way of touching a table, or the item with `key` in it: a fault that was asked for, or
   * throughput that is used up. A scan has no key.
   */
  refusal(operation: string, nameOrArn: string, kind: UnitKind, key?: Item): AwsError | undefined {
    const table = this.find(nameOrArn);
    const fault = this.controls.faults?.(operation, table?.name ?? nameOrArn);
    return fault ?? (table === undefined ? undefined : this.#throughput.refusal(table, kind, key));
  }

  /** Takes what touching an item has cost from what its partition and its table may cost in this second. */
  spend(table: Table, kind: UnitKind, usage: Usage, key?: Item): void {
    this.#throughput.spend(table, kind, usage.table, key);
  }

  /** The table, or DynamoDB's refusal in the words of the operations on items. */
  table(nameOrArn: string): Table {
    const table = this.find(nameOrArn);
    if (table === undefined) throw new AwsError("ResourceNotFoundException", "Requested resource not found");
    return table;
  }

  tableArn(nameOrArn: string): string {
    if (nameOrArn.startsWith("arn:")) return nameOrArn;
    return `arn:aws:dynamodb:${this.context.region}:${this.context.accountId}:table/${nameOrArn}`;
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
    const expired = this.#streams.filter((stream) => stream.expired(now));
    for (const stream of expired) stream.drop();
    if (expired.length > 0) this.#streams = this.#streams.filter((stream) => !stream.expired(now));
    return this.#streams;
  }

  openStream(table: Table, viewType: StreamViewType): void {
    const label = this.#streamLabel(table.name);
    const kept = this.#kept.streamOf(table, viewType);
    this.#nextSequence = Math.max(this.#nextSequence, kept?.next ?? 0);
    const identity = kept?.identity ?? {
      arn: `${table.arn}/stream/${label}`,
      label,
      tableName: table.name,
      viewType,
      shardId: `shardId-${String(this.now()).padStart(20, "0")}-${this.context.random.hex(8)}`,
      createdAt: this.now(),
      firstSequence: this.#nextSequence,
    };
    const stream = new Stream(identity, table.schema.KeySchema, this.context.cold);
    this.#kept.keepStream(stream, () => this.#nextSequence);
    this.#streams = [...this.streams(), stream];
    table.stream = stream;
    table.latestStream = stream;
  }

  closeStream(table: Table): void {
    const { stream } = table;
    if (stream === undefined) return;
    stream.close(this.now(), this.#nextSequence++);
    this.#kept.dropStream(stream);
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

  /**
   * Makes changes real, all in this turn; then records them in streams and tells those who listen.
   *
   * @param by the service that makes them; by default a caller, which streams do not name.
   */
  apply(changes: readonly Change[], by?: StreamRecord["userIdentity"]): void {
    const effective = changes.filter(({ oldItem, newItem }) => !sameItem(oldItem, newItem));
    for (const change of effective) {
      commit(change);
      this.#kept.written(change.table, change.key);
    }
    for (const change of effective) this.#record(change, by);
    for (const change of effective) this.#publish(change);
    for (const { table, newItem } of effective)
      if (newItem !== undefined && table.timeToLiveAttribute !== undefined)
        this.timeToLive.written(table, newItem);
  }

  #record({ table, oldItem, newItem }: Change, by: StreamRecord["userIdentity"]): void {
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
      ...(by === undefined ? {} : { userIdentity: by }),
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
