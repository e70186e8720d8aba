import fc from "fast-check";
import type { Order } from "../../../handlers/orders/order";

/** What no name may hold: controls, line separators, bidirectional embeddings, overrides and isolates. */
const UNPLAIN = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u;

/** Any order that the contract allows. */
export const anyOrder: fc.Arbitrary<Order> = fc.record(
  {
    orderId: fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/),
    customerName: fc
      .string({ minLength: 1, maxLength: 100, unit: "grapheme" })
      .filter((name) => name.length <= 200 && name.isWellFormed() && !UNPLAIN.test(name)),
    totalAmount: fc.integer({ min: 0, max: 1e11 }).map((cents) => cents / 100),
    customerEmail: fc.constantFrom("ada@example.com", "a.b+c@mail.example.org"),
    items: fc.uniqueArray(
      fc.record({
        sku: fc.string({ minLength: 1, maxLength: 50 }),
        quantity: fc.integer({ min: 1, max: 1_000 }),
      }),
      { minLength: 1, maxLength: 50, selector: ({ sku }) => sku },
    ),
  },
  { requiredKeys: ["orderId", "customerName", "totalAmount"] },
);
