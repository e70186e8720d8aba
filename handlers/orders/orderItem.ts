import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { customerKeyOf } from "./customerKey";
import { addressProblem, type Order } from "./order";

/** Why a well-formed order was not fulfilled. */
export interface Rejection {
  readonly reason: "insufficientStock" | "unknownSku";
  readonly sku: string;
}

export type Item = Readonly<Record<string, AttributeValue>>;

interface Field<Value> {
  readonly toAttribute: (value: Value) => AttributeValue;
  /** What the shop said, in one fixed form, whatever order and notation it was said in. */
  readonly contentOf: (attribute: AttributeValue) => unknown;
}

// Stryker disable next-line EqualityOperator: no order has an SKU twice, and any order of them that stays will do.
const bySku = ([a]: readonly [string, number], [b]: readonly [string, number]) => (a < b ? -1 : 1);

const text: Field<string> = { toAttribute: (S) => ({ S }), contentOf: ({ S }) => S };

/**
 * Every field of an order, as the table holds it. The type sees to it that none is forgotten: two orders that
 * differ in a forgotten field would count as one.
 */
const FIELDS: { readonly [Name in keyof Order]-?: Field<NonNullable<Order[Name]>> } = {
  orderId: text,
  customerName: text,
  totalAmount: {
    // DynamoDB's numbers are decimal and exact, and JavaScript's shortest form is the decimal that was meant.
    toAttribute: (amount) => ({ N: String(amount) }),
    contentOf: ({ N }) => Number(N),
  },
  customerEmail: text,
  items: {
    toAttribute: (items) => ({
      L: items.map(({ sku, quantity }) => ({ M: { sku: { S: sku }, quantity: { N: String(quantity) } } })),
    }),
    contentOf: ({ L = [] }) =>
      L.map(({ M }) => [M?.sku?.S ?? "", Number(M?.quantity?.N)] as const).sort(bySku),
  },
};

/**
 * An order as it stands in the table; with a rejection its status says so, and with an address that none can be, so does
 * `confirmationFailure`: the stream's function leaves it alone.
 *
 * @param createdAt ISO 8601.
 * @param expiresAt when DynamoDB may delete it, in seconds of Unix time; by default never.
 */
export function toItem(order: Order, createdAt: string, rejection?: Rejection, expiresAt?: number): Item {
  const item: Record<string, AttributeValue> = {};
  for (const [name, { toAttribute }] of Object.entries<Field<never>>(FIELDS)) {
    const value = order[name as keyof Order];
    if (value !== undefined) item[name] = toAttribute(value as never);
  }
  item.status = { S: rejection === undefined ? "Processed" : "Rejected" };
  item.createdAt = { S: createdAt };
  const problem = addressProblem(order);
  if (problem !== undefined) {
    item.confirmationFailedAt = { S: createdAt };
    item.confirmationFailure = { S: problem };
  }
  if (order.customerEmail !== undefined) item.customerKey = { S: customerKeyOf(order.customerEmail) };
  if (expiresAt !== undefined) item.expiresAt = { N: String(expiresAt) };
  if (rejection !== undefined)
    item.rejection = { M: { reason: { S: rejection.reason }, sku: { S: rejection.sku } } };
  return item;
}

/** What of an order tells who the customer is; it goes when a customer's data is erased. */
const PERSONAL: ReadonlySet<string> = new Set<keyof Order>(["customerName", "customerEmail"]);

/**
 * What the shop said, in one fixed form: two orders with the same content are the same order. What the pipeline
 * added (status, times) is not part of it.
 */
export function contentOf(item: Item, personal = true): string {
  return JSON.stringify(
    Object.entries(FIELDS).map(([name, field]) => {
      const attribute = personal || !PERSONAL.has(name) ? item[name] : undefined;
      return attribute === undefined ? null : field.contentOf(attribute);
    }),
  );
}

/**
 * Whether an order says the same as the one that is stored. Where the customer's data was erased, what is left is
 * compared: an order that is delivered once more must neither count as another nor bring the data back.
 */
export function saysTheSame(order: Item, stored: Item): boolean {
  const personal = stored.erasedAt === undefined;
  return contentOf(order, personal) === contentOf(stored, personal);
}
