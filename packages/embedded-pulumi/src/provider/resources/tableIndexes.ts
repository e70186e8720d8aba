import type { Input } from "embedded-aws";
import * as v from "valibot";
import { defined, strings, textOf } from "../schemas";

type Update = Omit<Input<"dynamodb", "UpdateTable">, "TableName">;
type Projected = "ALL" | "INCLUDE" | "KEYS_ONLY";

const common = { name: v.string(), projectionType: textOf<Projected>(), nonKeyAttributes: strings };

export const globalIndexes = v.optional(
  v.array(
    v.strictObject({
      ...common,
      hashKey: v.string(),
      rangeKey: v.optional(v.string()),
      readCapacity: v.optional(v.number()),
      writeCapacity: v.optional(v.number()),
    }),
  ),
);

export const localIndexes = v.optional(v.array(v.strictObject({ ...common, rangeKey: v.string() })));

export const tableAttributes = v.array(
  v.strictObject({ name: v.string(), type: v.picklist(["S", "N", "B"]) }),
);

type GlobalIndex = NonNullable<v.InferOutput<typeof globalIndexes>>[number];
type LocalIndex = NonNullable<v.InferOutput<typeof localIndexes>>[number];

/** What of a table's inputs its indexes are made of. */
export interface IndexedTable {
  readonly hashKey: string;
  readonly attributes: v.InferOutput<typeof tableAttributes>;
  readonly billingMode: "PROVISIONED" | "PAY_PER_REQUEST";
  readonly readCapacity?: number | undefined;
  readonly writeCapacity?: number | undefined;
  readonly globalSecondaryIndexes?: readonly GlobalIndex[] | undefined;
}

export function attributeDefinitions({ attributes }: Pick<IndexedTable, "attributes">) {
  return attributes.map(({ name, type }) => ({ AttributeName: name, AttributeType: type }));
}

export function keySchema(hashKey: string, rangeKey: string | undefined) {
  const hash = { AttributeName: hashKey, KeyType: "HASH" } as const;
  return rangeKey === undefined ? [hash] : [hash, { AttributeName: rangeKey, KeyType: "RANGE" as const }];
}

export function throughput(
  billingMode: string,
  inputs: { readonly readCapacity?: number | undefined; readonly writeCapacity?: number | undefined },
) {
  if (billingMode !== "PROVISIONED") return undefined;
  return { ReadCapacityUnits: inputs.readCapacity, WriteCapacityUnits: inputs.writeCapacity };
}

export function globalIndex({ billingMode }: Pick<IndexedTable, "billingMode">, index: GlobalIndex) {
  return {
    IndexName: index.name,
    KeySchema: keySchema(index.hashKey, index.rangeKey),
    Projection: projection(index),
    ...defined({ ProvisionedThroughput: throughput(billingMode, index) }),
  };
}

export function localIndex({ hashKey }: Pick<IndexedTable, "hashKey">, index: LocalIndex) {
  return {
    IndexName: index.name,
    KeySchema: keySchema(hashKey, index.rangeKey),
    Projection: projection(index),
  };
}

function projection(index: {
  readonly projectionType: Projected;
  readonly nonKeyAttributes?: string[] | undefined;
}) {
  return defined({ ProjectionType: index.projectionType, NonKeyAttributes: index.nonKeyAttributes });
}

/**
 * What brings a table's capacity and global indexes to what they are to be, in the order in which DynamoDB takes it: it
 * makes or deletes one index a request, and a table that gets provisioned throughput gets it with that of all its indexes.
 * An index of another key or projection is deleted and made anew, as the provider does.
 */
export function capacityAndIndexUpdates(old: IndexedTable, inputs: IndexedTable): readonly Update[] {
  const [former, wanted] = [old, inputs].map(
    ({ globalSecondaryIndexes = [] }) => new Map(globalSecondaryIndexes.map((index) => [index.name, index])),
  ) as [Map<string, GlobalIndex>, Map<string, GlobalIndex>];
  const stays = (index: GlobalIndex) => shapeOf(former.get(index.name)) === shapeOf(wanted.get(index.name));
  const gone = [...former.values()].filter((index) => !stays(index));
  const kept = [...wanted.values()].filter(stays);
  const made = [...wanted.values()].filter((index) => !stays(index));
  return [
    ...gone.map(({ name }) => ({ GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: name } }] })),
    ...capacityUpdate(old, inputs, former, kept),
    ...made.map((index) => ({
      AttributeDefinitions: attributeDefinitions(inputs),
      GlobalSecondaryIndexUpdates: [{ Create: globalIndex(inputs, index) }],
    })),
  ];
}

function capacityUpdate(
  old: IndexedTable,
  inputs: IndexedTable,
  former: ReadonlyMap<string, GlobalIndex>,
  kept: readonly GlobalIndex[],
): readonly Update[] {
  const moved = old.billingMode !== inputs.billingMode;
  const differs = (a: Capacity, b: Capacity) =>
    a.readCapacity !== b.readCapacity || a.writeCapacity !== b.writeCapacity;
  const table = moved || differs(old, inputs);
  const resized =
    inputs.billingMode === "PROVISIONED"
      ? kept.filter((index) => moved || differs(former.get(index.name) ?? {}, index))
      : [];
  if (!table && resized.length === 0) return [];
  return [
    {
      ...(table && {
        BillingMode: inputs.billingMode,
        ProvisionedThroughput: throughput(inputs.billingMode, inputs),
      }),
      ...(resized.length > 0 && {
        GlobalSecondaryIndexUpdates: resized.map((index) => ({
          Update: { IndexName: index.name, ProvisionedThroughput: throughput("PROVISIONED", index) },
        })),
      }),
    },
  ];
}

type Capacity = Pick<GlobalIndex, "readCapacity" | "writeCapacity">;

/** All that cannot be changed of an index. */
function shapeOf(index: GlobalIndex | undefined): string {
  if (index === undefined) return "";
  const { hashKey, rangeKey, projectionType, nonKeyAttributes = [] } = index;
  return JSON.stringify([hashKey, rangeKey, projectionType, [...nonKeyAttributes].sort()]);
}
