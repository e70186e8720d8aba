import * as v from "valibot";
import { defined, resource, strings, tagList, tags } from "../schemas";

const tableInputs = v.strictObject({
  name: v.string(),
  hashKey: v.string(),
  rangeKey: v.optional(v.string()),
  attributes: v.array(v.strictObject({ name: v.string(), type: v.picklist(["S", "N", "B"]) })),
  billingMode: v.optional(v.picklist(["PROVISIONED", "PAY_PER_REQUEST"]), "PROVISIONED"),
  readCapacity: v.optional(v.number()),
  writeCapacity: v.optional(v.number()),
  streamEnabled: v.optional(v.boolean()),
  streamViewType: v.optional(v.string()),
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
  tableClass: v.optional(v.string()),
  globalSecondaryIndexes: v.optional(
    v.array(
      v.strictObject({
        name: v.string(),
        hashKey: v.string(),
        rangeKey: v.optional(v.string()),
        projectionType: v.string(),
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
        projectionType: v.string(),
        nonKeyAttributes: strings,
      }),
    ),
  ),
  tags,
});

type TableInputs = v.InferOutput<typeof tableInputs>;

function keySchema(hashKey: string, rangeKey: string | undefined) {
  const hash = { AttributeName: hashKey, KeyType: "HASH" };
  return rangeKey === undefined ? [hash] : [hash, { AttributeName: rangeKey, KeyType: "RANGE" }];
}

function throughput(
  billingMode: string,
  inputs: { readCapacity?: number | undefined; writeCapacity?: number | undefined },
) {
  if (billingMode !== "PROVISIONED") return undefined;
  return { ReadCapacityUnits: inputs.readCapacity, WriteCapacityUnits: inputs.writeCapacity };
}

function projection(index: { projectionType: string; nonKeyAttributes?: string[] | undefined }) {
  return defined({ ProjectionType: index.projectionType, NonKeyAttributes: index.nonKeyAttributes });
}

function createTableInput(inputs: TableInputs): object {
  return defined({
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
    GlobalSecondaryIndexes: inputs.globalSecondaryIndexes?.map((index) =>
      defined({
        IndexName: index.name,
        KeySchema: keySchema(index.hashKey, index.rangeKey),
        Projection: projection(index),
        ProvisionedThroughput: throughput(inputs.billingMode, index),
      }),
    ),
    LocalSecondaryIndexes: inputs.localSecondaryIndexes?.map((index) => ({
      IndexName: index.name,
      KeySchema: keySchema(inputs.hashKey, index.rangeKey),
      Projection: projection(index),
    })),
    Tags: Object.keys(inputs.tags).length === 0 ? undefined : tagList(inputs.tags),
  });
}

interface TableDescription {
  readonly TableArn: string;
  readonly LatestStreamArn?: string;
  readonly LatestStreamLabel?: string;
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
        PointInTimeRecoverySpecification: defined({
          PointInTimeRecoveryEnabled: true,
          RecoveryPeriodInDays: inputs.pointInTimeRecovery.recoveryPeriodInDays,
        }),
      });
    }
    if (inputs.ttl?.enabled === true) {
      await context.call("dynamodb", "UpdateTimeToLive", {
        TableName: inputs.name,
        TimeToLiveSpecification: { AttributeName: inputs.ttl.attributeName, Enabled: true },
      });
    }
    const { Table } = await context.call<{ Table: TableDescription }>("dynamodb", "DescribeTable", {
      TableName: inputs.name,
    });
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
    const item = JSON.parse(inputs.item) as Record<string, Record<string, string>>;
    await context.call("dynamodb", "PutItem", {
      TableName: inputs.tableName,
      Item: item,
      // The provider refuses to overwrite an item that stands there already.
      ConditionExpression: "attribute_not_exists(#key)",
      ExpressionAttributeNames: { "#key": inputs.hashKey },
    });
    const keys = [inputs.hashKey, inputs.rangeKey].flatMap((key) =>
      key === undefined ? [] : [keyText(item[key])],
    );
    return { id: [inputs.tableName, inputs.hashKey, ...keys].join("|"), outputs: {} };
  },
});

/** Keys are strings, numbers or binary, all of which travel as text. */
function keyText(attribute: Record<string, string> | undefined): string {
  return Object.values(attribute ?? {})[0] ?? "";
}

export const dynamodb = [table, tableItem];
