import type { AttributeValue } from "aws-lambda";
import { LONGEST_REASON, type Refusal } from "./deadLetter";
import type { OrderImage } from "./confirmationMail";
import type { OrderItem } from "./order";
import type { Rejection } from "./orderItem";
import type { BusEntry } from "../shared/eventBus";

/** What all events of orders come from, as rules filter by it. */
const EVENT_SOURCE = "orders";

/** The version of the schemas in `docs/events/`; another one when what stands there changes its meaning or goes. */
const SCHEMA_VERSION = 1;

/** What every event says. None holds a name or an address: who needs them, and may, looks the order up. */
interface Announcement {
  readonly schemaVersion: typeof SCHEMA_VERSION;
  /** The same whenever this event is sent again, and no other event's: events come at least once. */
  readonly eventId: string;
  /** When it happened; ISO 8601. */
  readonly occurredAt: string;
}

/** An event as its subscribers see it: EventBridge's `detail-type` and `detail`. */
export type OrderEvent =
  | {
      readonly type: "OrderProcessed";
      readonly detail: Announcement & OrderFigures;
    }
  | {
      readonly type: "OrderRejected";
      readonly detail: Announcement & OrderFigures & { readonly rejection: Rejection };
    }
  | {
      readonly type: "OrderCancelled";
      readonly detail: Announcement & OrderFigures;
    }
  | {
      readonly type: "OrderRefused";
      readonly detail: Announcement & {
        /** Of the message in the order queue. */
        readonly messageId: string;
        /** Only where the message holds a well-formed one. */
        readonly orderId?: string;
        readonly refusal: Refusal;
      };
    };

interface OrderFigures {
  readonly orderId: string;
  readonly totalAmount: number;
  /** Only where the order has items. */
  readonly items?: readonly OrderItem[];
}

/**
 * What a change of the orders' table announces: an order that was stored, or one that was cancelled. Undefined for
 * everything else: marks of confirmations, erasures, deletions by their time to live, items that are no orders.
 */
export function eventOfChange(eventName: string | undefined, order: OrderImage): OrderEvent | undefined {
  const orderId = order.orderId?.S;
  const totalAmount = Number(order.totalAmount?.N);
  // What somebody else wrote into the table is no order, and no event of one could be true to its schema.
  if (orderId === undefined || Number.isNaN(totalAmount)) return undefined;
  const figures = { orderId, totalAmount, ...itemsOf(order.items) };
  const announce = (type: OrderEvent["type"], occurredAt = ""): Announcement & OrderFigures => ({
    schemaVersion: SCHEMA_VERSION,
    eventId: `${type}/${orderId}/${occurredAt}`,
    occurredAt,
    ...figures,
  });
  const status = order.status?.S;
  if (eventName === "INSERT" && status === "Processed") {
    return { type: "OrderProcessed", detail: announce("OrderProcessed", order.createdAt?.S) };
  }
  if (eventName === "INSERT" && status === "Rejected") {
    const rejection = rejectionOf(order.rejection);
    return { type: "OrderRejected", detail: { ...announce("OrderRejected", order.createdAt?.S), rejection } };
  }
  // An erasure leaves the status as it is; the cancellation before it has announced itself.
  if (eventName === "MODIFY" && status === "Cancelled" && order.erasedAt === undefined) {
    return { type: "OrderCancelled", detail: announce("OrderCancelled", order.cancelledAt?.S) };
  }
  return undefined;
}

/** A message that was set aside because it can never become an order. */
export function refusedEvent(
  messageId: string,
  orderId: string | undefined,
  refusal: Refusal,
  /** When the message was sent, in milliseconds of Unix time: it is the same on each delivery. */
  sentAt: number,
): OrderEvent {
  return {
    type: "OrderRefused",
    detail: {
      schemaVersion: SCHEMA_VERSION,
      eventId: `OrderRefused/${messageId}`,
      occurredAt: new Date(sentAt).toISOString(),
      messageId,
      ...(orderId === undefined ? {} : { orderId }),
      refusal: { code: refusal.code, reason: refusal.reason.slice(0, LONGEST_REASON) },
    },
  };
}

function itemsOf(items: AttributeValue | undefined): Pick<OrderFigures, "items"> {
  if (items?.L === undefined) return {};
  return { items: items.L.map(({ M }) => ({ sku: M?.sku?.S ?? "", quantity: Number(M?.quantity?.N) })) };
}

function rejectionOf(rejection: AttributeValue | undefined): Rejection {
  const reason = rejection?.M?.reason?.S === "unknownSku" ? "unknownSku" : "insufficientStock";
  return { reason, sku: rejection?.M?.sku?.S ?? "" };
}

/** The event as EventBridge takes it. */
export function entryOfOrder({ type, detail }: OrderEvent): BusEntry {
  const time = new Date(detail.occurredAt);
  return {
    Source: EVENT_SOURCE,
    DetailType: type,
    Detail: JSON.stringify(detail),
    // No client can write a time that is none: it would fail with all events that are sent together.
    ...(Number.isNaN(time.getTime()) ? {} : { Time: time }),
  };
}
