import { SteppedClock } from "../../../src/core/clock";
import { AwsError } from "../../../src/core/errors";
import type { DynamoDbControls } from "../../../src/services/dynamodb/controls";
import { createDynamoDb } from "../../../src/services/dynamodb/dynamodb";
import { createKms } from "../../../src/services/kms/kms";
import { startTestCloud, type TestCloud } from "../../../src/testing/testCloud";
import type { Answer, Input, OperationName } from "../../../src/wire/operation";
import { untyped } from "../../support/untyped";

type TableInput = Input<"dynamodb", "CreateTable">;

/** A cloud with DynamoDB, and KMS for its keys, on a clock that stands still. */
export interface TestDatabase {
  readonly cloud: TestCloud;
  readonly clock: SteppedClock;
  readonly dynamoDb: DynamoDbControls;
  call<N extends OperationName<"dynamodb">>(
    operation: N,
    input: Input<"dynamodb", N>,
  ): Promise<Answer<"dynamodb", N>>;
  /** For what is refused, and operations in a table of cases. */
  untyped(operation: string, input: object): Promise<object>;
  /** Makes a table with the partition key `id`. */
  createTable(name: string, settings?: Partial<TableInput>): Promise<void>;
  items(tableName: string): Promise<NonNullable<Answer<"dynamodb", "Scan">["Items"]>>;
  close(): Promise<void>;
}

export async function startTestDatabase(): Promise<TestDatabase> {
  const clock = new SteppedClock();
  const cloud = await startTestCloud({
    clock,
    // What a role may do counts at once.
    conditions: { iamPropagationMs: 0 },
    services: [createDynamoDb, createKms],
  });
  const call: TestDatabase["call"] = (operation, input) => cloud.call("dynamodb", operation, input);
  return {
    cloud,
    clock,
    dynamoDb: cloud.dynamoDb,
    call,
    untyped: (operation, input) => untyped(cloud.call)("dynamodb", operation, input),
    async createTable(name, settings = {}) {
      await call("CreateTable", { ...tableOf(name), ...settings });
    },
    async items(tableName) {
      return (await call("Scan", { TableName: tableName })).Items ?? [];
    },
    close: () => cloud.close(),
  };
}

export function tableOf(name: string): TableInput {
  return {
    TableName: name,
    AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
    KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
    BillingMode: "PAY_PER_REQUEST",
  };
}

export const S = (value: string) => ({ S: value });
export const N = (value: number) => ({ N: String(value) });

/** Attribute definitions, by name. */
export const definitions = (types: Readonly<Record<string, "S" | "N" | "B">>) =>
  Object.entries(types).map(([AttributeName, AttributeType]) => ({ AttributeName, AttributeType }));
/** A key schema. */
export const keys = (hash: readonly string[], range: readonly string[] = []) => [
  ...hash.map((AttributeName) => ({ AttributeName, KeyType: "HASH" as const })),
  ...range.map((AttributeName) => ({ AttributeName, KeyType: "RANGE" as const })),
];

/** The error that a call is refused with. */
export async function refusal(call: Promise<unknown>): Promise<AwsError> {
  try {
    await call;
  } catch (error) {
    if (error instanceof AwsError) return error;
    throw error;
  }
  throw new Error("expected a refusal; got an answer");
}
