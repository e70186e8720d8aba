import { GetItemCommand, type DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { Item } from "./orderItem";
import { retryUntil, type Timing } from "../shared/retry";

/** What of an HTTP API's event, payload format 2.0, is read here. */
export interface ApiEvent {
  readonly pathParameters?: Readonly<Record<string, string | undefined>>;
  readonly requestContext: {
    readonly authorizer?: { readonly jwt?: { readonly claims: Readonly<Record<string, unknown>> } };
  };
}

export interface ApiAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface GetOrderParts {
  readonly client: Pick<DynamoDBClient, "send">;
  readonly ordersTableName: string;
  readonly timing: Timing;
}

/** As the order's contract has it: `order.ts`. */
const ORDER_ID = /^[A-Za-z0-9_-]{1,64}$/;

/** Kept at the end of the function's time, for the answer. */
const RESERVE_MS = 1_000;

/**
 * `GET /orders/{orderId}`: what became of an order, and no more of it than a shop needs: neither its customer's name nor
 * address. Who signs with AWS keys sees every order. Who bears a token sees the orders that were placed for the
 * token's verified e-mail address; any other order looks as if it were not there.
 */
export function createGetOrder({ client, ordersTableName, timing }: GetOrderParts) {
  return async (event: ApiEvent, context: { getRemainingTimeInMillis: () => number }): Promise<ApiAnswer> => {
    const orderId = event.pathParameters?.orderId ?? "";
    if (!ORDER_ID.test(orderId))
      return answer(400, { message: "orderId: expected 1 to 64 letters, digits, _ or -" });
    const deadline = timing.now() + Math.max(0, context.getRemainingTimeInMillis() - RESERVE_MS);
    const { Item: item } = await retryUntil(deadline, timing, (abortSignal) =>
      client.send(
        new GetItemCommand({
          TableName: ordersTableName,
          Key: { orderId: { S: orderId } },
          // Who has just been told that an order is stored must find it.
          ConsistentRead: true,
        }),
        { abortSignal },
      ),
    );
    if (item === undefined || !maySee(item, event.requestContext.authorizer?.jwt?.claims))
      return answer(404, { message: "There is no such order, or it has not been processed yet." });
    return answer(200, shownOrder(item));
  };
}

/** @param claims of the caller's token; undefined for one who signs with AWS keys. */
export function maySee(item: Item, claims: Readonly<Record<string, unknown>> | undefined): boolean {
  if (claims === undefined) return true;
  const { email, email_verified: verified } = claims;
  // HTTP APIs hand every claim over as text.
  if (typeof email !== "string" || email === "" || String(verified) !== "true") return false;
  return item.customerEmail?.S?.toLowerCase() === email.toLowerCase();
}

/** What is told of an order, whatever else stands in its item. */
export function shownOrder(item: Item): object {
  const { orderId, status, createdAt, totalAmount, items, rejection } = item;
  return {
    orderId: orderId?.S,
    status: status?.S,
    createdAt: createdAt?.S,
    totalAmount: totalAmount?.N === undefined ? undefined : Number(totalAmount.N),
    items: items?.L?.map(({ M }) => ({ sku: M?.sku?.S, quantity: Number(M?.quantity?.N) })),
    rejection: rejection?.M && { reason: rejection.M.reason?.S, sku: rejection.M.sku?.S },
  };
}

function answer(statusCode: number, body: object): ApiAnswer {
  return {
    statusCode,
    // An order changes: nobody between may keep what it was.
    headers: { "content-type": "application/json", "cache-control": "no-store" },
    body: JSON.stringify(body),
  };
}
