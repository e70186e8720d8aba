import type { Message } from "@aws-sdk/client-sqs";
import { sendOrders } from "../shop/sendOrders";
import { setStock, type StockLevel } from "../shop/stockLevels";
import type { EventStream, Email } from "embedded-aws";
import type { Random } from "embedded-aws/support";
import { type OrderAudit, OrderAuditor, type StoredOrder } from "./audit";
import { lookBefore, NOTHING_BEFORE, type OrderPlaces } from "./before";
import { auditInventory, goodsOf, type InventoryAudit } from "./inventory";
import { itemsOf, messagesOf, scanTable } from "./observe";
import { demonstrationStock, type GeneratedMessage, OrderMessages } from "./orders";
import { OrderTally, type Percentiles } from "./orderTally";
import { tellProgress } from "./tellProgress";

/** How long no confirmation may come before those that are missing are given up, by the cloud's clock. */
const CONFIRMATION_PATIENCE_MS = 60_000;

/** The most messages that wait in the queue: enough that the functions never lack work. */
const MOST_WAITING = 10_000;
/** How many messages are sent before looking again whether the queue has room. */
const MESSAGES_A_SENDING = 1_000;

/** Up to so many messages, each is shown by itself. */
export const MOST_SHOWN = 30;

/** Where the demonstration sends and looks. */
export interface OrderSystem extends OrderPlaces {
  readonly events: EventStream;
  /** Where confirmations end that cannot be sent; undefined when the stack sends none. */
  readonly confirmationFailureQueueUrl: string | undefined;
  /** The newest of them, as many as are kept; oldest first. */
  emails(): readonly Email[];
}

/** What became of each message, kept when there are few enough to show them. */
export interface ShownOrders {
  readonly messages: readonly GeneratedMessage[];
  readonly stored: readonly StoredOrder[];
  readonly deadLetters: readonly Message[];
}

export interface OrderDemonstration {
  /** Undefined for more than `MOST_SHOWN` messages. */
  readonly shown: ShownOrders | undefined;
  readonly audit: OrderAudit;
  /** Orders whose item was inserted more than once; anything but 0 is a broken promise. */
  readonly storedTwice: number;
  /** `performance.now()` when the first order stood in the table; undefined when none did. */
  readonly firstStoredAt: number | undefined;
  /** From the moment a message was sent to the moment its item stood in the table, in milliseconds. */
  readonly latencies: Percentiles;
  /** From the moment an order stood in the table to the moment its confirmation was noted, in milliseconds. */
  readonly confirmationLatencies: Percentiles;
  readonly confirmations: { readonly sent: number; readonly expected: number };
  /** The newest e-mails, oldest first; `confirmations.sent` counts all. */
  readonly emails: readonly Email[];
  readonly inventory: InventoryAudit;
  /** Messages handled, whatever their outcome, per second from the first send to the last. */
  readonly ordersPerSecond: number;
}

/**
 * Fills the inventory, sends `count` messages, and waits until the queue has given up each one, to the table or
 * to the dead-letter queue, and each order's confirmation was sent or given up. What is judged is counted, and
 * nothing is kept message by message, so that memory does not bound `count`.
 *
 * @param tell takes a line now and then that says how far it is.
 * @param goesOn whether something may stand there already; that is then left out of the judgement.
 */
export async function demonstrateOrders(
  system: OrderSystem,
  count: number,
  random: Random,
  signal: AbortSignal,
  tell: (line: string) => void = () => undefined,
  goesOn = false,
): Promise<OrderDemonstration> {
  const messages = new OrderMessages(count, random);
  const before = goesOn ? await lookBefore(system, signal) : NOTHING_BEFORE;
  const stock = Object.fromEntries(
    Object.entries(demonstrationStock(count)).map(([sku, level]) => [sku, level + (before.stock[sku] ?? 0)]),
  );
  for (const [sku, level] of Object.entries(stock)) {
    await setStock(system.dynamodb, system.inventoryTableName, { sku, stock: level });
  }
  const watch = watchOrders(system, messages, signal);
  const { tally } = watch;
  let step = () => `${tally.handled} of ${count} messages handled, ${tally.confirmed} confirmed`;
  const endOfProgress = tellProgress(system.clock, () => tell(step()));
  const started = performance.now();
  try {
    await sendAll(system, messages, watch, signal);
    await watch.until(({ handled }) => handled >= count);
    const seconds = (performance.now() - started) / 1000;

    const shown =
      count <= MOST_SHOWN ? { stored: [] as StoredOrder[], deadLetters: [] as Message[] } : undefined;
    const auditor = new OrderAuditor(messages);
    let expected = 0;
    let goods = 0;
    let looked = 0;
    step = () => `${looked} stored orders looked at`;
    for await (const order of itemsOf<StoredOrder>(system.dynamodb, system.ordersTableName)) {
      signal.throwIfAborted();
      looked++;
      if (before.orderIds.has(order.orderId)) continue;
      auditor.addStored(order);
      goods += goodsOf(order);
      if (system.confirmationFailureQueueUrl !== undefined && isConfirmable(order)) expected++;
      shown?.stored.push(order);
    }

    step = () => `${tally.confirmed} of ${expected} confirmations sent`;
    // A pipeline that cannot confirm tries for hours; what is missing by then is told as a broken promise.
    const settled = () => tally.confirmed + tally.confirmationFailures;
    const allSettled = watch.until(() => settled() >= expected);
    let settledBefore: number;
    do {
      settledBefore = settled();
      await Promise.race([allSettled, system.clock.sleep(CONFIRMATION_PATIENCE_MS, signal)]);
      signal.throwIfAborted();
    } while (settled() < expected && settled() > settledBefore);

    let letters = 0;
    step = () => `${letters} dead letters looked at`;
    for await (const letter of messagesOf(system.sqs, system.orderDeadLetterQueueUrl)) {
      signal.throwIfAborted();
      letters++;
      if (before.letterIds.has(letter.MessageId ?? "")) continue;
      auditor.addDeadLetter(letter.Body ?? "");
      shown?.deadLetters.push(letter);
    }
    const levels = await scanTable<StockLevel>(system.dynamodb, system.inventoryTableName);
    step = () => "judging where each message went";
    const { storedTwice, firstStoredAt, latencies, confirmationLatencies } = tally;
    return {
      shown: shown && {
        ...shown,
        messages: Array.from({ length: count }, (_, place) => messages.at(place)),
      },
      audit: await auditor.audit(),
      confirmations: { sent: system.emailsSent() - before.emailsSent, expected },
      emails: system.emails(),
      inventory: auditInventory(stock, levels, goods),
      ordersPerSecond: seconds > 0 ? count / seconds : 0,
      storedTwice,
      firstStoredAt,
      latencies,
      confirmationLatencies,
    };
  } finally {
    endOfProgress();
    watch.stop();
  }
}

/** Whether the order has an address, and was not stored with the note that nobody can be reached there. */
function isConfirmable({ customerEmail, createdAt, confirmationFailedAt }: StoredOrder): boolean {
  return customerEmail !== undefined && confirmationFailedAt !== createdAt;
}

/** Sends every message, and no faster than the queue is worked off. */
async function sendAll(
  { sqs, orderQueueUrl }: OrderSystem,
  messages: OrderMessages,
  watch: ReturnType<typeof watchOrders>,
  signal: AbortSignal,
): Promise<void> {
  for (let from = 0; from < messages.length; from += MESSAGES_A_SENDING) {
    const end = Math.min(from + MESSAGES_A_SENDING, messages.length);
    await watch.until(({ handled }) => end - handled <= MOST_WAITING);
    await sendOrders({
      client: sqs,
      queueUrl: orderQueueUrl,
      bodies: Array.from({ length: end - from }, (_, offset) => messages.at(from + offset).body),
      onSending: (indexes) => {
        for (const index of indexes) watch.tally.sent(from + index);
      },
      signal,
      // A message that is sent twice is to be judged by the pipeline, and not by the queue.
      deduplicationId: (index) => `message-${from + index}`,
    });
    signal.throwIfAborted();
  }
}

/** Follows the orders through the cloud's events. */
function watchOrders(system: OrderSystem, messages: OrderMessages, signal: AbortSignal) {
  const nameIn = (queueUrl: string | undefined) => queueUrl?.split("/").at(-1);
  const tally = new OrderTally(
    messages,
    {
      queueName: nameIn(system.orderQueueUrl),
      ordersTableName: system.ordersTableName,
      failureQueueName: nameIn(system.confirmationFailureQueueUrl),
    },
    () => performance.now(),
  );
  let wake: () => void = () => undefined;
  const unsubscribe = system.events.subscribe((event) => {
    if (tally.take(event)) wake();
  });
  return {
    tally,
    /** Resolves once `reached` holds; rejects when the signal aborts. */
    async until(reached: (tally: OrderTally) => boolean): Promise<void> {
      const reachedOrAborted = Promise.withResolvers<undefined>();
      wake = () => {
        if (reached(tally) || signal.aborted) reachedOrAborted.resolve(undefined);
      };
      signal.addEventListener("abort", wake);
      wake();
      await reachedOrAborted.promise;
      signal.removeEventListener("abort", wake);
      signal.throwIfAborted();
    },
    stop: unsubscribe,
  };
}
