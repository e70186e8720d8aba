import { withBase64 } from "../../core/base64";
import type { Rules } from "../../wire/rules";
import { invalid } from "./parseRequest";
import type { CreateTableRequest } from "./requests";
import { checkNewTableName } from "./tableName";
import type { IndexDefinition, KeySchemaElement, Throughput } from "./tableSchema";

const MAX_UNITS = 1_000_000_000_000;
const MAX_LOCAL_INDEXES = 5;
const MAX_GLOBAL_INDEXES = 20;
/** HASH attributes, and as many RANGE attributes, of a global index. */
const MAX_INDEX_KEYS = 4;

export const indexRules = (member: string): Rules => ({
  [`${member}.IndexName`]: { length: [3, 255], pattern: /^[a-zA-Z0-9_.-]+$/ },
  [`${member}.KeySchema`]: { length: [1, 2 * MAX_INDEX_KEYS] },
  [`${member}.KeySchema.KeyType`]: { oneOf: ["HASH", "RANGE"] },
  [`${member}.Projection.ProjectionType`]: { oneOf: ["ALL", "INCLUDE", "KEYS_ONLY"] },
  [`${member}.Projection.NonKeyAttributes`]: { length: [1, 20] },
});

export const throughputRules = (member: string): Rules => ({
  [`${member}.ReadCapacityUnits`]: { range: [1, Infinity] },
  [`${member}.WriteCapacityUnits`]: { range: [1, Infinity] },
});

/** What the API reference says of single members. */
export const createTableRules: Rules = {
  "AttributeDefinitions.AttributeType": { oneOf: ["B", "N", "S"] },
  BillingMode: { oneOf: ["PROVISIONED", "PAY_PER_REQUEST"] },
  KeySchema: { length: [1, 2] },
  "KeySchema.KeyType": { oneOf: ["HASH", "RANGE"] },
  ...indexRules("LocalSecondaryIndexes"),
  ...indexRules("GlobalSecondaryIndexes"),
  ...throughputRules("ProvisionedThroughput"),
  ...throughputRules("GlobalSecondaryIndexes.ProvisionedThroughput"),
};

/** Throws DynamoDB's `ValidationException` for a table whose parts do not go together. */
export function parseCreateTable(raw: object): CreateTableRequest {
  for (const member of ["AttributeDefinitions", "KeySchema"]) demand(raw, member);
  const request = withBase64(raw) as CreateTableRequest;
  checkNewTableName(request.TableName);
  checkThroughput(request);
  const defined = request.AttributeDefinitions.map(({ AttributeName }) => AttributeName);
  if (new Set(defined).size !== defined.length) {
    throw invalid("Cannot have two attributes with the same name");
  }
  checkTableKey(request.KeySchema, defined);
  const names = new Set<string>();
  checkLocalIndexes(request, defined, names);
  checkGlobalIndexes(request, defined, names);
  checkAllUsed(request, defined);
  return request;
}

/** The model leaves open what a table made from a backup or a stream does not need; these must have both. */
function demand(request: object, member: string): void {
  if ((request as Readonly<Record<string, unknown>>)[member] !== undefined) return;
  const name = member.charAt(0).toLowerCase() + member.slice(1);
  throw invalid(
    `1 validation error detected: Value null at '${name}' failed to satisfy constraint: Member must not be null`,
  );
}

function checkThroughput({ BillingMode, ProvisionedThroughput }: CreateTableRequest): void {
  if (BillingMode === "PAY_PER_REQUEST") {
    if (ProvisionedThroughput === undefined) return;
    throw wrong(
      "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST",
    );
  }
  if (ProvisionedThroughput === undefined) {
    throw wrong(
      "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED",
    );
  }
  for (const member of ["ReadCapacityUnits", "WriteCapacityUnits"] as const satisfies (keyof Throughput)[]) {
    const units = ProvisionedThroughput[member];
    if (units > MAX_UNITS) throw invalid(`Given value ${units} for ${member} is out of bounds`);
  }
}

function checkTableKey(schema: readonly KeySchemaElement[], defined: readonly string[]): void {
  if (schema.length > defined.length) {
    throw invalid("Invalid KeySchema: Some index key attribute have no definition");
  }
  checkDefined(schema, defined);
  checkOrder(schema);
}

function checkDefined(schema: readonly KeySchemaElement[], defined: readonly string[]): void {
  const keys = schema.map(({ AttributeName }) => AttributeName);
  if (keys.every((key) => defined.includes(key))) return;
  throw wrong(
    `Some index key attributes are not defined in AttributeDefinitions. Keys: [${keys.join(", ")}], AttributeDefinitions: [${defined.join(", ")}]`,
  );
}

/** One HASH, and then perhaps one RANGE, as tables and local indexes have it. */
function checkOrder([hash, range]: readonly KeySchemaElement[]): void {
  if (hash?.AttributeName === range?.AttributeName) {
    throw invalid("Both the Hash Key and the Range Key element in the KeySchema have the same name");
  }
  if (hash?.KeyType !== "HASH") {
    throw invalid("Invalid KeySchema: The first KeySchemaElement is not a HASH key type");
  }
  if (range !== undefined && range.KeyType !== "RANGE") {
    throw invalid("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type");
  }
}

function checkLocalIndexes(
  { KeySchema, LocalSecondaryIndexes: indexes }: CreateTableRequest,
  defined: readonly string[],
  names: Set<string>,
): void {
  if (indexes === undefined) return;
  if (indexes.length === 0) throw wrong("List of LocalSecondaryIndexes is empty");
  if (KeySchema.length !== 2) {
    throw wrong(
      "Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex",
    );
  }
  for (const definition of indexes) {
    const { IndexName, KeySchema: schema } = definition;
    checkDefined(schema, defined);
    if (schema.length > 2) {
      throw wrong(`Index KeySchema of a local index has a HASH and a RANGE key; index: ${IndexName}`);
    }
    checkOrder(schema);
    if (schema.length !== 2) {
      throw wrong(`Index KeySchema does not have a range key for index: ${IndexName}`);
    }
    const [ownHash, tableHash] = [schema[0]?.AttributeName, KeySchema[0]?.AttributeName];
    if (ownHash !== tableHash) {
      throw wrong(
        `Index KeySchema does not have the same leading hash key as table KeySchema for index: ${IndexName}. index hash key: ${ownHash}, table hash key: ${tableHash}`,
      );
    }
    checkProjection(definition);
    checkNew(names, IndexName);
  }
  if (indexes.length > MAX_LOCAL_INDEXES) {
    throw wrong(`Number of LocalSecondaryIndexes exceeds per-table limit of ${MAX_LOCAL_INDEXES}`);
  }
}

/** @param names of indexes that the table has beside these; each of these is added. */
export function checkGlobalIndexes(
  {
    BillingMode,
    GlobalSecondaryIndexes: indexes,
  }: Pick<CreateTableRequest, "BillingMode" | "GlobalSecondaryIndexes">,
  defined: readonly string[],
  names = new Set<string>(),
): void {
  if (indexes === undefined) return;
  if (indexes.length === 0) throw wrong("List of GlobalSecondaryIndexes is empty");
  for (const definition of indexes) {
    const { IndexName, KeySchema: schema, ProvisionedThroughput } = definition;
    checkDefined(schema, defined);
    if (schema.length <= 2 && schema[1]?.KeyType !== "HASH") checkOrder(schema);
    else checkManyKeys(schema);
    checkProjection(definition);
    if (BillingMode === "PAY_PER_REQUEST" && ProvisionedThroughput !== undefined) {
      throw wrong(
        `ProvisionedThroughput should not be specified for index: ${IndexName} when BillingMode is PAY_PER_REQUEST`,
      );
    }
    checkNew(names, IndexName);
  }
  if (indexes.length > MAX_GLOBAL_INDEXES) {
    throw wrong(`GlobalSecondaryIndex count exceeds the per-table limit of ${MAX_GLOBAL_INDEXES}`);
  }
}

/** HASH attributes first, then RANGE attributes, four of each at most: "Multi-attribute keys", developer guide. */
function checkManyKeys(schema: readonly KeySchemaElement[]): void {
  if (schema[0]?.KeyType !== "HASH") {
    throw invalid("Invalid KeySchema: The first KeySchemaElement is not a HASH key type");
  }
  const firstRange = schema.findIndex(({ KeyType }) => KeyType === "RANGE");
  const hashes = firstRange === -1 ? schema.length : firstRange;
  if (schema.slice(hashes).some(({ KeyType }) => KeyType === "HASH")) {
    throw invalid("Invalid KeySchema: HASH key types must come before RANGE key types");
  }
  if (hashes > MAX_INDEX_KEYS) {
    throw invalid(`Too many partition keys. GSI can have at most ${MAX_INDEX_KEYS} partition keys`);
  }
  if (schema.length - hashes > MAX_INDEX_KEYS) {
    throw invalid(`Too many sort keys. GSI can have at most ${MAX_INDEX_KEYS} sort keys`);
  }
  if (new Set(schema.map(({ AttributeName }) => AttributeName)).size !== schema.length) {
    throw invalid("Two keys can not have the same name");
  }
}

function checkProjection({ Projection }: IndexDefinition): void {
  const { ProjectionType, NonKeyAttributes } = Projection as Partial<IndexDefinition["Projection"]>;
  if (ProjectionType === undefined) throw wrong("Unknown ProjectionType: null");
  if (NonKeyAttributes !== undefined && ProjectionType !== "INCLUDE") {
    throw wrong(`ProjectionType is ${ProjectionType}, but NonKeyAttributes is specified`);
  }
  if (NonKeyAttributes === undefined && ProjectionType === "INCLUDE") {
    throw wrong("ProjectionType is INCLUDE, but NonKeyAttributes is not specified");
  }
}

function checkNew(names: Set<string>, name: string): void {
  if (names.has(name)) throw wrong(`Duplicate index name: ${name}`);
  names.add(name);
}

function checkAllUsed(request: CreateTableRequest, defined: readonly string[]): void {
  const { KeySchema, LocalSecondaryIndexes = [], GlobalSecondaryIndexes = [] } = request;
  const indexes = [...LocalSecondaryIndexes, ...GlobalSecondaryIndexes];
  const used = new Set(
    [KeySchema, ...indexes.map((each) => each.KeySchema)].flat().map(({ AttributeName }) => AttributeName),
  );
  if (defined.every((name) => used.has(name))) return;
  throw wrong(
    indexes.length === 0
      ? "Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions"
      : `Some AttributeDefinitions are not used. AttributeDefinitions: [${defined.join(", ")}], keys used: [${[...used].join(", ")}]`,
  );
}

function wrong(message: string): Error {
  return invalid(`One or more parameter values were invalid: ${message}`);
}
