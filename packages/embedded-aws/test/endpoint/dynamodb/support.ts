import { SteppedClock } from "../../../src/core/clock";
import { AwsError } from "../../../src/core/errors";
import { createDynamoDb, type DynamoDb } from "../../../src/services/dynamodb/dynamodb";
import { startTestCloud, type TestCloud } from "../../../src/testing/testCloud";

/** A cloud with DynamoDB alone, on a clock that stands still. */
export interface TestDatabase {
  readonly cloud: TestCloud;
  readonly clock: SteppedClock;
  readonly dynamoDb: DynamoDb;
  call<Output = Record<string, unknown>>(operation: string, input: object): Promise<Output>;
  /** Makes a table with the partition key `id`. */
  createTable(name: string, settings?: object): Promise<void>;
  items(tableName: string): Promise<readonly Record<string, unknown>[]>;
  close(): Promise<void>;
}

export async function startTestDatabase(): Promise<TestDatabase> {
  const clock = new SteppedClock();
  let dynamoDb: DynamoDb | undefined;
  const cloud = await startTestCloud({
    clock,
    // What a role may do counts at once.
    conditions: { iamPropagationMs: 0 },
    services: [(context) => (dynamoDb = createDynamoDb(context))],
  });
  if (dynamoDb === undefined) throw new Error("the cloud did not start its service");
  const call = <Output>(operation: string, input: object) => cloud.call<Output>("dynamodb", operation, input);
  return {
    cloud,
    clock,
    dynamoDb,
    call,
    async createTable(name, settings = {}) {
      await call("CreateTable", { ...tableOf(name), ...settings });
    },
    async items(tableName) {
      return (await call<{ Items: Record<string, unknown>[] }>("Scan", { TableName: tableName })).Items;
    },
    close: () => cloud.close(),
  };
}

export function tableOf(name: string): object {
  return {
    TableName: name,
    AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
    KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
    BillingMode: "PAY_PER_REQUEST",
  };
}

export const S = (value: string) => ({ S: value });
export const N = (value: number) => ({ N: String(value) });

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
