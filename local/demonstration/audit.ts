import type { GeneratedMessage, OrderItem } from "./orders";

/** An order as it stands in the table. */
export interface StoredOrder {
  readonly orderId: string;
  readonly customerName: string;
  readonly totalAmount: number;
  readonly status: string;
  readonly createdAt: string;
  readonly customerEmail?: string;
  readonly items?: readonly OrderItem[];
  readonly rejection?: { readonly reason: string; readonly sku?: string };
  readonly confirmationSentAt?: string;
}

/** What was sent, and what stands in the table and the dead-letter queue afterwards. */
export interface Evidence {
  readonly sent: readonly GeneratedMessage[];
  readonly stored: readonly StoredOrder[];
  readonly deadLettered: readonly string[];
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

/**
 * Where each message went, judged from the table and the queue alone. A message counts as arrived when an item
 * with its content stands in the table; each message in the dead-letter queue accounts for one that was sent.
 */
export function auditOrders({ sent, stored, deadLettered }: Evidence): OrderAudit {
  const contents = new Map(stored.map((order) => [order.orderId, contentOf(order)]));
  const inQueue = new Map<string, number>();
  for (const body of deadLettered) inQueue.set(body, (inQueue.get(body) ?? 0) + 1);

  const arrived = new Set<string>();
  let duplicates = 0;
  let lost = 0;
  for (const { body } of sent) {
    const order = parseObject(body);
    const orderId = order?.orderId;
    if (order !== undefined && typeof orderId === "string" && contents.get(orderId) === contentOf(order)) {
      if (arrived.has(orderId)) duplicates++;
      arrived.add(orderId);
      continue;
    }
    const left = inQueue.get(body) ?? 0;
    if (left > 0) inQueue.set(body, left - 1);
    else lost++;
  }
  return {
    sent: sent.length,
    distinct: sent.filter(({ kind }) => kind === "order").length,
    stored: stored.length,
    duplicates,
    deadLettered: deadLettered.length,
    lost,
  };
}

/** The fields that the shop sends, in one fixed form. */
function contentOf(order: object): string {
  const { orderId, customerName, totalAmount, customerEmail, items } = order as Record<string, unknown>;
  const lines = Array.isArray(items)
    ? items
        .map((item: unknown) => {
          const { sku, quantity } = item as Record<string, unknown>;
          return JSON.stringify([sku, quantity]);
        })
        .sort()
    : null;
  return JSON.stringify([orderId, customerName, totalAmount, customerEmail ?? null, lines]);
}

function parseObject(body: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
