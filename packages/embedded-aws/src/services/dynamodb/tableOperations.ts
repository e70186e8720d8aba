import * as v from "valibot";
import { AwsError } from "../../core/errors";
import { type Operation, operation } from "../../core/service";
import { tableAccess } from "./access";
import type { Database } from "./database";
import type { CreateTableRequest } from "./requests";
import { parseRequest } from "./parseRequest";
import { type Billing, Table } from "./table";
import type { TableSchema } from "./tableSchema";
import { describeTable } from "./tableDescription";
import {
  encryption,
  invalid,
  type Settings,
  setTags,
  settingsSchema,
  streamWish,
  tagsSchema,
} from "./tableSettings";

/** The table, or DynamoDB's refusal in the words of the operations on tables, which name it. */
export function requireTable(database: Database, name: string): Table {
  const table = database.tables.get(name);
  if (table === undefined)
    throw new AwsError("ResourceNotFoundException", `Requested resource not found: Table: ${name} not found`);
  return table;
}

/** The settings are checked here, the rest by dynalite. */
const createSchema = v.pipe(
  v.looseObject({ ...settingsSchema, Tags: v.optional(tagsSchema, []) }),
  v.transform(
    ({ DeletionProtectionEnabled, SSESpecification, StreamSpecification, TableClass, Tags, ...rest }) => ({
      request: parseRequest("CreateTable", rest),
      settings: {
        DeletionProtectionEnabled,
        SSESpecification,
        StreamSpecification,
        TableClass,
      } satisfies Settings,
      tags: Tags,
    }),
  ),
);

const capacityUnits = v.pipe(v.number(), v.integer(), v.minValue(1));

const updateSchema = v.strictObject({
  TableName: v.string(),
  ...settingsSchema,
  BillingMode: v.optional(v.picklist(["PROVISIONED", "PAY_PER_REQUEST"])),
  ProvisionedThroughput: v.optional(
    v.strictObject({ ReadCapacityUnits: capacityUnits, WriteCapacityUnits: capacityUnits }),
  ),
});

function createTable(database: Database): Operation {
  const { context } = database;
  return operation(
    context,
    createSchema,
    ({ request, tags }) => [
      tableAccess(database, "CreateTable", request.TableName),
      ...(tags.length === 0 ? [] : [tableAccess(database, "TagResource", request.TableName)]),
    ],
    ({ request, settings, tags }) => {
      const name = request.TableName;
      if (database.tables.has(name))
        throw new AwsError("ResourceInUseException", `Table already exists: ${name}`);
      const table = new Table(
        schemaOf(request),
        database.tableArn(name),
        context.random.uuid(),
        database.now(),
        billing(request, database.now()),
      );
      const wish = streamWish(settings.StreamSpecification);
      table.encryption = encryption(context, settings.SSESpecification);
      table.tableClass = settings.TableClass;
      table.deletionProtected = settings.DeletionProtectionEnabled ?? false;
      setTags(table, tags);
      if (wish !== undefined && wish !== "off") database.openStream(table, wish);
      database.tables.set(name, table);
      // AWS takes seconds to make a table; here it is ready at once, and says so.
      return { TableDescription: describeTable(table) };
    },
  );
}

function schemaOf(request: CreateTableRequest): TableSchema {
  const { TableName, AttributeDefinitions, KeySchema, LocalSecondaryIndexes, GlobalSecondaryIndexes } =
    request;
  return {
    TableName,
    AttributeDefinitions,
    KeySchema,
    ...(LocalSecondaryIndexes && { LocalSecondaryIndexes }),
    ...(GlobalSecondaryIndexes && { GlobalSecondaryIndexes }),
  };
}

type BillingWish = Pick<v.InferOutput<typeof updateSchema>, "BillingMode" | "ProvisionedThroughput">;

function billing({ BillingMode, ProvisionedThroughput }: BillingWish, now: number): Billing {
  if (BillingMode === "PAY_PER_REQUEST") return { mode: BillingMode, since: now };
  if (ProvisionedThroughput === undefined) {
    throw invalid(
      "One or more parameter values were invalid: ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED",
    );
  }
  return { mode: "PROVISIONED", throughput: ProvisionedThroughput };
}

function updateTable(database: Database): Operation {
  const { context } = database;
  return operation(
    context,
    updateSchema,
    ({ TableName }) => [tableAccess(database, "UpdateTable", TableName)],
    (input) => {
      const { TableName, ...updates } = input;
      const table = requireTable(database, TableName);
      if (Object.values(updates).every((update) => update === undefined)) {
        throw invalid(
          `UpdateTable of ${TableName}: got nothing to update; expected at least one of ${Object.keys(updateSchema.entries).slice(1).join(", ")}`,
        );
      }
      const wish = streamWish(input.StreamSpecification);
      if (wish === "off" && table.stream === undefined)
        throw invalid(`Table has no stream to disable: TableName: ${table.name}`);
      if (wish !== undefined && wish !== "off" && table.stream !== undefined) {
        throw invalid(`Table already has an enabled stream: TableName: ${table.name}`);
      }
      const newBilling = updatedBilling(table, input, database.now());
      if (input.SSESpecification !== undefined)
        table.encryption = encryption(context, input.SSESpecification);
      table.billing = newBilling;
      table.tableClass = input.TableClass ?? table.tableClass;
      table.deletionProtected = input.DeletionProtectionEnabled ?? table.deletionProtected;
      if (wish === "off") database.closeStream(table);
      else if (wish !== undefined) database.openStream(table, wish);
      return { TableDescription: describeTable(table) };
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

const named = v.strictObject({ TableName: v.string() });

function describe(database: Database): Operation {
  return operation(
    database.context,
    named,
    ({ TableName }) => [tableAccess(database, "DescribeTable", TableName)],
    ({ TableName }) => ({ Table: describeTable(requireTable(database, TableName)) }),
  );
}

function deleteTable(database: Database): Operation {
  return operation(
    database.context,
    named,
    ({ TableName }) => [tableAccess(database, "DeleteTable", TableName)],
    ({ TableName }) => {
      const table = requireTable(database, TableName);
      if (table.deletionProtected) {
        throw invalid(
          "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.",
        );
      }
      database.closeStream(table);
      database.tables.delete(TableName);
      return { TableDescription: describeTable(table, "DELETING") };
    },
  );
}

const MAX_TABLES_LISTED = 100;

function listTables(database: Database): Operation {
  return operation(
    database.context,
    v.strictObject({
      ExclusiveStartTableName: v.optional(v.string(), ""),
      Limit: v.optional(
        v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MAX_TABLES_LISTED)),
        MAX_TABLES_LISTED,
      ),
    }),
    () => [{ action: "dynamodb:ListTables", resource: "*" }],
    ({ ExclusiveStartTableName, Limit }) => {
      const names = [...database.tables.keys()].filter((name) => name > ExclusiveStartTableName).sort();
      const page = names.slice(0, Limit);
      return { TableNames: page, ...(names.length > Limit && { LastEvaluatedTableName: page.at(-1) }) };
    },
  );
}

/** The operations that make, change, show and remove tables. */
export function tableOperations(database: Database): Readonly<Record<string, Operation>> {
  return {
    CreateTable: createTable(database),
    UpdateTable: updateTable(database),
    DescribeTable: describe(database),
    DeleteTable: deleteTable(database),
    ListTables: listTables(database),
  };
}
