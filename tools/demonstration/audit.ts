import { setImmediate } from "node:timers/promises";
import type { Order } from "../../handlers/orders/order";
import type { GeneratedMessage } from "./orders";

/** An order as it stands in the table. */
export interface StoredOrder extends Order {
  readonly status: string;
  readonly createdAt: string;
  readonly rejection?: { readonly reason: string; readonly sku?: string };
  readonly confirmationSentAt?: string;
  readonly confirmationFailedAt?: string;
  /** Why the customer was not told. */
  readonly confirmationFailure?: string;
}

/** The messages that were sent, by their place from 0. */
export interface SentMessages {
  readonly length: number;
  at(place: number): GeneratedMessage | undefined;
  /** The place of the message that first brought the order with this id; undefined when that is not known. */
  placeOf?(orderId: string): number | undefined;
}

export interface OrderAudit {
  readonly sent: number;
  /** Orders that should be stored: each `orderId` of a good order once. */
  readonly distinct: number;
  readonly stored: number;
  /** Messages beyond the first that say the same as a stored order. */
  readonly duplicates: number;
  readonly deadLettered: number;
  /** Messages that stand neither in the table, with their content, nor in the dead-letter queue, byte for byte. */
  readonly lost: number;
}

/** How many messages are judged in one turn of the event loop. */
const MESSAGES_A_TURN = 5_000;

/**
 * Where each message went, judged from the table and the queue alone. A message counts as arrived when an item
 * with its content stands in the table; each message in the dead-letter queue accounts for one that was sent.
 *
 * Orders are told one by one and not kept: one bit says that the item stands as it was first sent. Only what
 * differs from that, and the bodies of dead letters, stay in memory.
 */
export class OrderAuditor {
  readonly #sent: SentMessages;
  /** By place: 1 when the order stands in the table just as it was sent there, 2 when its message was met, too. */
  readonly #standing: Uint8Array;
  /** Contents of stored orders that stand otherwise than sent, by order id. */
  readonly #others = new Map<string, { readonly content: string; arrived: boolean }>();
  readonly #deadLetters = new Map<string, number>();
  #stored = 0;
  #deadLettered = 0;

  constructor(sent: SentMessages) {
    this.#sent = sent;
    this.#standing = new Uint8Array(sent.length);
  }

  /** Tells of an item in the table; each once. */
  addStored(order: StoredOrder): void {
    this.#stored++;
    const place = this.#sent.placeOf?.(order.orderId);
    const content = contentOf(order);
    if (place !== undefined && content === this.#contentAt(place)) this.#standing[place] = 1;
    else this.#others.set(order.orderId, { content, arrived: false });
  }

  /** Tells of a message in the dead-letter queue; each once. */
  addDeadLetter(body: string): void {
    this.#deadLettered++;
    this.#deadLetters.set(body, (this.#deadLetters.get(body) ?? 0) + 1);
  }

  /** Judges every message, once everything has been told; to be called once. */
  async audit(): Promise<OrderAudit> {
    let distinct = 0;
    let duplicates = 0;
    let lost = 0;
    for (let place = 0; place < this.#sent.length; place++) {
      // Whatever else runs in this process, Ctrl-C above all, has its turn meanwhile.
      if (place % MESSAGES_A_TURN === MESSAGES_A_TURN - 1) await setImmediate();
      const message = this.#sent.at(place);
      if (message === undefined) continue;
      if (message.kind === "order") distinct++;
      const fate = this.#fateOf(message.body, place);
      if (fate === "duplicate") duplicates++;
      else if (fate === "lost") lost++;
    }
    const [sent, stored, deadLettered] = [this.#sent.length, this.#stored, this.#deadLettered];
    return { sent, distinct, stored, duplicates, deadLettered, lost };
  }

  #fateOf(body: string, place: number): "stored" | "duplicate" | "dead-lettered" | "lost" {
    const order = parseObject(body);
    const orderId = order?.orderId;
    if (order !== undefined && typeof orderId === "string") {
      const arrival = this.#arrive(orderId, order, place);
      if (arrival !== undefined) return arrival;
    }
    const left = this.#deadLetters.get(body) ?? 0;
    if (left === 0) return "lost";
    this.#deadLetters.set(body, left - 1);
    return "dead-lettered";
  }

  /** What the message at a place comes to by the table; undefined when no item has its content. */
  #arrive(orderId: string, order: object, place: number): "stored" | "duplicate" | undefined {
    const other = this.#others.get(orderId);
    if (other !== undefined) {
      if (other.content !== contentOf(order)) return undefined;
      const before = other.arrived;
      other.arrived = true;
      return before ? "duplicate" : "stored";
    }
    const first = this.#sent.placeOf?.(orderId);
    const standing = first === undefined ? 0 : (this.#standing[first] ?? 0);
    if (first === undefined || standing === 0) return undefined;
    if (first !== place && this.#contentAt(first) !== contentOf(order)) return undefined;
    this.#standing[first] = 2;
    return standing === 2 ? "duplicate" : "stored";
  }

  #contentAt(place: number): string | undefined {
    const order = parseObject(this.#sent.at(place)?.body ?? "");
    return order && contentOf(order);
  }
}

/** What was sent, and what stands in the table and the dead-letter queue afterwards, where it fits into memory. */
export interface Evidence {
  readonly sent: SentMessages;
  readonly stored: readonly StoredOrder[];
  readonly deadLettered: readonly string[];
}

/** `OrderAuditor` for evidence that lies there as a whole. */
export function auditOrders({ sent, stored, deadLettered }: Evidence): Promise<OrderAudit> {
  const auditor = new OrderAuditor(sent);
  for (const order of stored) auditor.addStored(order);
  for (const body of deadLettered) auditor.addDeadLetter(body);
  return auditor.audit();
}

const asSaid = (value: unknown) => value ?? null;

/** How to compare each field that the shop sends; the type sees to it that none is forgotten. */
const FIELDS: { readonly [Name in keyof Order]-?: (value: unknown) => unknown } = {
  orderId: asSaid,
  customerName: asSaid,
  totalAmount: asSaid,
  customerEmail: asSaid,
  items: (items) => (Array.isArray(items) ? items.map(lineOf).sort(byText) : null),
};

/** The fields that the shop sends, in one fixed form. */
function contentOf(order: object): string {
  const said = order as Readonly<Record<string, unknown>>;
  return JSON.stringify(Object.entries(FIELDS).map(([name, fieldOf]) => fieldOf(said[name])));
}

function lineOf(item: unknown): readonly [sku: unknown, quantity: unknown] {
  const { sku, quantity } = (item ?? {}) as Record<string, unknown>;
  return [sku, quantity];
}

function byText(a: readonly unknown[], b: readonly unknown[]): number {
  const [first, second] = [JSON.stringify(a), JSON.stringify(b)];
  return first < second ? -1 : first > second ? 1 : 0;
}

/** The object that a body holds; undefined when it is none. */
export function parseObject(body: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
