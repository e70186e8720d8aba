import type { Random } from "../cloud/core/random";

/** A message for the order queue, and what the generator meant by it. */
export interface GeneratedMessage {
  readonly body: string;
  readonly kind: "order" | "repeat" | "conflict" | "malformed";
}

/** What an order line asks for. */
export interface OrderItem {
  readonly sku: string;
  readonly quantity: number;
}

export interface GeneratedOrder {
  readonly orderId: string;
  readonly customerName: string;
  readonly totalAmount: number;
  readonly customerEmail?: string;
  readonly items?: readonly OrderItem[];
}

/** Stock that the demonstration puts into the inventory: plenty of most goods, little of one. */
export function demonstrationStock(orders: number): Readonly<Record<string, number>> {
  return {
    "SKU-TEA": orders * 10,
    "SKU-COFFEE": orders * 10,
    "SKU-CAKE": Math.max(2, Math.floor(orders / 20)),
  };
}

const ALL_KINDS: readonly GeneratedMessage["kind"][] = ["order", "repeat", "conflict", "malformed"];

/**
 * `count` messages as a busy shop sends them: mostly orders, some sent twice, some that can never succeed.
 * The same random source gives the same messages. At least one of each kind from 6 messages on.
 *
 * @param kinds what may occur beside orders.
 */
export function generateMessages(count: number, random: Random, kinds = ALL_KINDS): GeneratedMessage[] {
  const run = random.hex(6);
  const messages: GeneratedMessage[] = [];
  const orders: GeneratedOrder[] = [];
  for (let index = 0; index < count; index++) {
    const kind = kinds.includes(kindOf(index)) ? kindOf(index) : "order";
    const earlier = orders[Math.floor(random.next() * orders.length)];
    if (kind === "order" || earlier === undefined) {
      const order = generateOrder(`order-${run}-${String(index + 1).padStart(5, "0")}`, random);
      orders.push(order);
      messages.push({ body: JSON.stringify(order), kind: "order" });
    } else if (kind === "repeat") {
      messages.push({ body: JSON.stringify(earlier), kind });
    } else if (kind === "conflict") {
      messages.push({ body: JSON.stringify({ ...earlier, totalAmount: earlier.totalAmount + 1 }), kind });
    } else {
      messages.push({ body: malformedBody(`bad-${run}-${index + 1}`, random), kind });
    }
  }
  return messages;
}

/** Of twenty messages: sixteen orders, two repeats, one conflict, one malformed; fixed, so that small runs show all. */
function kindOf(index: number): GeneratedMessage["kind"] {
  switch (index % 20) {
    case 2:
    case 12:
      return "repeat";
    case 4:
      return "malformed";
    case 5:
      return "conflict";
    default:
      return "order";
  }
}

function generateOrder(orderId: string, random: Random): GeneratedOrder {
  const customer = 1 + Math.floor(random.next() * 500);
  const items = generateItems(random);
  return {
    orderId,
    customerName: `Customer ${customer}`,
    totalAmount: Math.floor(random.next() * 50_000) / 100,
    ...(random.next() < 0.8 ? { customerEmail: `customer-${customer}@example.com` } : {}),
    ...(items.length > 0 ? { items } : {}),
  };
}

function generateItems(random: Random): OrderItem[] {
  return ["SKU-TEA", "SKU-COFFEE", "SKU-CAKE"]
    .filter((sku) => random.next() < (sku === "SKU-CAKE" ? 0.3 : 0.4))
    .map((sku) => ({ sku, quantity: 1 + Math.floor(random.next() * 3) }));
}

function malformedBody(orderId: string, random: Random): string {
  const bodies = [
    "this is not JSON",
    JSON.stringify({ orderId, totalAmount: 12.5 }),
    JSON.stringify({ orderId, customerName: "Customer 1", totalAmount: -1 }),
    JSON.stringify({ orderId: `${orderId} with spaces`, customerName: "Customer 1", totalAmount: 10 }),
    JSON.stringify({ orderId, customerName: "Customer 1", totalAmount: 1.005 }),
    JSON.stringify({ orderId, customerName: "Customer 1", totalAmount: 5, customerEmail: "nobody" }),
  ];
  return bodies[Math.floor(random.next() * bodies.length)] ?? "";
}
