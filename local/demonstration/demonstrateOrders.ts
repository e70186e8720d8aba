import type { Message, SQSClient } from "@aws-sdk/client-sqs";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { sendOrders } from "../cli/sendOrders";
import { setStock, type StockLevel } from "../cli/stockLevels";
import type { Clock } from "../cloud/core/clock";
import type { EventStream } from "../cloud/core/events";
import type { Email } from "../cloud/ses/inbox";
import type { Random } from "../cloud/core/random";
import { auditOrders, type OrderAudit, type StoredOrder } from "./audit";
import { peekQueue, scanTable } from "./observe";
import { auditInventory, type InventoryAudit } from "./inventory";
import { demonstrationStock, generateMessages, type GeneratedMessage } from "./orders";
import { percentile } from "./percentile";

/** How long confirmations may lag behind the orders, by the cloud's clock. */
const CONFIRMATION_PATIENCE_MS = 60_000;

/** Where the demonstration sends and looks. */
export interface OrderSystem {
  readonly clock: Clock;
  readonly events: EventStream;
  readonly sqs: SQSClient;
  readonly dynamodb: DynamoDBDocumentClient;
  readonly orderQueueUrl: string;
  readonly orderDeadLetterQueueUrl: string;
  readonly ordersTableName: string;
  readonly inventoryTableName: string;
  /** Where confirmations end that cannot be sent; undefined when the stack sends none. */
  readonly confirmationFailureQueueUrl: string | undefined;
  /** What SES has accepted so far. */
  emails(): readonly Email[];
}

export interface OrderDemonstration {
  readonly messages: readonly GeneratedMessage[];
  readonly stored: readonly StoredOrder[];
  readonly deadLetters: readonly Message[];
  readonly audit: OrderAudit;
  /** Orders whose item was inserted more than once; anything but 0 is a broken promise. */
  readonly storedTwice: number;
  /** `performance.now()` when the first order stood in the table; undefined when none did. */
  readonly firstStoredAt: number | undefined;
  /** From the moment a message was sent to the moment its item stood in the table, in milliseconds. */
  readonly latencies: { readonly p50Ms: number; readonly p99Ms: number };
  /** From the moment an order stood in the table to the moment its confirmation was noted, in milliseconds. */
  readonly confirmationLatencies: { readonly p50Ms: number; readonly p99Ms: number };
  readonly confirmations: { readonly sent: number; readonly expected: number };
  readonly emails: readonly Email[];
  readonly inventory: InventoryAudit;
  /** Messages handled, whatever their outcome, per second from the first send to the last. */
  readonly ordersPerSecond: number;
}

/**
 * Fills the inventory, sends `count` messages, and waits until the queue has given up each one, to the table or
 * to the dead-letter queue, and each order's confirmation was sent or given up.
 */
export async function demonstrateOrders(
  system: OrderSystem,
  count: number,
  random: Random,
  signal: AbortSignal,
): Promise<OrderDemonstration> {
  const messages = generateMessages(count, random);
  const stock = demonstrationStock(count);
  for (const [sku, level] of Object.entries(stock)) {
    await setStock(system.dynamodb, system.inventoryTableName, { sku, stock: level });
  }
  const watch = watchOrders(system, signal);
  const started = performance.now();
  try {
    await sendOrders({
      client: system.sqs,
      queueUrl: system.orderQueueUrl,
      bodies: messages.map(({ body }) => body),
      onSending: (indexes) => {
        for (const index of indexes) watch.sent(messages[index]);
      },
      signal,
    });
    await watch.until(({ handled }) => handled >= count);
    const seconds = (performance.now() - started) / 1000;
    const stored = await scanTable<StoredOrder>(system.dynamodb, system.ordersTableName);
    const expected = system.confirmationFailureQueueUrl === undefined ? 0 : stored.filter(hasEmail).length;
    // A pipeline that cannot confirm tries for hours; what is missing by then is told as a broken promise.
    const patience = system.clock.sleep(CONFIRMATION_PATIENCE_MS, signal);
    await Promise.race([
      watch.until(({ confirmed, confirmationFailures }) => confirmed + confirmationFailures >= expected),
      patience,
    ]);
    const deadLetters = await peekQueue(system.sqs, system.orderDeadLetterQueueUrl);
    const levels = await scanTable<StockLevel>(system.dynamodb, system.inventoryTableName);
    return {
      messages,
      stored,
      deadLetters,
      audit: auditOrders({ sent: messages, stored, deadLettered: deadLetters.map(({ Body }) => Body ?? "") }),
      confirmations: { sent: system.emails().length, expected },
      emails: system.emails(),
      inventory: auditInventory(stock, levels, stored),
      ordersPerSecond: seconds > 0 ? count / seconds : 0,
      ...watch.findings(),
    };
  } finally {
    watch.stop();
  }
}

function hasEmail(order: StoredOrder): boolean {
  return order.customerEmail !== undefined;
}

interface Progress {
  readonly handled: number;
  readonly confirmed: number;
  readonly confirmationFailures: number;
}

/** Follows the orders through the cloud's events. */
function watchOrders(system: OrderSystem, signal: AbortSignal) {
  const queueName = system.orderQueueUrl.split("/").at(-1);
  const failureQueueName = system.confirmationFailureQueueUrl?.split("/").at(-1);
  const sentAt = new Map<string, number>();
  const storedAt = new Map<string, number>();
  const confirmedAt = new Map<string, number>();
  let handled = 0;
  let storedTwice = 0;
  let confirmationFailures = 0;
  let wake: () => void = () => undefined;

  const unsubscribe = system.events.subscribe((event) => {
    switch (event.type) {
      case "item-inserted":
      case "item-modified": {
        if (event.tableName !== system.ordersTableName) return;
        const orderId = stringKey(event.keys.orderId);
        // The one change that a stored order ever sees is the mark that its confirmation was sent.
        const times = event.type === "item-inserted" ? storedAt : confirmedAt;
        if (event.type === "item-inserted" && times.has(orderId)) storedTwice++;
        else times.set(orderId, performance.now());
        break;
      }
      case "message-deleted":
      case "message-dead-lettered":
        if (event.queueName === queueName) handled++;
        break;
      case "message-sent":
        if (event.queueName === failureQueueName) confirmationFailures++;
        break;
      default:
        return;
    }
    wake();
  });

  return {
    sent(message: GeneratedMessage | undefined): void {
      if (message?.kind !== "order") return;
      const { orderId } = JSON.parse(message.body) as { orderId: string };
      sentAt.set(orderId, performance.now());
    },
    /** Resolves once `reached` holds; rejects when the signal aborts. */
    async until(reached: (progress: Progress) => boolean): Promise<void> {
      const progress = () => ({ handled, confirmed: confirmedAt.size, confirmationFailures });
      const reachedOrAborted = Promise.withResolvers<undefined>();
      wake = () => {
        if (reached(progress()) || signal.aborted) reachedOrAborted.resolve(undefined);
      };
      signal.addEventListener("abort", wake);
      wake();
      await reachedOrAborted.promise;
      signal.removeEventListener("abort", wake);
      signal.throwIfAborted();
    },
    findings: () => ({
      storedTwice,
      firstStoredAt: storedAt.size === 0 ? undefined : Math.min(...storedAt.values()),
      latencies: percentiles(storedAt, sentAt),
      confirmationLatencies: percentiles(confirmedAt, storedAt),
    }),
    stop: unsubscribe,
  };
}

function percentiles(ends: ReadonlyMap<string, number>, starts: ReadonlyMap<string, number>) {
  const durations = [...ends].flatMap(([orderId, end]) => end - (starts.get(orderId) ?? end));
  return { p50Ms: percentile(durations, 50), p99Ms: percentile(durations, 99) };
}

function stringKey(value: unknown): string {
  return typeof value === "object" && value !== null && "S" in value && typeof value.S === "string"
    ? value.S
    : "";
}
