import { AwsError } from "../../core/errors";
import type { Supported } from "../../wire/operation";
import type { Rules } from "../../wire/rules";
import { checkGlobalIndexes, indexRules, throughputRules } from "./parseCreateTable";
import type { Table } from "./table";
import type { IndexDefinition, TableSchema, Throughput } from "./tableSchema";
import { invalid } from "./tableSettings";

/** Members of `UpdateTable` that change a table's global indexes. */
export const indexUpdates = [
  "AttributeDefinitions",
  "GlobalSecondaryIndexUpdates.Create.IndexName",
  "GlobalSecondaryIndexUpdates.Create.KeySchema",
  "GlobalSecondaryIndexUpdates.Create.Projection",
  "GlobalSecondaryIndexUpdates.Create.ProvisionedThroughput",
  "GlobalSecondaryIndexUpdates.Update.IndexName",
  "GlobalSecondaryIndexUpdates.Update.ProvisionedThroughput",
  "GlobalSecondaryIndexUpdates.Delete",
] as const;

export const indexUpdateRules: Rules = {
  "AttributeDefinitions.AttributeType": { oneOf: ["B", "N", "S"] },
  ...indexRules("GlobalSecondaryIndexUpdates.Create"),
  ...throughputRules("GlobalSecondaryIndexUpdates.Create.ProvisionedThroughput"),
  ...throughputRules("GlobalSecondaryIndexUpdates.Update.ProvisionedThroughput"),
};

type Updates = Supported<"dynamodb", "UpdateTable", (typeof indexUpdates)[number]>;
type Update = NonNullable<Updates["GlobalSecondaryIndexUpdates"]>[number];
type AttributeDefinition = TableSchema["AttributeDefinitions"][number];

/** What an update of indexes comes to; `status` is of the one index that it makes or deletes, as the answer shows it. */
export interface IndexUpdate {
  readonly schema: TableSchema;
  readonly status: { readonly definition: IndexDefinition; readonly is: "CREATING" | "DELETING" } | undefined;
}

/**
 * The schema with its global indexes changed; nothing where the request leaves them alone. A request makes or deletes
 * one index: "Managing Global Secondary Indexes", developer guide.
 */
export function updatedIndexes(
  table: Table,
  request: Updates,
  mode: "PROVISIONED" | "PAY_PER_REQUEST",
): IndexUpdate | undefined {
  const updates = request.GlobalSecondaryIndexUpdates ?? [];
  if (updates.length === 0) return undefined;
  checkTogether(updates);
  const attributes = mergedAttributes(table.schema.AttributeDefinitions, request.AttributeDefinitions ?? []);
  let indexes = table.schema.GlobalSecondaryIndexes ?? [];
  let status: IndexUpdate["status"];
  for (const { Create, Update: changed, Delete } of updates) {
    if (Create !== undefined) {
      const definition = Create as IndexDefinition;
      checkNew(table, definition, indexes, attributes, mode);
      indexes = [...indexes, definition];
      status = { definition, is: "CREATING" };
    }
    if (changed !== undefined) indexes = withThroughput(indexes, changed, mode);
    if (Delete !== undefined) {
      const definition = indexes.find(({ IndexName }) => IndexName === Delete.IndexName);
      if (definition === undefined)
        throw new AwsError("ResourceNotFoundException", "Requested resource not found");
      indexes = indexes.filter((index) => index !== definition);
      status = { definition, is: "DELETING" };
    }
  }
  return { schema: schemaWith(table.schema, attributes, indexes, status?.is === "DELETING"), status };
}

function checkTogether(updates: readonly Update[]): void {
  const named = updates.map(({ Create, Update: changed, Delete }) => [Create, changed, Delete]);
  if (named.some((actions) => actions.every((action) => action === undefined))) {
    throw invalid("Update global secondary index action is null");
  }
  const online = updates.flatMap(({ Create, Delete }) => [Create, Delete]).filter(Boolean);
  if (online.length > 1) {
    throw new AwsError(
      "LimitExceededException",
      "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table",
    );
  }
  const names = named.flat().flatMap((action) => action?.IndexName ?? []);
  if (new Set(names).size !== names.length) {
    throw invalid("Only one global secondary index update per index is allowed simultaneously.");
  }
}

/** Attributes that no index is keyed by yet are let in: further requests may bring theirs. */
function mergedAttributes(
  standing: readonly AttributeDefinition[],
  sent: readonly AttributeDefinition[],
): readonly AttributeDefinition[] {
  const merged = new Map(standing.map((attribute) => [attribute.AttributeName, attribute]));
  for (const attribute of sent) {
    const former = merged.get(attribute.AttributeName);
    if (former !== undefined && former.AttributeType !== attribute.AttributeType) {
      throw invalid(
        "invalid attribute, SchemaElement redefined should be of same type as previously defined",
      );
    }
    merged.set(attribute.AttributeName, attribute);
  }
  return [...merged.values()];
}

function checkNew(
  { schema }: Table,
  definition: IndexDefinition,
  indexes: readonly IndexDefinition[],
  attributes: readonly AttributeDefinition[],
  mode: "PROVISIONED" | "PAY_PER_REQUEST",
): void {
  const all = [...indexes, ...(schema.LocalSecondaryIndexes ?? [])];
  if (all.some(({ IndexName }) => IndexName === definition.IndexName)) {
    throw invalid("Attempting to create an index which already exists");
  }
  const defined = attributes.map(({ AttributeName }) => AttributeName);
  checkGlobalIndexes({ BillingMode: mode, GlobalSecondaryIndexes: [...indexes, definition] }, defined);
  if (mode === "PROVISIONED" && definition.ProvisionedThroughput === undefined) {
    throw invalid(
      `One or more parameter values were invalid: ProvisionedThroughput must be specified for index: ${definition.IndexName}`,
    );
  }
}

function withThroughput(
  indexes: readonly IndexDefinition[],
  changed: NonNullable<Update["Update"]>,
  mode: "PROVISIONED" | "PAY_PER_REQUEST",
): readonly IndexDefinition[] {
  const { IndexName } = changed;
  const ProvisionedThroughput = changed.ProvisionedThroughput as Throughput | undefined;
  if (!indexes.some((index) => index.IndexName === IndexName)) {
    throw invalid("Invalid global secondary index name");
  }
  if (mode === "PAY_PER_REQUEST") {
    throw invalid(
      `One or more parameter values were invalid: ProvisionedThroughput should not be specified for index: ${IndexName} when BillingMode is PAY_PER_REQUEST`,
    );
  }
  if (ProvisionedThroughput === undefined) {
    throw invalid(
      `One or more parameter values were invalid: ProvisionedThroughput must be specified for index: ${IndexName}`,
    );
  }
  return indexes.map((index) =>
    index.IndexName === IndexName ? { ...index, ProvisionedThroughput } : index,
  );
}

/** With an index go the attributes that nothing else is keyed by. */
function schemaWith(
  { GlobalSecondaryIndexes: _former, ...schema }: TableSchema,
  attributes: readonly AttributeDefinition[],
  indexes: readonly IndexDefinition[],
  pruned: boolean,
): TableSchema {
  const keys = [schema, ...indexes, ...(schema.LocalSecondaryIndexes ?? [])].flatMap(
    ({ KeySchema }) => KeySchema,
  );
  const used = new Set(keys.map(({ AttributeName }) => AttributeName));
  return {
    ...schema,
    AttributeDefinitions: pruned
      ? attributes.filter(({ AttributeName }) => used.has(AttributeName))
      : attributes,
    ...(indexes.length > 0 && { GlobalSecondaryIndexes: indexes }),
  };
}
