import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { DEFAULT_PORT, UsageError, type ParsedArguments, type Terminal } from "embedded-pulumi/cli";
import {
  cancelOrder,
  eraseOrder,
  findOrder,
  orderIdsOf,
  ordersOf,
  type ListedOrder,
  type OrderTables,
  type StoredOrder,
} from "./shop/orders";
import { findTarget, stringOutput } from "./target";

export const LOOK_AFTER_USAGE = [
  "show ID [ID …]",
  "list --customer EMAIL",
  "cancel ID [ID …]",
  "erase ID [ID …]",
  "erase --customer EMAIL",
].join(" | ");

/** What is asked for, once it is known to make sense. */
type Action =
  | { readonly kind: "show" | "cancel" | "erase"; readonly orderIds: readonly string[] }
  | { readonly kind: "list" | "eraseCustomer"; readonly customer: string };

/** `npm run order -- show | list | cancel | erase`: looks after orders of the local cloud or of a deployed stack. */
export async function lookAfterOrders(given: ParsedArguments, terminal: Terminal): Promise<number> {
  const action = parseAction(given);
  const target = await findTarget(given.text("stack") ?? "local", given.integer("port") ?? DEFAULT_PORT);
  const client = DynamoDBDocumentClient.from(new DynamoDBClient(target.clientConfig));
  const tables = {
    client,
    ordersTableName: stringOutput(target, "ordersTableName"),
    inventoryTableName: stringOutput(target, "inventoryTableName"),
    customerIndexName: stringOutput(target, "customerIndexName"),
  };
  const report: Report = {
    print: (line) => terminal.print(line),
    json: (value) => {
      if (given.has("json")) terminal.printJson(value);
    },
  };
  try {
    return await carryOut(action, tables, report);
  } finally {
    client.destroy();
  }
}

interface Report {
  print(line: string): void;
  /** The answer for programs, where it is asked for. */
  json(value: unknown): void;
}

function parseAction(given: ParsedArguments): Action {
  const [kind, ...orderIds] = given.positionals;
  const customer = given.text("customer");
  for (const option of ["file", "count", "skip", "seed"])
    if (given.has(option)) throw new UsageError(`--${option}: is for sending orders, not for ${kind}`);
  const bad = orderIds.find((id) => !/^[A-Za-z0-9_-]{1,64}$/.test(id));
  if (bad !== undefined)
    throw new UsageError(
      `got ${JSON.stringify(bad.slice(0, 200))}; expected an order id: 1 to 64 letters, digits, _ and -`,
    );
  const byCustomer = customer !== undefined && orderIds.length === 0;
  const byIds = customer === undefined && orderIds.length > 0;
  if (kind === "list" && byCustomer) return { kind, customer };
  if (kind === "erase" && byCustomer) return { kind: "eraseCustomer", customer };
  if ((kind === "show" || kind === "cancel" || kind === "erase") && byIds) return { kind, orderIds };
  throw new UsageError(`expected: order -- ${LOOK_AFTER_USAGE}`);
}

/** @returns the exit status: 1 when something that was asked for could not be done. */
async function carryOut(action: Action, tables: OrderTables, report: Report): Promise<number> {
  switch (action.kind) {
    case "show":
      return await forEach(action.orderIds, report, (id) => show(tables, id, report));
    case "cancel":
      return await forEach(action.orderIds, report, (id) => cancel(tables, id, report));
    case "erase":
      return await forEach(action.orderIds, report, (id) => erase(tables, id, report));
    case "list":
      return await list(tables, action.customer, report);
    case "eraseCustomer":
      return await eraseCustomer(tables, action.customer, report);
  }
}

/** What became of one order: `good` as it was asked for. */
interface Answer {
  readonly good: boolean;
  readonly json: object;
}

async function forEach(
  orderIds: readonly string[],
  report: Report,
  work: (orderId: string) => Promise<Answer>,
): Promise<number> {
  const answers: Answer[] = [];
  for (const orderId of orderIds) answers.push(await work(orderId));
  report.json(answers.map(({ json }) => json));
  return answers.every(({ good }) => good) ? 0 : 1;
}

function unknown(orderId: string, report: Report): Answer {
  report.print(
    `${orderId}: no such order; it was never sent, waits in the queue, was refused (dead-letter queue), or has expired`,
  );
  return { good: false, json: { orderId, outcome: "unknown" } };
}

async function show(tables: OrderTables, orderId: string, report: Report): Promise<Answer> {
  const order = await findOrder(tables, orderId);
  if (order === undefined) return unknown(orderId, report);
  for (const line of describeOrder(order)) report.print(line);
  return { good: true, json: order };
}

async function cancel(tables: OrderTables, orderId: string, report: Report): Promise<Answer> {
  const result = await cancelOrder(tables, orderId);
  switch (result.kind) {
    case "unknown":
      return unknown(orderId, report);
    case "cancelled": {
      const goods = goodsOf(result.order);
      report.print(
        `${orderId}: cancelled${goods === "" ? "; it had no goods" : `; back in stock: ${goods}`}`,
      );
      break;
    }
    case "cancelledBefore":
      report.print(
        `${orderId}: was cancelled already, at ${result.order.cancelledAt ?? "?"}; nothing was changed`,
      );
      break;
    case "notProcessed":
      report.print(
        `${orderId}: is ${result.order.status}, and has no goods to give back; only a processed order can be cancelled`,
      );
      return { good: false, json: { orderId, outcome: result.kind, status: result.order.status } };
  }
  return { good: true, json: { orderId, outcome: result.kind, cancelledAt: result.order.cancelledAt } };
}

async function erase(tables: OrderTables, orderId: string, report: Report): Promise<Answer> {
  const outcome = await eraseOrder(tables, orderId);
  if (outcome === "unknown") return unknown(orderId, report);
  report.print(
    outcome === "erased"
      ? `${orderId}: its customer's data is erased; its figures stay`
      : `${orderId}: its customer's data was erased already`,
  );
  return { good: true, json: { orderId, outcome } };
}

async function list(tables: OrderTables, customer: string, report: Report): Promise<number> {
  const orders: ListedOrder[] = [];
  for await (const { orderId, createdAt, status, totalAmount } of ordersOf(tables, customer)) {
    orders.push({ orderId, createdAt, status, totalAmount });
    report.print(
      `${createdAt}  ${status.padEnd(9)}  ${totalAmount.toFixed(2).padStart(13)}  ${shown(orderId)}`,
    );
  }
  if (orders.length === 0) report.print(`${shown(customer)}: no orders with this address`);
  report.json(orders);
  return 0;
}

async function eraseCustomer(tables: OrderTables, customer: string, report: Report): Promise<number> {
  const erased: string[] = [];
  for await (const orderId of orderIdsOf(tables, customer)) {
    if ((await eraseOrder(tables, orderId)) === "erased") erased.push(orderId);
  }
  report.print(
    `erased the customer's data in ${erased.length} orders; what queues, streams and backups still hold: docs/OPERATIONS.md`,
  );
  report.json({ erased });
  return 0;
}

/** An order, one field a line, in the order in which a person asks for them. */
export function describeOrder(order: StoredOrder): string[] {
  const { orderId, status, totalAmount, items: _items, rejection, ...rest } = order;
  const goods = goodsOf(order);
  return [
    `${orderId}: ${status}`,
    `  totalAmount: ${totalAmount.toFixed(2)}`,
    ...(goods === "" ? [] : [`  items: ${goods}`]),
    ...(rejection === undefined ? [] : [`  rejection: ${rejection.reason} ${shown(rejection.sku)}`]),
    ...Object.entries(rest)
      .filter(([name]) => name !== "customerKey")
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(
        ([name, value]) =>
          `  ${shown(name)}: ${shown(typeof value === "string" ? value : JSON.stringify(value))}`,
      ),
  ];
}

function goodsOf({ items = [] }: StoredOrder): string {
  return items.map(({ sku, quantity }) => `${quantity} x ${shown(sku)}`).join(", ");
}

/** A customer's text as a terminal may show it: what would steer it, or turn the line around, is written out. */
function shown(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\u2028\u2029]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
