import { createHash } from "node:crypto";

/** Whether a queue keeps an order: AWS has its name end so. */
export function isFifo(queueUrl: string): boolean {
  return queueUrl.endsWith(".fifo");
}

/**
 * The message group of an order in a FIFO queue: its customer, by address, else by name. What is no order is a group by
 * itself. A hash, as SQS logs groups, and takes 128 characters of ASCII.
 */
export function groupOf(body: string): string {
  return `customer-${createHash("sha256").update(customerOf(body)).digest("hex").slice(0, 32)}`;
}

function customerOf(body: string): string {
  try {
    const order = (JSON.parse(body) ?? {}) as {
      readonly customerEmail?: unknown;
      readonly customerName?: unknown;
    };
    const customer = order.customerEmail ?? order.customerName;
    return typeof customer === "string" ? customer : body;
  } catch {
    return body;
  }
}
