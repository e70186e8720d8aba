import { AwsError } from "../../core/errors";
import type { Principal } from "../../core/iam/principal";
import type { Access } from "../../core/service";
import { authorizeUseOfKey } from "../kms/useOfKey";
import type { AttributeValue, Item } from "./attributeValue";
import type { Database } from "./database";
import type { Table } from "./table";

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

/**
 * Checks that a caller may use the keys of tables that are encrypted with the account's own: DynamoDB decrypts a table's
 * key in the name of whoever touches its items or its stream. DynamoDB developer guide, "Encryption at rest: usage notes".
 * It caches that for minutes; here each request asks.
 *
 * @throws AwsError `AccessDeniedException`, be the key refused, disabled or gone.
 */
export function checkKeysOf(database: Database, tableNames: Iterable<string>, caller: Principal): void {
  for (const name of new Set(tableNames)) checkKeyOf(database, database.find(name), caller);
}

function checkKeyOf({ context }: Database, table: Table | undefined, caller: Principal): void {
  const keyArn = table?.encryption?.kmsKeyArn;
  // DynamoDB's own key in the account asks for no permission.
  if (table === undefined || keyArn === undefined || keyArn.endsWith(":alias/aws/dynamodb")) return;
  const encryptionContext = {
    "aws:dynamodb:tableName": table.name,
    "aws:dynamodb:subscriberId": context.accountId,
  };
  try {
    authorizeUseOfKey(context, keyArn, caller, "dynamodb", ["Decrypt"], encryptionContext);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw new AwsError("AccessDeniedException", `KMS key access denied error: ${error.message}`);
  }
}

function leadingKey(value: AttributeValue | undefined): readonly string[] {
  if (value === undefined) return [];
  if ("S" in value) return [value.S];
  if ("N" in value) return [value.N];
  return "B" in value ? [value.B] : [];
}
