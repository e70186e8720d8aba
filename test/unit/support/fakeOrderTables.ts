import {
  BatchExecuteStatementCommand,
  ConditionalCheckFailedException,
  PutItemCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
  type BatchStatementErrorCodeEnum,
  type BatchStatementRequest,
  type BatchStatementResponse,
  type DynamoDBClient,
} from "@aws-sdk/client-dynamodb";
import type { Item } from "../../../handlers/orders/orderItem";

/** What befalls a call: it fails before it does anything, or its answer is lost after it did. */
export interface Mishap {
  readonly when: "before" | "after";
  readonly error: Error;
}

export interface FakeOrderTables {
  readonly client: Pick<DynamoDBClient, "send">;
  readonly orders: Map<string, Item>;
  readonly stock: Map<string, number>;
  /** One a call. */
  readonly calls: Call[];
  /** How many orders each call was about. */
  readonly sizes: number[];
}

type Call = "put" | "batch" | "transaction";

/**
 * The orders' and the inventory's table as far as `orderStore` uses them: conditional puts, batches of them, and
 * transactions, with DynamoDB's errors and reasons.
 */
export function fakeOrderTables(options: {
  readonly stock?: Readonly<Record<string, number>>;
  readonly mishap?: (call: number) => Mishap | undefined;
  /** A verdict on a batch's statement for this order instead of its execution. */
  readonly verdict?: (call: number, orderId: string) => BatchStatementErrorCodeEnum | undefined;
  /** Whether a batch says what stands there already; by default it does. */
  readonly tellsItem?: boolean;
}): FakeOrderTables {
  const orders = new Map<string, Item>();
  const stock = new Map(Object.entries(options.stock ?? {}));
  const calls: Call[] = [];
  const sizes: number[] = [];

  const put = ({ input }: PutItemCommand) => {
    const item = input.Item ?? {};
    const existing = orders.get(idOf(item));
    if (existing !== undefined) {
      throw new ConditionalCheckFailedException({ message: "exists", Item: existing, $metadata: {} });
    }
    orders.set(idOf(item), item);
    return {};
  };

  const insertOne = (statement: BatchStatementRequest): BatchStatementResponse => {
    const item = itemOf(statement);
    const verdict = options.verdict?.(calls.length, idOf(item));
    if (verdict !== undefined) return { Error: { Code: verdict, Message: "refused" } };
    const existing = orders.get(idOf(item));
    if (existing === undefined) {
      orders.set(idOf(item), item);
      return { TableName: "orders" };
    }
    const tells = options.tellsItem !== false && statement.ReturnValuesOnConditionCheckFailure === "ALL_OLD";
    return { Error: { Code: "DuplicateItem", ...(tells && { Item: existing }) } };
  };

  const insert = ({ input: { Statements = [] } }: BatchExecuteStatementCommand) => {
    if (new Set(Statements.map((statement) => idOf(itemOf(statement)))).size < Statements.length)
      throw Object.assign(new Error("two statements on one item"), { name: "ValidationException" });
    return { Responses: Statements.map(insertOne) };
  };

  const transact = ({ input }: TransactWriteItemsCommand) => {
    const actions = input.TransactItems ?? [];
    if (actions.length > 100) throw new Error("more than 100 actions");
    const items = actions.flatMap(({ Put }): Item[] => (Put?.Item === undefined ? [] : [Put.Item]));
    const wanted = actions.flatMap(({ Update }) =>
      Update === undefined
        ? []
        : [
            {
              sku: Update.Key?.sku?.S ?? "",
              quantity: Number(Update.ExpressionAttributeValues?.[":quantity"]?.N),
            },
          ],
    );
    const touched = [...items.map(idOf), ...wanted.map(({ sku }) => `sku ${sku}`)];
    if (new Set(touched).size < touched.length) throw new Error("two actions on one item");
    const reasons = [
      ...items.map((item) => {
        const existing = orders.get(idOf(item));
        return existing === undefined ? { Code: "None" } : { Code: "ConditionalCheckFailed", Item: existing };
      }),
      ...wanted.map(({ sku, quantity }) => {
        const there = stock.get(sku);
        if (there !== undefined && there >= quantity) return { Code: "None" };
        return {
          Code: "ConditionalCheckFailed",
          ...(there === undefined ? {} : { Item: { sku: { S: sku }, stock: { N: String(there) } } }),
        };
      }),
    ];
    if (reasons.some(({ Code }) => Code !== "None")) {
      throw new TransactionCanceledException({
        message: "cancelled",
        CancellationReasons: reasons,
        $metadata: {},
      });
    }
    for (const item of items) orders.set(idOf(item), item);
    for (const { sku, quantity } of wanted) stock.set(sku, (stock.get(sku) ?? 0) - quantity);
    return {};
  };

  const execute = (command: unknown): readonly [Call, number, () => object] => {
    if (command instanceof PutItemCommand) return ["put", 1, () => put(command)];
    if (command instanceof BatchExecuteStatementCommand)
      return ["batch", command.input.Statements?.length ?? 0, () => insert(command)];
    if (!(command instanceof TransactWriteItemsCommand))
      throw new Error("the fake knows PutItem, BatchExecuteStatement and TransactWriteItems only");
    const puts = (command.input.TransactItems ?? []).filter(({ Put }) => Put !== undefined);
    return ["transaction", puts.length, () => transact(command)];
  };

  const send = async (command: unknown): Promise<object> => {
    // Other deliveries may run between any two calls, as they do between two requests.
    await Promise.resolve();
    const [call, size, run] = execute(command);
    calls.push(call);
    sizes.push(size);
    const mishap = options.mishap?.(calls.length);
    if (mishap?.when === "before") throw mishap.error;
    const answer = run();
    if (mishap !== undefined) throw mishap.error;
    return answer;
  };
  return { client: { send: send as DynamoDBClient["send"] }, orders, stock, calls, sizes };
}

/** What a statement inserts: its names stand in its text, in the order of its parameters. */
function itemOf({ Statement = "", Parameters = [] }: BatchStatementRequest): Item {
  if (!/^INSERT INTO "orders" VALUE \{('\w+': \?(, )?)+\}$/.test(Statement))
    throw new Error(`the fake knows no ${Statement}`);
  const names = [...Statement.matchAll(/'(\w+)': \?/g)].map(([, name]) => name ?? "");
  if (names.length !== Parameters.length) throw new Error("not as many parameters as names");
  return Object.fromEntries(names.map((name, index) => [name, Parameters[index]!]));
}

function idOf(item: Item): string {
  return item.orderId?.S ?? "";
}
