import type { SortedMap } from "../../core/sortedMap";
import type { Output } from "../../wire/operation";
import { itemSize, type Item } from "./attributeValue";
import type { IndexUpdate } from "./indexUpdates";
import type { Table } from "./table";
import type { IndexDefinition, Throughput } from "./tableSchema";

type TableDescription = NonNullable<Output<"dynamodb", "DescribeTable">["Table"]>;

/**
 * A table as `DescribeTable` shows it, or a request that changes it, with the index that it makes or deletes. Counts and sizes are those of the moment; AWS's are up to six hours old.
 */
export function describeTable(
  table: Table,
  status: "ACTIVE" | "UPDATING" | "DELETING" = "ACTIVE",
  changing?: IndexUpdate["status"],
): TableDescription {
  const indexes = [
    ...(table.schema.GlobalSecondaryIndexes ?? []),
    ...(changing?.is === "DELETING" ? [changing.definition] : []),
  ];
  const { schema, billing, encryption, latestStream, stream } = table;
  return {
    TableName: table.name,
    TableArn: table.arn,
    TableId: table.id,
    TableStatus: status,
    CreationDateTime: new Date(table.createdAt),
    AttributeDefinitions: schema.AttributeDefinitions,
    KeySchema: schema.KeySchema,
    ItemCount: table.items.size,
    TableSizeBytes: table.sizeBytes,
    ProvisionedThroughput: throughput(billing.mode === "PROVISIONED" ? billing.throughput : undefined),
    ...(billing.mode === "PAY_PER_REQUEST" && {
      BillingModeSummary: {
        BillingMode: billing.mode,
        LastUpdateToPayPerRequestDateTime: new Date(billing.since),
      },
    }),
    ...(schema.LocalSecondaryIndexes && {
      LocalSecondaryIndexes: schema.LocalSecondaryIndexes.map((index) => describeIndex(table, index)),
    }),
    ...(indexes.length > 0 && {
      GlobalSecondaryIndexes: indexes.map((index) => ({
        ...describeIndex(table, index),
        IndexStatus: index === changing?.definition ? changing.is : ("ACTIVE" as const),
        ...(index === changing?.definition && { Backfilling: false }),
        ProvisionedThroughput: throughput(
          billing.mode === "PROVISIONED" ? index.ProvisionedThroughput : undefined,
        ),
      })),
    }),
    ...(stream && { StreamSpecification: { StreamEnabled: true, StreamViewType: stream.identity.viewType } }),
    ...(latestStream && {
      LatestStreamArn: latestStream.identity.arn,
      LatestStreamLabel: latestStream.identity.label,
    }),
    ...(encryption && {
      SSEDescription: { Status: "ENABLED", SSEType: "KMS", KMSMasterKeyArn: encryption.kmsKeyArn },
    }),
    ...(table.tableClass && { TableClassSummary: { TableClass: table.tableClass } }),
    DeletionProtectionEnabled: table.deletionProtected,
  };
}

function throughput(provisioned: Throughput | undefined) {
  return {
    NumberOfDecreasesToday: 0,
    ReadCapacityUnits: provisioned?.ReadCapacityUnits ?? 0,
    WriteCapacityUnits: provisioned?.WriteCapacityUnits ?? 0,
  };
}

function describeIndex(table: Table, { IndexName, KeySchema, Projection }: IndexDefinition) {
  const entries = table.indexes.get(IndexName);
  return {
    IndexName,
    KeySchema,
    Projection,
    IndexArn: `${table.arn}/index/${IndexName}`,
    ItemCount: entries?.size ?? 0,
    IndexSizeBytes: entries === undefined ? 0 : sizeOf(entries),
  };
}

function sizeOf(entries: SortedMap<Item>): number {
  let bytes = 0;
  for (const item of entries.iterate()) bytes += itemSize(item);
  return bytes;
}
