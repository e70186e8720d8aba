import { recordOf } from "../../core/record";
import type { Item } from "./attributeValue";
import { ItemCodec } from "./itemCodec";
import { type IndexShape, indexShapesOf, type KeyShape, keyShapeOf } from "./keyShape";
import type { ColdStore } from "../../core/coldStore";
import { SortedMap } from "../../core/sortedMap";
import type { Stream } from "./stream";
import { indexEntryOf } from "./indexEntry";
import type { TableSchema, Throughput } from "./tableSchema";

export type TableClass = "STANDARD" | "STANDARD_INFREQUENT_ACCESS";

/** Encryption with a KMS key; a table without it is encrypted with a key that AWS owns. */
export interface Encryption {
  readonly kmsKeyArn: string;
}

/** How a table is paid for; `since` is when it became on demand. */
export type Billing =
  | { readonly mode: "PROVISIONED"; readonly throughput: Throughput }
  | { readonly mode: "PAY_PER_REQUEST"; readonly since: number };

/** A table: its schema, its settings, its items. */
export class Table {
  readonly #codec = new ItemCodec();
  readonly items: SortedMap<Item>;
  readonly key: KeyShape;
  #schema: TableSchema;
  #indexShapes: readonly IndexShape[] = [];
  /** Projected items by index name and index key. */
  readonly indexes = new Map<string, SortedMap<Item>>();
  readonly tags = new Map<string, string>();
  sizeBytes = 0;
  tableClass: TableClass | undefined;
  encryption: Encryption | undefined;
  deletionProtected = false;
  /** The stream that the table writes to; a stream that was turned off lives on in the registry of streams. */
  stream: Stream | undefined;
  /** The newest stream, also when it has been turned off since. */
  latestStream: Stream | undefined;
  timeToLiveAttribute: string | undefined;
  pointInTimeRecovery: { readonly since: number; readonly recoveryPeriodDays: number } | undefined;

  constructor(
    schema: TableSchema,
    readonly arn: string,
    readonly id: string,
    readonly createdAt: number,
    public billing: Billing,
    private readonly store: ColdStore,
  ) {
    this.items = new SortedMap(this.#codec, store);
    this.key = keyShapeOf(schema, schema.KeySchema);
    this.#schema = schema;
    this.schema = schema;
  }

  get schema(): TableSchema {
    return this.#schema;
  }

  /** Indexes that the new schema does not name are dropped; new ones are built of the items that are there. */
  set schema(schema: TableSchema) {
    this.#schema = schema;
    this.#indexShapes = indexShapesOf(schema);
    const names = new Set(this.#indexShapes.map(({ definition }) => definition.IndexName));
    for (const [name, entries] of this.indexes) {
      if (names.has(name)) continue;
      entries.clear();
      this.indexes.delete(name);
    }
    for (const shape of this.#indexShapes) {
      if (this.indexes.has(shape.definition.IndexName)) continue;
      const entries = new SortedMap<Item>(this.#codec, this.store);
      for (const item of this.items.iterate()) {
        const entry = indexEntryOf(this.key, shape, item);
        if (entry !== undefined) entries.set(entry.key, entry.item);
      }
      this.indexes.set(shape.definition.IndexName, entries);
    }
  }

  /** For a table that is deleted. */
  clear(): void {
    for (const entries of [this.items, ...this.indexes.values()]) entries.clear();
  }

  get indexShapes(): readonly IndexShape[] {
    return this.#indexShapes;
  }

  get name(): string {
    return this.schema.TableName;
  }

  /** The key attributes of one of the table's items. */
  keysOf(item: Item): Item {
    return recordOf(
      this.schema.KeySchema.flatMap(({ AttributeName }) => {
        const value = item[AttributeName];
        return value === undefined ? [] : [[AttributeName, value] as const];
      }),
    );
  }
}
