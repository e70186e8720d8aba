import {
  BatchExecuteStatementCommand,
  ConditionalCheckFailedException,
  PutItemCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
  type AttributeValue,
  type BatchStatementErrorCodeEnum,
  type BatchStatementRequest,
  type BatchStatementResponse,
  type DynamoDBClient,
  type Put,
  type Update,
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
    const existing = standingOf(input);
    if (existing !== undefined)
      throw new ConditionalCheckFailedException({
        message: "exists",
        ...told(input, existing),
        $metadata: {},
      });
    orders.set(idOf(item), item);
    return {};
  };

  /** What stands in the way of a put. */
  const standingOf = ({ Item: item = {}, ConditionExpression: condition }: Put): Item | undefined => {
    if (condition === undefined) return undefined;
    expectKnown(condition, "attribute_not_exists(orderId)");
    return orders.get(idOf(item));
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
    return {
      Error: { Code: "DuplicateItem", ...(options.tellsItem !== false && told(statement, existing)) },
    };
  };

  const insert = ({ input: { Statements = [] } }: BatchExecuteStatementCommand) => {
    if (new Set(Statements.map((statement) => idOf(itemOf(statement)))).size < Statements.length)
      throw Object.assign(new Error("two statements on one item"), { name: "ValidationException" });
    return { Responses: Statements.map(insertOne) };
  };

  const transact = ({ input }: TransactWriteItemsCommand) => {
    const actions = input.TransactItems ?? [];
    if (actions.length > 100) throw new Error("more than 100 actions");
    const puts = actions.flatMap(({ Put }) => Put ?? []);
    const items = puts.map(({ Item: item = {} }) => item);
    const wanted = actions.flatMap(({ Update }) => (Update === undefined ? [] : [decrementOf(Update)]));
    const touched = [...items.map(idOf), ...wanted.map(({ sku }) => `sku ${sku}`)];
    if (new Set(touched).size < touched.length) throw new Error("two actions on one item");
    const reasons = [
      ...puts.map((given) => {
        const existing = standingOf(given);
        return existing === undefined
          ? { Code: "None" }
          : { Code: "ConditionalCheckFailed", ...told(given, existing) };
      }),
      ...wanted.map(({ sku, quantity, isGuarded, update }) => {
        const there = stock.get(sku);
        if (!isGuarded || (there !== undefined && there >= quantity)) return { Code: "None" };
        return {
          Code: "ConditionalCheckFailed",
          ...(there !== undefined && told(update, { sku: { S: sku }, stock: { N: String(there) } })),
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

/** What a refusal tells of the item that stands in the way, where it was asked to. */
function told(
  { ReturnValuesOnConditionCheckFailure: asked }: Pick<Put, "ReturnValuesOnConditionCheckFailure">,
  existing: Item,
): { readonly Item?: Record<string, AttributeValue> } {
  return asked === "ALL_OLD" ? { Item: existing } : {};
}

/** How much of a good is taken off stock, and whether only where there is as much. */
function decrementOf(update: Update) {
  const { Key, UpdateExpression, ConditionExpression, ExpressionAttributeValues } = update;
  expectKnown(UpdateExpression, "SET stock = stock - :quantity");
  if (ConditionExpression !== undefined) expectKnown(ConditionExpression, "stock >= :quantity");
  return {
    sku: Key?.sku?.S ?? "",
    quantity: Number(ExpressionAttributeValues?.[":quantity"]?.N),
    isGuarded: ConditionExpression !== undefined,
    update,
  };
}

function expectKnown(expression: string | undefined, known: string): void {
  if (expression !== known) throw new Error(`the fake knows "${known}", and no "${String(expression)}"`);
}

/** What a statement inserts: its names stand in its text, in the order of its parameters. */
function itemOf({ Statement = "", Parameters = [] }: BatchStatementRequest): Item {
  if (!/^INSERT INTO "orders" VALUE \{'\w+': \?(, '\w+': \?)*\}$/.test(Statement))
    throw new Error(`the fake knows no ${Statement}`);
  const names = [...Statement.matchAll(/'(\w+)': \?/g)].map(([, name]) => name ?? "");
  if (names.length !== Parameters.length) throw new Error("not as many parameters as names");
  return Object.fromEntries(names.map((name, index) => [name, Parameters[index]!]));
}

function idOf(item: Item): string {
  return item.orderId?.S ?? "";
}
