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
  const items = itemsOf(order.items);
  // What somebody else wrote into the table is no order, and no event of one could be true to its schema.
  if (orderId === undefined || !(totalAmount >= 0) || items === undefined) return undefined;
  const announce = (type: OrderEvent["type"], occurredAt: string): Announcement & OrderFigures => ({
    schemaVersion: SCHEMA_VERSION,
    eventId: `${type}/${orderId}/${occurredAt}`,
    occurredAt,
    orderId,
    totalAmount,
    ...items,
  });
  const status = order.status?.S;
  const createdAt = timeOf(order.createdAt);
  if (eventName === "INSERT" && status === "Processed" && createdAt !== undefined) {
    return { type: "OrderProcessed", detail: announce("OrderProcessed", createdAt) };
  }
  const rejection = rejectionOf(order.rejection);
  if (eventName === "INSERT" && status === "Rejected" && createdAt !== undefined && rejection !== undefined) {
    return { type: "OrderRejected", detail: { ...announce("OrderRejected", createdAt), rejection } };
  }
  const cancelledAt = timeOf(order.cancelledAt);
  // An erasure leaves the status as it is; a cancellation before it has announced itself, one after it has not.
  const wasErasedSince = (order.erasedAt?.S ?? "") > (cancelledAt ?? "");
  if (eventName === "MODIFY" && status === "Cancelled" && cancelledAt !== undefined && !wasErasedSince) {
    return { type: "OrderCancelled", detail: announce("OrderCancelled", cancelledAt) };
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

/** A time as events tell it, which is as it is stored. */
function timeOf(value: AttributeValue | undefined): string | undefined {
  const time = new Date(value?.S ?? "");
  return Number.isNaN(time.getTime()) || time.toISOString() !== value?.S ? undefined : value.S;
}

/** Undefined where something else stands in the place of items. */
function itemsOf(items: AttributeValue | undefined): Pick<OrderFigures, "items"> | undefined {
  if (items === undefined) return {};
  // Stryker disable next-line ArrayDeclaration: of no list nothing is known.
  const known = (items.L ?? []).flatMap(({ M }) => {
    const [sku = "", quantity] = [M?.sku?.S, Number(M?.quantity?.N)];
    return sku !== "" && Number.isInteger(quantity) && quantity > 0 ? [{ sku, quantity }] : [];
  });
  return known.length > 0 && known.length === items.L?.length ? { items: known } : undefined;
}

function rejectionOf(rejection: AttributeValue | undefined): Rejection | undefined {
  const [reason, sku] = [rejection?.M?.reason?.S, rejection?.M?.sku?.S];
  const isKnown = reason === "unknownSku" || reason === "insufficientStock";
  return isKnown && sku !== undefined && sku !== "" ? { reason, sku } : undefined;
}

/** The event as EventBridge takes it. */
export function entryOfOrder({ type, detail }: OrderEvent): BusEntry {
  return {
    Source: EVENT_SOURCE,
    DetailType: type,
    Detail: JSON.stringify(detail),
    Time: new Date(detail.occurredAt),
  };
}
