import { createHash } from "node:crypto";

/**
 * What a customer's orders are found by: a digest of the e-mail address, without regard to case. The index of the
 * orders and the logs of access to it then hold no address, and whatever stands in an order as one, however long,
 * is a key. It still tells who the customer is to whoever knows the address, and goes with it when data is erased.
 */
export function customerKeyOf(customerEmail: string): string {
  return createHash("sha256").update(customerEmail.trim().toLowerCase()).digest("hex");
}
