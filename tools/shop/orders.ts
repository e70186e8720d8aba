import { createHash, randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { TransactionCanceledException, TransactionInProgressException } from "@aws-sdk/client-dynamodb";
import {
  GetCommand,
  paginateQuery,
  paginateScan,
  TransactWriteCommand,
  UpdateCommand,
  type DynamoDBDocumentClient,
} from "@aws-sdk/lib-dynamodb";
import type { Order } from "../../handlers/orders/order";
import type { Rejection } from "../../handlers/orders/orderItem";

/** An order as the table holds it; one whose customer's data was erased has neither name nor address. */
export interface StoredOrder
  extends
    Omit<Order, "customerName" | "customerEmail">,
    Partial<Pick<Order, "customerName" | "customerEmail">> {
  /** "Processed", "Rejected" or "Cancelled". */
  readonly status: string;
  /** Times are ISO 8601. */
  readonly createdAt: string;
  readonly rejection?: Rejection;
  readonly cancelledAt?: string;
  readonly erasedAt?: string;
}

/** An order as the index of customers holds it. */
export type ListedOrder = Pick<StoredOrder, "orderId" | "createdAt" | "status" | "totalAmount">;

export interface OrderTables {
  readonly client: DynamoDBDocumentClient;
  readonly ordersTableName: string;
  readonly inventoryTableName: string;
  readonly customerIndexName: string;
}

/** What came of asking for an order to be cancelled. */
export type Cancellation =
  /** It is cancelled, and its goods are back in stock. */
  | { readonly kind: "cancelled"; readonly order: StoredOrder }
  /** It was before; nothing was changed. */
  | { readonly kind: "cancelledBefore"; readonly order: StoredOrder }
  /** It is in a status that has no goods to give back; nothing was changed. */
  | { readonly kind: "notProcessed"; readonly order: StoredOrder }
  | { readonly kind: "unknown" };

/** What came of asking for the personal data of an order to be erased. */
export type Erasure = "erased" | "erasedBefore" | "unknown";

/** What an order keeps when its customer's data is erased. Whatever else stands in it may tell who that was, and goes. */
const FIGURES: ReadonlySet<string> = new Set([
  ...["orderId", "totalAmount", "items", "status", "rejection", "createdAt", "cancelledAt", "expiresAt"],
  ...[
    "confirmationSentAt",
    "confirmationFailedAt",
    "confirmationBouncedAt",
    "confirmationComplainedAt",
    "erasedAt",
  ],
]);

/** How often a cancellation that met another writer is tried; the whole takes some seconds at most. */
const ATTEMPTS = 12;
const FIRST_WAIT_MS = 25;
const LONGEST_WAIT_MS = 1_000;

/** As the pipeline's own `customerKeyOf`, which runs inside Lambda; a test compares the two. */
export function customerKeyOf(customerEmail: string): string {
  return createHash("sha256").update(customerEmail.trim().toLowerCase()).digest("hex");
}

/** An order as it stands there now; undefined when there is none. */
export async function findOrder(
  { client, ordersTableName }: Pick<OrderTables, "client" | "ordersTableName">,
  orderId: string,
): Promise<StoredOrder | undefined> {
  const { Item } = await client.send(
    new GetCommand({ TableName: ordersTableName, Key: { orderId }, ConsistentRead: true }),
  );
  return Item as StoredOrder | undefined;
}

/** The orders of a customer, newest first, through all pages. An order of the last second may be missing. */
export async function* ordersOf(
  { client, ordersTableName, customerIndexName }: OrderTables,
  customerEmail: string,
): AsyncGenerator<ListedOrder> {
  const pages = paginateQuery(
    { client },
    {
      TableName: ordersTableName,
      IndexName: customerIndexName,
      KeyConditionExpression: "customerKey = :key",
      ExpressionAttributeValues: { ":key": customerKeyOf(customerEmail) },
      ScanIndexForward: false,
    },
  );
  for await (const { Items = [] } of pages) yield* Items as ListedOrder[];
}

/**
 * Cancels an order and gives its goods back to stock, both or neither, once, whatever else is done with the order
 * at the same time: the one transaction has the condition that the order is still processed.
 *
 * @throws what stood in the way. The order may then be cancelled all the same; asking again tells.
 */
export async function cancelOrder(
  tables: Omit<OrderTables, "customerIndexName">,
  orderId: string,
  timing: { now(): number; wait(milliseconds: number): Promise<void>; random(): number } = {
    now: () => Date.now(),
    wait: (milliseconds) => sleep(milliseconds),
    random: () => Math.random(),
  },
): Promise<Cancellation> {
  for (let attempt = 1; ; attempt++) {
    const order = await findOrder(tables, orderId);
    if (order === undefined) return { kind: "unknown" };
    if (order.status === "Cancelled") return { kind: "cancelledBefore", order };
    if (order.status !== "Processed") return { kind: "notProcessed", order };
    const cancelledAt = timeAfter(order, timing.now());
    try {
      await tables.client.send(cancellationOf(tables, order, cancelledAt));
      return { kind: "cancelled", order: { ...order, status: "Cancelled", cancelledAt } };
    } catch (error) {
      // Another writer, or the order has changed since it was read: the next look decides.
      if (attempt === ATTEMPTS || !isOvertaken(error)) throw error;
      await timing.wait(timing.random() * Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** attempt));
    }
  }
}

/**
 * The time of a change that follows what an order tells of: now or, where this machine's clock is behind those of who wrote
 * that, just after it. What is announced goes by which came last.
 */
function timeAfter({ createdAt, cancelledAt, erasedAt }: StoredOrder, now: number): string {
  let time = now;
  for (const known of [createdAt, cancelledAt, erasedAt]) {
    const after = Date.parse(known ?? "") + 1;
    if (after > time) time = after;
  }
  return new Date(time).toISOString();
}

function cancellationOf(
  { ordersTableName, inventoryTableName }: Omit<OrderTables, "client" | "customerIndexName">,
  { orderId, createdAt, items = [] }: StoredOrder,
  cancelledAt: string,
): TransactWriteCommand {
  return new TransactWriteCommand({
    // An answer that is lost is asked for again by the SDK, and is then the same.
    ClientRequestToken: randomUUID(),
    TransactItems: [
      {
        Update: {
          TableName: ordersTableName,
          Key: { orderId },
          UpdateExpression: "SET #status = :cancelled, cancelledAt = :now",
          // The times too: what stands there now must be the order whose goods were read, and not have been erased since.
          ConditionExpression:
            "#status = :processed AND createdAt = :createdAt AND (attribute_not_exists(erasedAt) OR erasedAt <= :now)",
          ExpressionAttributeNames: { "#status": "status" },
          ExpressionAttributeValues: {
            ":cancelled": "Cancelled",
            ":processed": "Processed",
            ":createdAt": createdAt,
            ":now": cancelledAt,
          },
        },
      },
      ...items.map(({ sku, quantity }) => ({
        Update: {
          TableName: inventoryTableName,
          Key: { sku },
          // A good that has left the inventory since is there again: it has come back.
          UpdateExpression: "ADD stock :quantity",
          ExpressionAttributeValues: { ":quantity": quantity },
        },
      })),
    ],
  });
}

const PASSING_CODES = new Set([
  "ConditionalCheckFailed",
  "TransactionConflict",
  "ThrottlingError",
  "ProvisionedThroughputExceeded",
]);

function isOvertaken(error: unknown): boolean {
  if (error instanceof TransactionInProgressException) return true;
  if (!(error instanceof TransactionCanceledException)) return false;
  const codes = (error.CancellationReasons ?? []).map(({ Code = "None" }) => Code);
  return codes.every((code) => code === "None" || PASSING_CODES.has(code));
}

/** Erases what an order says of its customer, and keeps its figures. Erasing twice changes nothing. */
export async function eraseOrder(
  tables: Pick<OrderTables, "client" | "ordersTableName">,
  orderId: string,
  now: () => number = Date.now,
): Promise<Erasure> {
  const order = await findOrder(tables, orderId);
  if (order === undefined) return "unknown";
  const personal = Object.keys(order).filter((name) => !FIGURES.has(name));
  if (personal.length === 0 && order.erasedAt !== undefined) return "erasedBefore";
  const names = Object.fromEntries(personal.map((name, index) => [`#${index}`, name]));
  try {
    await tables.client.send(
      new UpdateCommand({
        TableName: tables.ordersTableName,
        Key: { orderId },
        UpdateExpression: [
          "SET erasedAt = if_not_exists(erasedAt, :now)",
          ...(personal.length === 0 ? [] : [`REMOVE ${Object.keys(names).join(", ")}`]),
        ].join(" "),
        // An update would create an order that was deleted meanwhile.
        ConditionExpression: "attribute_exists(orderId)",
        ...(personal.length === 0 ? {} : { ExpressionAttributeNames: names }),
        ExpressionAttributeValues: { ":now": timeAfter(order, now()) },
      }),
    );
  } catch (error) {
    if (error instanceof Error && error.name === "ConditionalCheckFailedException") return "unknown";
    throw error;
  }
  return "erased";
}

/**
 * The ids of all orders that hold a customer's address. Reads the whole table, consistently: the index may lag, and
 * knows nothing of orders that were stored before it was there.
 */
export async function* orderIdsOf(
  { client, ordersTableName }: Pick<OrderTables, "client" | "ordersTableName">,
  customerEmail: string,
): AsyncGenerator<string> {
  const key = customerKeyOf(customerEmail);
  const pages = paginateScan(
    { client },
    {
      TableName: ordersTableName,
      ConsistentRead: true,
      ProjectionExpression: "orderId, customerEmail",
      FilterExpression: "attribute_exists(customerEmail)",
    },
  );
  for await (const { Items = [] } of pages) {
    for (const { orderId, customerEmail: address } of Items as { orderId: string; customerEmail: string }[])
      if (customerKeyOf(address) === key) yield orderId;
  }
}
