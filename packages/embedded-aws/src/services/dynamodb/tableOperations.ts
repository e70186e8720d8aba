import { AwsError } from "../../core/errors";
import { operationsOf, parsingOperationsOf } from "../../wire/operation";
import { tableAccess } from "./access";
import type { Database } from "./database";
import type { CreateTableRequest } from "./requests";
import { indexUpdateRules, indexUpdates, updatedIndexes } from "./indexUpdates";
import { createTableRules, parseCreateTable, throughputRules } from "./parseCreateTable";
import { type Billing, Table } from "./table";
import type { TableSchema, Throughput } from "./tableSchema";
import { describeTable } from "./tableDescription";
import { encryption, invalid, setTags, settingRules, settings, streamWish, tagRules } from "./tableSettings";

/** The table, or DynamoDB's refusal in the words of the operations on tables, which name it. */
export function requireTable(database: Database, name: string): Table {
  const table = database.find(name);
  if (table === undefined)
    throw new AwsError("ResourceNotFoundException", `Requested resource not found: Table: ${name} not found`);
  return table;
}

function createTable(database: Database) {
  const { context } = database;
  return parsingOperationsOf("dynamodb", context)(
    "CreateTable",
    {
      supports: [
        "TableName",
        "AttributeDefinitions",
        "KeySchema",
        "LocalSecondaryIndexes",
        "GlobalSecondaryIndexes.IndexName",
        "GlobalSecondaryIndexes.KeySchema",
        "GlobalSecondaryIndexes.Projection",
        "GlobalSecondaryIndexes.ProvisionedThroughput",
        "BillingMode",
        "ProvisionedThroughput",
        "Tags",
        ...settings,
      ],
      rules: { ...createTableRules, ...settingRules, ...tagRules },
    },
    ({ Tags: tags = [], ...input }) => {
      const {
        DeletionProtectionEnabled: _protected,
        SSESpecification: _encrypted,
        StreamSpecification: _streamed,
        TableClass: _class,
        ...rest
      } = input;
      return { request: parseCreateTable(rest), wanted: input, tags };
    },
    ({ request, tags }) => [
      tableAccess(database, "CreateTable", request.TableName),
      ...(tags.length === 0 ? [] : [tableAccess(database, "TagResource", request.TableName)]),
    ],
    async ({ request, wanted, tags }) => {
      const keys = await encryption(context, wanted.SSESpecification);
      const name = database.newName(request.TableName);
      if (database.tables.has(name))
        throw new AwsError("ResourceInUseException", `Table already exists: ${name}`);
      const table = new Table(
        schemaOf(request, name),
        database.tableArn(name),
        context.random.uuid(),
        database.now(),
        billing(request, database.now()),
        context.cold,
      );
      const wish = streamWish(wanted.StreamSpecification);
      table.encryption = keys;
      table.tableClass = wanted.TableClass;
      table.deletionProtected = wanted.DeletionProtectionEnabled ?? false;
      setTags(table, tags);
      database.add(table);
      if (wish !== undefined && wish !== "off") database.openStream(table, wish);
      // AWS takes seconds to make a table; here it is ready at once, and says so.
      return { TableDescription: describeTable(table) };
    },
  );
}

function schemaOf(request: CreateTableRequest, TableName: string): TableSchema {
  const { AttributeDefinitions, KeySchema, LocalSecondaryIndexes, GlobalSecondaryIndexes } = request;
  return {
    TableName,
    AttributeDefinitions,
    KeySchema,
    ...(LocalSecondaryIndexes && { LocalSecondaryIndexes }),
    ...(GlobalSecondaryIndexes && { GlobalSecondaryIndexes }),
  };
}

interface BillingWish {
  readonly BillingMode?: "PROVISIONED" | "PAY_PER_REQUEST";
  readonly ProvisionedThroughput?: Throughput;
}

function billing({ BillingMode, ProvisionedThroughput }: BillingWish, now: number): Billing {
  if (BillingMode === "PAY_PER_REQUEST") return { mode: BillingMode, since: now };
  if (ProvisionedThroughput === undefined) {
    throw invalid(
      "One or more parameter values were invalid: ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED",
    );
  }
  return { mode: "PROVISIONED", throughput: ProvisionedThroughput };
}

const updates = ["BillingMode", "ProvisionedThroughput", "GlobalSecondaryIndexUpdates", ...settings] as const;

function updateTable(database: Database) {
  const { context } = database;
  return operationsOf("dynamodb", context)(
    "UpdateTable",
    {
      supports: ["TableName", "BillingMode", "ProvisionedThroughput", ...settings, ...indexUpdates],
      rules: {
        ...indexUpdateRules,
        BillingMode: { oneOf: ["PROVISIONED", "PAY_PER_REQUEST"] },
        ...throughputRules("ProvisionedThroughput"),
        ...settingRules,
      },
    },
    ({ TableName }) => [tableAccess(database, "UpdateTable", TableName)],
    async (input) => {
      const { TableName } = input;
      const keys = await encryption(context, input.SSESpecification);
      const table = requireTable(database, TableName);
      const asked = (value: unknown) => (Array.isArray(value) ? value.length > 0 : value !== undefined);
      if (!updates.some((update) => asked(input[update]))) {
        throw invalid(
          `UpdateTable of ${TableName}: got nothing to update; expected at least one of ${updates.join(", ")}`,
        );
      }
      const wish = streamWish(input.StreamSpecification);
      if (wish === "off" && table.stream === undefined)
        throw invalid(`Table has no stream to disable: TableName: ${table.name}`);
      if (wish !== undefined && wish !== "off" && table.stream !== undefined) {
        throw invalid(`Table already has an enabled stream: TableName: ${table.name}`);
      }
      const newBilling = updatedBilling(table, input, database.now());
      const indexes = updatedIndexes(table, input, newBilling.mode);
      if (input.SSESpecification !== undefined) table.encryption = keys;
      table.billing = newBilling;
      table.tableClass = input.TableClass ?? table.tableClass;
      table.deletionProtected = input.DeletionProtectionEnabled ?? table.deletionProtected;
      if (wish === "off") database.closeStream(table);
      else if (wish !== undefined) database.openStream(table, wish);
      if (indexes === undefined) return { TableDescription: describeTable(table) };
      // AWS takes minutes to build an index; here that is done by the next request.
      table.schema = indexes.schema;
      return { TableDescription: describeTable(table, "UPDATING", indexes.status) };
    },
  );
}

function updatedBilling(table: Table, request: BillingWish, now: number): Billing {
  const mode = request.BillingMode ?? table.billing.mode;
  if (request.ProvisionedThroughput !== undefined && mode === "PAY_PER_REQUEST") {
    throw invalid(
      "One or more parameter values were invalid: Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST",
    );
  }
  const unchanged = mode === table.billing.mode && request.ProvisionedThroughput === undefined;
  return unchanged ? table.billing : billing({ ...request, BillingMode: mode }, now);
}

const named = { supports: ["TableName"] } as const;

function describe(database: Database) {
  return operationsOf("dynamodb", database.context)(
    "DescribeTable",
    named,
    ({ TableName }) => [tableAccess(database, "DescribeTable", TableName)],
    ({ TableName }) => ({ Table: describeTable(requireTable(database, TableName)) }),
  );
}

function deleteTable(database: Database) {
  return operationsOf("dynamodb", database.context)(
    "DeleteTable",
    named,
    ({ TableName }) => [tableAccess(database, "DeleteTable", TableName)],
    ({ TableName }) => {
      const table = requireTable(database, TableName);
      if (table.deletionProtected) {
        throw invalid(
          "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.",
        );
      }
      database.remove(table);
      const TableDescription = describeTable(table, "DELETING");
      table.clear();
      return { TableDescription };
    },
  );
}

const MAX_TABLES_LISTED = 100;

function listTables(database: Database) {
  return operationsOf("dynamodb", database.context)(
    "ListTables",
    {
      supports: ["ExclusiveStartTableName", "Limit"],
      rules: { Limit: { range: [1, MAX_TABLES_LISTED] } },
    },
    () => [{ action: "dynamodb:ListTables", resource: "*" }],
    ({ ExclusiveStartTableName = "", Limit = MAX_TABLES_LISTED }) => {
      const names = [...database.tables.keys()].filter((name) => name > ExclusiveStartTableName).sort();
      const page = names.slice(0, Limit);
      return { TableNames: page, ...(names.length > Limit && { LastEvaluatedTableName: page.at(-1) }) };
    },
  );
}

/** The operations that make, change, show and remove tables. */
export function tableOperations(database: Database) {
  return {
    ...createTable(database),
    ...updateTable(database),
    ...describe(database),
    ...deleteTable(database),
    ...listTables(database),
  };
}
