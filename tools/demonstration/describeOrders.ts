import type { Message } from "@aws-sdk/client-sqs";
import { parseObject, type StoredOrder } from "./audit";
import { MOST_SHOWN, type OrderDemonstration, type ShownOrders } from "./demonstrateOrders";

const NEWEST_EMAILS = 3;

/** The promises that the demonstration shows broken, for a person; none when all is well. */
export function brokenPromises(demonstration: OrderDemonstration): string[] {
  const { audit, storedTwice, confirmations, inventory } = demonstration;
  return [
    ...(audit.lost > 0
      ? [`${audit.lost} messages stand neither in the table nor in the dead-letter queue`]
      : []),
    ...(audit.stored === audit.distinct
      ? []
      : [`${audit.stored} orders are stored; expected ${audit.distinct}`]),
    ...(storedTwice > 0 ? [`${storedTwice} orders were stored twice`] : []),
    ...(confirmations.sent < confirmations.expected
      ? [`${confirmations.sent} confirmations were sent; expected ${confirmations.expected}`]
      : []),
    ...(inventory.reserved === inventory.expected
      ? []
      : [`${inventory.reserved} goods left the inventory; the orders ask for ${inventory.expected}`]),
    ...(inventory.lowest < 0 ? [`a stock fell to ${inventory.lowest}`] : []),
  ];
}

/** What became of the demonstration's messages, for a person. */
export function describeOrders(demonstration: OrderDemonstration): string[] {
  const { audit, latencies, ordersPerSecond, storedTwice, confirmations, emails, inventory } = demonstration;
  const newest = emails.slice(-NEWEST_EMAILS);
  const shown =
    newest.length < confirmations.sent ? `the newest ${newest.length} of ${confirmations.sent}` : "all";
  return [
    ...(demonstration.shown === undefined
      ? [`Not shown one by one: ${audit.sent} messages; up to ${MOST_SHOWN} are.`]
      : eachMessage(demonstration.shown)),
    "",
    `${audit.sent} sent: ${audit.stored} stored, ${audit.duplicates} duplicates changed nothing, ` +
      `${audit.deadLettered} in the dead-letter queue, ${audit.lost} lost, ${storedTwice} stored twice`,
    `half stood in the table within ${Math.round(latencies.p50Ms)} ms, 99 % within ${Math.round(latencies.p99Ms)} ms; ` +
      `${Math.round(ordersPerSecond)} messages handled a second`,
    `${inventory.reserved} goods reserved, as the processed orders ask for ${inventory.expected}`,
    `${confirmations.sent} confirmations sent, ${confirmations.expected} expected; ` +
      `99 % within ${Math.round(demonstration.confirmationLatencies.p99Ms)} ms of the order being stored; ${shown}:`,
    ...newest.map(({ to, subject }) => `  ${to.join(", ").padEnd(28)}  ${subject}`),
  ];
}

function eachMessage({ messages, stored, deadLetters }: ShownOrders): string[] {
  const byId = new Map(stored.map((order) => [order.orderId, order]));
  const letters = new Map(deadLetters.map((letter) => [letter.Body, letter]));
  const seen = new Set<string>();
  return messages.map(({ body, kind }) => {
    const letter = letters.get(body);
    const outcome =
      letter === undefined ? outcomeInTable(body, byId, seen) : `dead-letter queue: ${reasonOf(letter)}`;
    return `  ${kind.padEnd(9)}  ${shorten(body).padEnd(64)}  → ${outcome}`;
  });
}

function outcomeInTable(body: string, byId: ReadonlyMap<string, StoredOrder>, seen: Set<string>): string {
  const orderId = parseObject(body)?.orderId;
  const order = typeof orderId === "string" ? byId.get(orderId) : undefined;
  if (order === undefined || typeof orderId !== "string") return "nowhere to be found";
  if (seen.has(orderId)) return "changed nothing";
  seen.add(orderId);
  const stored =
    order.rejection === undefined
      ? `stored, ${order.status}`
      : `stored, ${order.status}: ${[order.rejection.reason, order.rejection.sku].join(" ")}`;
  return order.confirmationFailure === undefined
    ? stored
    : `${stored}; not confirmed: ${order.confirmationFailure}`;
}

/** The reason that the pipeline put into the message's attributes, as "name=value". */
function reasonOf(letter: Message): string {
  const attributes = Object.entries(letter.MessageAttributes ?? {});
  return attributes.map(([name, { StringValue = "" }]) => `${name}=${StringValue}`).join(", ");
}

function shorten(text: string): string {
  return text.length <= 64 ? text : `${text.slice(0, 61)}...`;
}
