import { type Random, seededRandom } from "embedded-aws/support";
import type { Order, OrderItem } from "../../handlers/orders/order";

/** A message for the order queue, and what the generator meant by it. */
export interface GeneratedMessage {
  readonly body: string;
  readonly kind: "order" | "repeat" | "conflict" | "malformed";
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
 * `length` messages as a busy shop sends them: mostly orders, some sent twice, some that can never succeed.
 * Each is a function of the seed and its place, so that however many there are, none needs to be kept. The same
 * random source gives the same messages. At least one of each kind from 6 messages on.
 */
export class OrderMessages {
  readonly #prefix: string;
  readonly #run: string;
  readonly #seed: number;

  /** @param kinds what may occur beside orders. */
  constructor(
    readonly length: number,
    random: Random,
    private readonly kinds: readonly GeneratedMessage["kind"][] = ALL_KINDS,
  ) {
    this.#run = random.hex(6);
    this.#prefix = `order-${this.#run}-`;
    this.#seed = Math.floor(random.next() * 2 ** 32);
  }

  /** The message at a place, counted from 0. */
  at(place: number): GeneratedMessage {
    const kind = this.#kindAt(place);
    const random = this.#randomAt(place);
    switch (kind) {
      case "order":
        return { body: JSON.stringify(this.#orderAt(place)), kind };
      case "repeat":
        return { body: JSON.stringify(this.#earlierOrder(place, random)), kind };
      case "conflict": {
        const earlier = this.#earlierOrder(place, random);
        return { body: JSON.stringify({ ...earlier, totalAmount: earlier.totalAmount + 1 }), kind };
      }
      case "malformed":
        return { body: malformedBody(`bad-${this.#run}-${place + 1}`, random), kind };
    }
  }

  /** Where the order with this id was first sent; undefined when it is none of these messages'. */
  placeOf(orderId: string): number | undefined {
    if (!orderId.startsWith(this.#prefix)) return undefined;
    const place = Number(orderId.slice(this.#prefix.length)) - 1;
    const here = Number.isInteger(place) && place >= 0 && place < this.length;
    return here && this.#orderId(place) === orderId && this.#kindAt(place) === "order" ? place : undefined;
  }

  #kindAt(place: number): GeneratedMessage["kind"] {
    const kind = kindOf(place);
    return this.kinds.includes(kind) ? kind : "order";
  }

  /** An order that was sent before `place`; the first message of all is one. */
  #earlierOrder(place: number, random: Random): Order {
    let earlier = Math.floor(random.next() * place);
    while (this.#kindAt(earlier) !== "order") earlier--;
    return this.#orderAt(earlier);
  }

  #orderAt(place: number): Order {
    return generateOrder(this.#orderId(place), this.#randomAt(place));
  }

  #orderId(place: number): string {
    return `${this.#prefix}${String(place + 1).padStart(5, "0")}`;
  }

  #randomAt(place: number): Random {
    // An odd factor far from the generator's own step keeps the places' sequences apart.
    return seededRandom((this.#seed + Math.imul(place, 0x9e3779b1)) >>> 0);
  }
}

/** All of `OrderMessages` at once, for a count that fits into memory. */
export function generateMessages(count: number, random: Random, kinds = ALL_KINDS): GeneratedMessage[] {
  const messages = new OrderMessages(count, random, kinds);
  return Array.from({ length: count }, (_, place) => messages.at(place));
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

function generateOrder(orderId: string, random: Random): Order {
  const customer = 1 + Math.floor(random.next() * 500);
  const items = generateItems(random);
  return {
    orderId,
    customerName: `Customer ${customer}`,
    totalAmount: Math.floor(random.next() * 50_000) / 100,
    ...(random.next() < 0.8 ? { customerEmail: addressOf(customer) } : {}),
    ...(items.length > 0 ? { items } : {}),
  };
}

/** Addresses as customers have them; now and then something that is none, which the order survives. */
function addressOf(customer: number): string {
  switch (customer % 25) {
    case 1:
      return `o'customer+${customer}@mail--host.example.com`;
    case 2:
      return `a&b/${customer}@xn--bcher-kva.example`;
    case 3:
      return `customer ${customer} at home`;
    default:
      return `customer-${customer}@example.com`;
  }
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
    JSON.stringify({ orderId, customerName: "Customer\u0007 1", totalAmount: 5 }),
  ];
  return bodies[Math.floor(random.next() * bodies.length)] ?? "";
}
