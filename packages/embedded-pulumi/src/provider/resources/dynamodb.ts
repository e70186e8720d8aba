import type { Input } from "embedded-aws";
import * as v from "valibot";
import { defined, resource, strings, tagList, tags, textOf } from "../schemas";

type CreateTable = Input<"dynamodb", "CreateTable">;
type PutItem = Input<"dynamodb", "PutItem">;
type Projected = "ALL" | "INCLUDE" | "KEYS_ONLY";
type ViewType = "KEYS_ONLY" | "NEW_IMAGE" | "OLD_IMAGE" | "NEW_AND_OLD_IMAGES";

const tableInputs = v.strictObject({
  name: v.string(),
  hashKey: v.string(),
  rangeKey: v.optional(v.string()),
  attributes: v.array(v.strictObject({ name: v.string(), type: v.picklist(["S", "N", "B"]) })),
  billingMode: v.optional(v.picklist(["PROVISIONED", "PAY_PER_REQUEST"]), "PROVISIONED"),
  readCapacity: v.optional(v.number()),
  writeCapacity: v.optional(v.number()),
  streamEnabled: v.optional(v.boolean()),
  streamViewType: v.optional(textOf<ViewType>()),
  pointInTimeRecovery: v.optional(
    v.strictObject({ enabled: v.boolean(), recoveryPeriodInDays: v.optional(v.number()) }),
  ),
  serverSideEncryption: v.optional(
    v.strictObject({ enabled: v.boolean(), kmsKeyArn: v.optional(v.string()) }),
  ),
  deletionProtectionEnabled: v.optional(v.boolean()),
  ttl: v.optional(
    v.strictObject({ attributeName: v.optional(v.string()), enabled: v.optional(v.boolean()) }),
  ),
  tableClass: v.optional(textOf<NonNullable<CreateTable["TableClass"]>>()),
  globalSecondaryIndexes: v.optional(
    v.array(
      v.strictObject({
        name: v.string(),
        hashKey: v.string(),
        rangeKey: v.optional(v.string()),
        projectionType: textOf<Projected>(),
        nonKeyAttributes: strings,
        readCapacity: v.optional(v.number()),
        writeCapacity: v.optional(v.number()),
      }),
    ),
  ),
  localSecondaryIndexes: v.optional(
    v.array(
      v.strictObject({
        name: v.string(),
        rangeKey: v.string(),
        projectionType: textOf<Projected>(),
        nonKeyAttributes: strings,
      }),
    ),
  ),
  tags,
});

type TableInputs = v.InferOutput<typeof tableInputs>;

function keySchema(hashKey: string, rangeKey: string | undefined) {
  const hash = { AttributeName: hashKey, KeyType: "HASH" } as const;
  return rangeKey === undefined ? [hash] : [hash, { AttributeName: rangeKey, KeyType: "RANGE" as const }];
}

function throughput(
  billingMode: string,
  inputs: { readCapacity?: number | undefined; writeCapacity?: number | undefined },
) {
  if (billingMode !== "PROVISIONED") return undefined;
  return { ReadCapacityUnits: inputs.readCapacity, WriteCapacityUnits: inputs.writeCapacity };
}

function projection(index: { projectionType: Projected; nonKeyAttributes?: string[] | undefined }) {
  return defined({ ProjectionType: index.projectionType, NonKeyAttributes: index.nonKeyAttributes });
}

function createTableInput(inputs: TableInputs): CreateTable {
  return {
    TableName: inputs.name,
    AttributeDefinitions: inputs.attributes.map(({ name, type }) => ({
      AttributeName: name,
      AttributeType: type,
    })),
    KeySchema: keySchema(inputs.hashKey, inputs.rangeKey),
    BillingMode: inputs.billingMode,
    ProvisionedThroughput: throughput(inputs.billingMode, inputs),
    StreamSpecification:
      inputs.streamEnabled === true
        ? { StreamEnabled: true, StreamViewType: inputs.streamViewType }
        : undefined,
    SSESpecification:
      inputs.serverSideEncryption?.enabled === true
        ? defined({ Enabled: true, SSEType: "KMS", KMSMasterKeyId: inputs.serverSideEncryption.kmsKeyArn })
        : undefined,
    DeletionProtectionEnabled: inputs.deletionProtectionEnabled,
    TableClass: inputs.tableClass,
    GlobalSecondaryIndexes: inputs.globalSecondaryIndexes?.map((index) => ({
      IndexName: index.name,
      KeySchema: keySchema(index.hashKey, index.rangeKey),
      Projection: projection(index),
      ...defined({ ProvisionedThroughput: throughput(inputs.billingMode, index) }),
    })),
    LocalSecondaryIndexes: inputs.localSecondaryIndexes?.map((index) => ({
      IndexName: index.name,
      KeySchema: keySchema(inputs.hashKey, index.rangeKey),
      Projection: projection(index),
    })),
    Tags: Object.keys(inputs.tags).length === 0 ? undefined : tagList(inputs.tags),
  };
}

const table = resource({
  type: "aws:dynamodb/table:Table",
  inputs: tableInputs,
  autoName: { property: "name" },
  async create(inputs, context) {
    await context.call("dynamodb", "CreateTable", createTableInput(inputs));
    if (inputs.pointInTimeRecovery?.enabled === true) {
      await context.call("dynamodb", "UpdateContinuousBackups", {
        TableName: inputs.name,
        PointInTimeRecoverySpecification: {
          PointInTimeRecoveryEnabled: true,
          RecoveryPeriodInDays: inputs.pointInTimeRecovery.recoveryPeriodInDays,
        },
      });
    }
    if (inputs.ttl?.enabled === true) {
      await context.call("dynamodb", "UpdateTimeToLive", {
        TableName: inputs.name,
        TimeToLiveSpecification: { AttributeName: inputs.ttl.attributeName, Enabled: true },
      });
    }
    const { Table = {} } = await context.call("dynamodb", "DescribeTable", { TableName: inputs.name });
    return {
      id: inputs.name,
      outputs: {
        arn: Table.TableArn,
        billingMode: inputs.billingMode,
        // The provider gives empty strings where a table has no stream.
        streamArn: Table.LatestStreamArn ?? "",
        streamLabel: Table.LatestStreamLabel ?? "",
        tableClass: inputs.tableClass ?? "STANDARD",
      },
    };
  },
});

const tableItem = resource({
  type: "aws:dynamodb/tableItem:TableItem",
  inputs: v.strictObject({
    tableName: v.string(),
    hashKey: v.string(),
    rangeKey: v.optional(v.string()),
    item: v.string(),
  }),
  async create(inputs, context) {
    const item = JSON.parse(inputs.item, bytesInsteadOfBase64) as PutItem["Item"] & object;
    await context.call("dynamodb", "PutItem", {
      TableName: inputs.tableName,
      Item: item,
      // The provider refuses to overwrite an item that stands there already.
      ConditionExpression: "attribute_not_exists(#key)",
      ExpressionAttributeNames: { "#key": inputs.hashKey },
    });
    const texts = JSON.parse(inputs.item) as Record<string, Record<string, string>>;
    const keys = [inputs.hashKey, inputs.rangeKey].flatMap((key) =>
      key === undefined ? [] : [keyText(texts[key])],
    );
    return { id: [inputs.tableName, inputs.hashKey, ...keys].join("|"), outputs: {} };
  },
});

/** DynamoDB's JSON has base64 where callers of its operations give bytes. */
function bytesInsteadOfBase64(name: string, value: unknown): unknown {
  if (name === "B" && typeof value === "string") return Buffer.from(value, "base64");
  if (name === "BS" && Array.isArray(value)) return value.map((text) => Buffer.from(String(text), "base64"));
  return value;
}

/** Keys are strings, numbers or binary, all of which travel as text. */
function keyText(attribute: Record<string, string> | undefined): string {
  return Object.values(attribute ?? {})[0] ?? "";
}

export const dynamodb = [table, tableItem];
