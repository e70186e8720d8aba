import type { Input } from "embedded-aws";
import * as v from "valibot";
import { afterwards } from "../afterwards";
import { refuseChange } from "../refuseChange";
import type { CreateContext } from "../resourceType";
import { retag } from "../retag";
import { defined, resource, tagList, tags, textOf } from "../schemas";
import { textOutput } from "../textOutput";
import {
  attributeDefinitions,
  capacityAndIndexUpdates,
  globalIndex,
  globalIndexes,
  keySchema,
  localIndex,
  localIndexes,
  tableAttributes,
  throughput,
} from "./tableIndexes";

type CreateTable = Input<"dynamodb", "CreateTable">;
type PutItem = Input<"dynamodb", "PutItem">;
type ViewType = "KEYS_ONLY" | "NEW_IMAGE" | "OLD_IMAGE" | "NEW_AND_OLD_IMAGES";

const tableInputs = v.strictObject({
  name: v.string(),
  hashKey: v.string(),
  rangeKey: v.optional(v.string()),
  attributes: tableAttributes,
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
  globalSecondaryIndexes: globalIndexes,
  localSecondaryIndexes: localIndexes,
  tags,
});

type TableInputs = v.InferOutput<typeof tableInputs>;

function streamOf({ streamEnabled, streamViewType }: TableInputs) {
  return streamEnabled === true ? { StreamEnabled: true, StreamViewType: streamViewType } : undefined;
}

function encryptionOf({ serverSideEncryption }: TableInputs) {
  return serverSideEncryption?.enabled === true
    ? defined({ Enabled: true, SSEType: "KMS" as const, KMSMasterKeyId: serverSideEncryption.kmsKeyArn })
    : undefined;
}

function createTableInput(inputs: TableInputs): CreateTable {
  return {
    TableName: inputs.name,
    AttributeDefinitions: attributeDefinitions(inputs),
    KeySchema: keySchema(inputs.hashKey, inputs.rangeKey),
    BillingMode: inputs.billingMode,
    ProvisionedThroughput: throughput(inputs.billingMode, inputs),
    StreamSpecification: streamOf(inputs),
    SSESpecification: encryptionOf(inputs),
    DeletionProtectionEnabled: inputs.deletionProtectionEnabled,
    TableClass: inputs.tableClass,
    GlobalSecondaryIndexes: inputs.globalSecondaryIndexes?.map((index) => globalIndex(inputs, index)),
    LocalSecondaryIndexes: inputs.localSecondaryIndexes?.map((index) => localIndex(inputs, index)),
    Tags: Object.keys(inputs.tags).length === 0 ? undefined : tagList(inputs.tags),
  };
}

const table = resource({
  type: "aws:dynamodb/table:Table",
  inputs: tableInputs,
  autoName: { property: "name" },
  async create(inputs, context) {
    await context.call("dynamodb", "CreateTable", createTableInput(inputs));
    return await afterwards(inputs.name, async () => {
      if (inputs.pointInTimeRecovery?.enabled === true) await setRecovery(inputs, context);
      if (inputs.ttl?.enabled === true) await setTimeToLive(inputs.name, inputs.ttl, context);
      return { id: inputs.name, outputs: await tableOutputs(inputs, context) };
    });
  },
  async update(change, context) {
    const { inputs, old, changed, outputs } = change;
    // An attribute is what keys are made of: it comes and goes with an index.
    if (!changed.has("globalSecondaryIndexes")) refuseChange(changed, "attributes");
    for (const update of tableUpdates(inputs, old, changed))
      await context.call("dynamodb", "UpdateTable", { TableName: inputs.name, ...update });
    if (changed.has("pointInTimeRecovery")) await setRecovery(inputs, context);
    if (changed.has("ttl")) {
      const moved = old.ttl?.attributeName !== inputs.ttl?.attributeName;
      // One attribute has to be let go before another is taken.
      if (old.ttl?.enabled === true && (moved || inputs.ttl?.enabled !== true))
        await setTimeToLive(inputs.name, { ...old.ttl, enabled: false }, context);
      if (inputs.ttl?.enabled === true) await setTimeToLive(inputs.name, inputs.ttl, context);
    }
    const ResourceArn = textOutput(outputs, "arn");
    await retag(
      change,
      (tags) => context.call("dynamodb", "TagResource", { ResourceArn, Tags: tagList(tags) }),
      (TagKeys) => context.call("dynamodb", "UntagResource", { ResourceArn, TagKeys }),
    );
    return await tableOutputs(inputs, context);
  },
  async delete(inputs, id, context) {
    if (context.force && inputs.deletionProtectionEnabled === true)
      await context.call("dynamodb", "UpdateTable", { TableName: id, DeletionProtectionEnabled: false });
    await context.call("dynamodb", "DeleteTable", { TableName: id });
  },
});

/** What is to change of a table: each of it by a call of its own, as DynamoDB wants it. */
function tableUpdates(
  inputs: TableInputs,
  old: TableInputs,
  changed: ReadonlySet<string>,
): readonly Omit<Input<"dynamodb", "UpdateTable">, "TableName">[] {
  const updates = [...capacityAndIndexUpdates(old, inputs)];
  if (changed.has("streamEnabled") || changed.has("streamViewType")) {
    // A stream keeps the view that it was made with: another view is another stream.
    if (old.streamEnabled === true) updates.push({ StreamSpecification: { StreamEnabled: false } });
    if (inputs.streamEnabled === true) updates.push({ StreamSpecification: streamOf(inputs) });
  }
  if (changed.has("serverSideEncryption"))
    updates.push({ SSESpecification: encryptionOf(inputs) ?? { Enabled: false } });
  if (changed.has("tableClass")) updates.push({ TableClass: inputs.tableClass ?? "STANDARD" });
  if (changed.has("deletionProtectionEnabled"))
    updates.push({ DeletionProtectionEnabled: inputs.deletionProtectionEnabled ?? false });
  return updates;
}

function setRecovery({ name, pointInTimeRecovery }: TableInputs, context: CreateContext): Promise<unknown> {
  return context.call("dynamodb", "UpdateContinuousBackups", {
    TableName: name,
    PointInTimeRecoverySpecification: {
      PointInTimeRecoveryEnabled: pointInTimeRecovery?.enabled === true,
      RecoveryPeriodInDays: pointInTimeRecovery?.recoveryPeriodInDays,
    },
  });
}

function setTimeToLive(
  TableName: string,
  { attributeName, enabled }: NonNullable<TableInputs["ttl"]>,
  context: CreateContext,
): Promise<unknown> {
  return context.call("dynamodb", "UpdateTimeToLive", {
    TableName,
    TimeToLiveSpecification: { AttributeName: attributeName, Enabled: enabled === true },
  });
}

async function tableOutputs(inputs: TableInputs, context: CreateContext) {
  const { Table = {} } = await context.call("dynamodb", "DescribeTable", { TableName: inputs.name });
  const streams = inputs.streamEnabled === true;
  return {
    arn: Table.TableArn,
    billingMode: inputs.billingMode,
    // The provider gives empty strings where a table has no stream.
    streamArn: (streams ? Table.LatestStreamArn : undefined) ?? "",
    streamLabel: (streams ? Table.LatestStreamLabel : undefined) ?? "",
    tableClass: inputs.tableClass ?? "STANDARD",
  };
}

const tableItem = resource({
  type: "aws:dynamodb/tableItem:TableItem",
  inputs: v.strictObject({
    tableName: v.string(),
    hashKey: v.string(),
    rangeKey: v.optional(v.string()),
    item: v.string(),
  }),
  async create(inputs, context) {
    await context.call("dynamodb", "PutItem", {
      TableName: inputs.tableName,
      Item: itemOf(inputs),
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
  async update({ inputs, old }, context) {
    const { tableName: TableName } = inputs;
    await context.call("dynamodb", "PutItem", { TableName, Item: itemOf(inputs) });
    const [before, after] = [keyOf(old), keyOf(inputs)];
    // Another key is another item.
    if (JSON.stringify(before) !== JSON.stringify(after))
      await context.call("dynamodb", "DeleteItem", { TableName, Key: before });
    return undefined;
  },
  async delete(inputs, _id, context) {
    await context.call("dynamodb", "DeleteItem", { TableName: inputs.tableName, Key: keyOf(inputs) });
  },
});

interface ItemInputs {
  readonly item: string;
  readonly hashKey: string;
  readonly rangeKey?: string | undefined;
}

function itemOf({ item }: Pick<ItemInputs, "item">): PutItem["Item"] & object {
  return JSON.parse(item, bytesInsteadOfBase64) as PutItem["Item"] & object;
}

function keyOf(inputs: ItemInputs): PutItem["Item"] & object {
  const keys = [inputs.hashKey, inputs.rangeKey];
  return Object.fromEntries(Object.entries(itemOf(inputs)).filter(([name]) => keys.includes(name)));
}

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
