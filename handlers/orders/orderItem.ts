import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import type { Order } from "./order";

/** Why a well-formed order was not fulfilled. */
export interface Rejection {
  readonly reason: "insufficientStock" | "unknownSku";
  readonly sku: string;
}

export type Item = Readonly<Record<string, AttributeValue>>;

/** An order as it stands in the table; with a rejection its status says so. */
export function toItem(order: Order, createdAt: string, rejection?: Rejection): Item {
  return {
    orderId: { S: order.orderId },
    customerName: { S: order.customerName },
    // DynamoDB's numbers are decimal and exact, and JavaScript's shortest form is the decimal that was meant.
    totalAmount: { N: String(order.totalAmount) },
    status: { S: rejection === undefined ? "Processed" : "Rejected" },
    createdAt: { S: createdAt },
    ...(order.customerEmail === undefined ? {} : { customerEmail: { S: order.customerEmail } }),
    ...(order.items === undefined
      ? {}
      : {
          items: {
            L: order.items.map(({ sku, quantity }) => ({
              M: { sku: { S: sku }, quantity: { N: String(quantity) } },
            })),
          },
        }),
    ...(rejection === undefined
      ? {}
      : { rejection: { M: { reason: { S: rejection.reason }, sku: { S: rejection.sku } } } }),
  };
}

/**
 * What the shop said, in one fixed form, whatever order and notation it was said in: two orders with the same
 * content are the same order. What the pipeline added (status, times) is not part of it.
 */
export function contentOf(item: Item): string {
  const items = item.items?.L?.map(({ M }) => [M?.sku?.S ?? "", Number(M?.quantity?.N)] as const);
  items?.sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([
    item.customerName?.S,
    Number(item.totalAmount?.N),
    item.customerEmail?.S ?? null,
    items ?? null,
  ]);
}
