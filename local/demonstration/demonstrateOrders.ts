import type { Message, SQSClient } from "@aws-sdk/client-sqs";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { sendOrders } from "../cli/sendOrders";
import type { EventStream } from "../cloud/core/events";
import type { Random } from "../cloud/core/random";
import { auditOrders, type OrderAudit, type StoredOrder } from "./audit";
import { peekQueue, scanTable } from "./observe";
import { generateMessages, type GeneratedMessage } from "./orders";
import { percentile } from "./percentile";

/** Where the demonstration sends and looks. */
export interface OrderSystem {
  readonly events: EventStream;
  readonly sqs: SQSClient;
  readonly dynamodb: DynamoDBDocumentClient;
  readonly orderQueueUrl: string;
  readonly orderDeadLetterQueueUrl: string;
  readonly ordersTableName: string;
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
  /** Messages handled, whatever their outcome, per second from the first send to the last. */
  readonly ordersPerSecond: number;
}

/** Sends `count` messages and waits until the queue has given up each one, to the table or to the dead-letter queue. */
export async function demonstrateOrders(
  system: OrderSystem,
  count: number,
  random: Random,
  signal: AbortSignal,
): Promise<OrderDemonstration> {
  const messages = generateMessages(count, random);
  const watch = watchOrders(system, count, signal);
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
    await watch.allHandled;
  } finally {
    watch.stop();
  }
  const seconds = (performance.now() - started) / 1000;
  const [stored, deadLetters] = await Promise.all([
    scanTable<StoredOrder>(system.dynamodb, system.ordersTableName),
    peekQueue(system.sqs, system.orderDeadLetterQueueUrl),
  ]);
  const latencies = watch.latencies();
  return {
    messages,
    stored,
    deadLetters,
    audit: auditOrders({ sent: messages, stored, deadLettered: deadLetters.map(({ Body }) => Body ?? "") }),
    storedTwice: watch.storedTwice(),
    firstStoredAt: watch.firstStoredAt(),
    latencies: { p50Ms: percentile(latencies, 50), p99Ms: percentile(latencies, 99) },
    ordersPerSecond: seconds > 0 ? count / seconds : 0,
  };
}

/** Follows the orders through the cloud's events. */
function watchOrders(system: OrderSystem, count: number, signal: AbortSignal) {
  const queueName = system.orderQueueUrl.split("/").at(-1);
  const sentAt = new Map<string, number>();
  const storedAt = new Map<string, number>();
  let handled = 0;
  let twice = 0;
  const done = Promise.withResolvers<undefined>();
  if (count === 0) done.resolve(undefined);
  const unsubscribe = system.events.subscribe((event) => {
    if (event.type === "item-inserted" && event.tableName === system.ordersTableName) {
      const orderId = stringKey(event.keys["orderId"]);
      if (storedAt.has(orderId)) twice++;
      else storedAt.set(orderId, performance.now());
    } else if (
      (event.type === "message-deleted" || event.type === "message-dead-lettered") &&
      event.queueName === queueName
    ) {
      handled++;
      if (handled === count) done.resolve(undefined);
    }
  });
  // Sending fails by the same signal, and first; that failure is the one to report.
  done.promise.catch(() => undefined);
  const abort = () => done.reject(new Error("interrupted"));
  signal.addEventListener("abort", abort, { once: true });
  return {
    allHandled: done.promise,
    sent(message: GeneratedMessage | undefined): void {
      if (message?.kind !== "order") return;
      const { orderId } = JSON.parse(message.body) as { orderId: string };
      sentAt.set(orderId, performance.now());
    },
    latencies: () => [...storedAt].flatMap(([orderId, at]) => at - (sentAt.get(orderId) ?? at)),
    firstStoredAt: () => (storedAt.size === 0 ? undefined : Math.min(...storedAt.values())),
    storedTwice: () => twice,
    stop(): void {
      unsubscribe();
      signal.removeEventListener("abort", abort);
    },
  };
}

function stringKey(value: unknown): string {
  return typeof value === "object" && value !== null && "S" in value && typeof value.S === "string" ? value.S : "";
}
