import type { Access } from "../../core/service";
import type { AttributeValue, Item } from "./attributeValue";
import type { Database } from "./database";

/** Permission on a table, or on one of its indexes; `keys` are the items touched, for `dynamodb:LeadingKeys`. */
export function tableAccess(
  database: Database,
  action: string,
  tableName: string,
  keys: readonly Item[] = [],
  indexName?: string,
): Access {
  const arn = database.tableArn(tableName);
  const partitionKey = database.find(tableName)?.schema.KeySchema[0]?.AttributeName;
  const leadingKeys = partitionKey === undefined ? [] : keys.flatMap((key) => leadingKey(key[partitionKey]));
  return {
    action: `dynamodb:${action}`,
    resource: indexName === undefined ? arn : `${arn}/index/${indexName}`,
    ...(leadingKeys.length > 0 && { context: { "dynamodb:LeadingKeys": [...new Set(leadingKeys)] } }),
  };
}

function leadingKey(value: AttributeValue | undefined): readonly string[] {
  if (value === undefined) return [];
  if ("S" in value) return [value.S];
  if ("N" in value) return [value.N];
  return "B" in value ? [value.B] : [];
}
