import type { Input, Output } from "embedded-aws";
import { keyAs, type Reader, type Readers, tagsFrom } from "./reader";

type GetItem = Input<"dynamodb", "GetItem">;
type Described = NonNullable<Output<"dynamodb", "DescribeTable">["Table"]>;
type Indexed = Partial<
  Pick<NonNullable<Described["GlobalSecondaryIndexes"]>[number], "KeySchema" | "Projection">
>;

const table: Reader = async ({ id: TableName, inputs }, context) => {
  const { call } = context;
  const { Table = {} } = await call("dynamodb", "DescribeTable", { TableName });
  const { TimeToLiveDescription: ttl } = await call("dynamodb", "DescribeTimeToLive", { TableName });
  const { ContinuousBackupsDescription } = await call("dynamodb", "DescribeContinuousBackups", { TableName });
  const { Tags } = await call("dynamodb", "ListTagsOfResource", { ResourceArn: Table.TableArn });
  const recovery = ContinuousBackupsDescription?.PointInTimeRecoveryDescription;
  const recovers = recovery?.PointInTimeRecoveryStatus === "ENABLED";
  const provisioned = Table.BillingModeSummary?.BillingMode !== "PAY_PER_REQUEST";
  const expires = (ttl?.TimeToLiveStatus ?? "").startsWith("ENABL");
  const streams = Table.StreamSpecification?.StreamEnabled === true;
  const encrypted = /^(ENABLED|ENABLING|UPDATING)$/.test(Table.SSEDescription?.Status ?? "");
  const given = inputs.serverSideEncryption as { readonly kmsKeyArn?: string } | undefined;
  return {
    inputs: {
      ...keysOf(Table),
      attributes: Table.AttributeDefinitions?.map(({ AttributeName, AttributeType }) => ({
        name: AttributeName,
        type: AttributeType,
      })),
      billingMode: provisioned ? "PROVISIONED" : "PAY_PER_REQUEST",
      ...(provisioned && {
        readCapacity: Table.ProvisionedThroughput?.ReadCapacityUnits,
        writeCapacity: Table.ProvisionedThroughput?.WriteCapacityUnits,
      }),
      streamEnabled: streams,
      streamViewType: streams ? Table.StreamSpecification.StreamViewType : undefined,
      pointInTimeRecovery: {
        enabled: recovers,
        recoveryPeriodInDays: recovers ? recovery.RecoveryPeriodInDays : undefined,
      },
      serverSideEncryption: {
        enabled: encrypted,
        // Which key it is without one of the program's is DynamoDB's affair.
        kmsKeyArn:
          given?.kmsKeyArn === undefined
            ? undefined
            : await keyAs(given.kmsKeyArn, Table.SSEDescription?.KMSMasterKeyArn, context),
      },
      deletionProtectionEnabled: Table.DeletionProtectionEnabled ?? false,
      ttl: { enabled: expires, attributeName: expires ? ttl?.AttributeName : undefined },
      tableClass: Table.TableClassSummary?.TableClass ?? "STANDARD",
      globalSecondaryIndexes: Table.GlobalSecondaryIndexes?.map((index) => ({
        ...indexOf(index),
        name: index.IndexName,
        ...(provisioned && {
          readCapacity: index.ProvisionedThroughput?.ReadCapacityUnits,
          writeCapacity: index.ProvisionedThroughput?.WriteCapacityUnits,
        }),
      })),
      localSecondaryIndexes: Table.LocalSecondaryIndexes?.map((index) => ({
        ...indexOf(index),
        name: index.IndexName,
        hashKey: undefined,
      })),
      tags: tagsFrom(Tags),
    },
    defaults: {
      streamEnabled: false,
      pointInTimeRecovery: { enabled: false, recoveryPeriodInDays: recovers ? 35 : undefined },
      serverSideEncryption: { enabled: false },
      deletionProtectionEnabled: false,
      ttl: { enabled: false },
      tableClass: "STANDARD",
    },
  };
};

function keysOf({ KeySchema = [] }: Pick<Indexed, "KeySchema">) {
  const named = (type: string) => KeySchema.find(({ KeyType }) => KeyType === type)?.AttributeName;
  return { hashKey: named("HASH"), rangeKey: named("RANGE") };
}

function indexOf({ KeySchema, Projection }: Indexed) {
  return {
    ...keysOf({ KeySchema }),
    projectionType: Projection?.ProjectionType,
    nonKeyAttributes: Projection?.NonKeyAttributes,
  };
}

const tableItem: Reader = async ({ inputs, text }, { call }) => {
  const given = JSON.parse(text("item")) as Readonly<Record<string, unknown>>;
  const keys = [inputs.hashKey, inputs.rangeKey].filter((key) => typeof key === "string");
  const Key = Object.fromEntries(keys.map((key) => [key, given[key]]));
  const { Item } = await call("dynamodb", "GetItem", {
    TableName: text("tableName"),
    Key: JSON.parse(JSON.stringify(Key), bytesFromBase64) as GetItem["Key"],
    ConsistentRead: true,
  });
  return Item && { inputs: { item: JSON.stringify(Item, bytesAsBase64) } };
};

/** DynamoDB's JSON has base64 where callers of its operations give and get bytes. */
function bytesFromBase64(name: string, value: unknown): unknown {
  return name === "B" && typeof value === "string" ? Buffer.from(value, "base64") : value;
}

function bytesAsBase64(this: unknown, name: string, value: unknown): unknown {
  // A buffer has a form in JSON of its own, which has been applied to `value` by now.
  const original = (this as Readonly<Record<string, unknown>>)[name];
  return original instanceof Uint8Array ? Buffer.from(original).toString("base64") : value;
}

export const dynamodbReaders: Readers = {
  "aws:dynamodb/table:Table": table,
  "aws:dynamodb/tableItem:TableItem": tableItem,
};
