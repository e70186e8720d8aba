import {
  ConditionalCheckFailedException,
  PutItemCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
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
  /** "put" or "transaction", one a call. */
  readonly calls: ("put" | "transaction")[];
}

/**
 * The orders' and the inventory's table as far as `orderStore` uses them: conditional puts and transactions,
 * each atomic, with DynamoDB's errors and reasons.
 */
export function fakeOrderTables(options: {
  readonly stock?: Readonly<Record<string, number>>;
  readonly mishap?: (call: number) => Mishap | undefined;
}): FakeOrderTables {
  const orders = new Map<string, Item>();
  const stock = new Map(Object.entries(options.stock ?? {}));
  const calls: FakeOrderTables["calls"] = [];

  const put = ({ input }: PutItemCommand) => {
    const item = input.Item ?? {};
    const existing = orders.get(idOf(item));
    if (existing !== undefined) {
      throw new ConditionalCheckFailedException({ message: "exists", Item: existing, $metadata: {} });
    }
    orders.set(idOf(item), item);
  };

  const transact = ({ input }: TransactWriteItemsCommand) => {
    const [first, ...updates] = input.TransactItems ?? [];
    const item = first?.Put?.Item ?? {};
    const existing = orders.get(idOf(item));
    const wanted = updates.map(({ Update }) => ({
      sku: Update?.Key?.sku?.S ?? "",
      quantity: Number(Update?.ExpressionAttributeValues?.[":quantity"]?.N),
    }));
    const reasons = [
      existing === undefined ? { Code: "None" } : { Code: "ConditionalCheckFailed", Item: existing },
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
    orders.set(idOf(item), item);
    for (const { sku, quantity } of wanted) stock.set(sku, (stock.get(sku) ?? 0) - quantity);
  };

  const send = async (command: unknown): Promise<object> => {
    // Other deliveries may run between any two calls, as they do between two requests.
    await Promise.resolve();
    const isPut = command instanceof PutItemCommand;
    calls.push(isPut ? "put" : "transaction");
    const mishap = options.mishap?.(calls.length);
    if (mishap?.when === "before") throw mishap.error;
    if (isPut) put(command);
    else if (command instanceof TransactWriteItemsCommand) transact(command);
    else throw new Error("the fake knows PutItem and TransactWriteItems only");
    if (mishap !== undefined) throw mishap.error;
    return {};
  };
  return { client: { send: send as DynamoDBClient["send"] }, orders, stock, calls };
}

function idOf(item: Item): string {
  return item.orderId?.S ?? "";
}
