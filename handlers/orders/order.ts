import * as v from "valibot";
import { readOrderJson } from "./orderJson";
import { lengthOf, unplainness } from "./plainText";

/** Thousands of millions are a mistake, not an order. */
const LARGEST_AMOUNT = 1e9;

/** What each field must be, as errors word it; a missing field is reported by its enclosing object. */
const EXPECTED = {
  order: "a JSON object",
  orderId: "a string of 1 to 64 letters, digits, _ and -",
  customerName: "a string of 1 to 200 characters",
  totalAmount: `a number from 0 to ${LARGEST_AMOUNT} with at most two decimals`,
  customerEmail: "an e-mail address (RFC 5322) of at most 254 characters",
  items: "a list of 1 to 50 items, no SKU twice",
  sku: "a string of 1 to 100 characters",
  quantity: "a whole number from 1 to 1000",
} as const;

/** A line of text that survives storage, and that a stranger can be shown. */
const text = (maximum: number, expected: string) =>
  v.pipe(
    v.string(expected),
    v.check((value) => value.length >= 1 && lengthOf(value) <= maximum, expected),
    v.check(
      (value) => unplainness(value) === undefined,
      `${expected}, well-formed and without control or bidirectional-override characters`,
    ),
  );

/** SES takes 320 characters at most; what is longer is no address, and not worth keeping whole. */
const LONGEST_KEPT_ADDRESS = 320;

const { orderId, totalAmount, items, quantity } = EXPECTED;

const itemSchema = v.object({
  sku: text(100, EXPECTED.sku),
  quantity: v.pipe(
    v.number(quantity),
    v.integer(quantity),
    v.minValue(1, quantity),
    v.maxValue(1_000, quantity),
  ),
});

/** What a shop may send, and the one place that says so. Fields that are not named here are ignored. */
const orderSchema = v.object({
  orderId: v.pipe(v.string(orderId), v.regex(/^[A-Za-z0-9_-]{1,64}$/, orderId)),
  customerName: text(200, EXPECTED.customerName),
  totalAmount: v.pipe(v.number(totalAmount), v.check(isAmount, totalAmount)),
  // Whatever it is: an address that cannot be written to is no reason to lose an order. See `addressProblem`.
  customerEmail: v.exactOptional(v.pipe(v.unknown(), v.transform(addressText))),
  items: v.exactOptional(
    v.pipe(
      // First how many: a megabyte of bad items is one thing that is wrong, not a hundred thousand.
      v.array(v.unknown(), items),
      v.minLength(1, items),
      v.maxLength(50, items),
      v.array(v.pipe(itemSchema, v.readonly()), items),
      v.check((list) => new Set(list.map(({ sku }) => sku)).size === list.length, items),
      v.readonly(),
    ),
  ),
});

type ParsedFields = v.InferOutput<typeof orderSchema>;

/** An order that fulfils the contract. */
export type Order = Readonly<Omit<ParsedFields, "customerEmail">> & {
  /** As the shop sent it, an address or not. */
  readonly customerEmail?: string;
};

export type OrderItem = Readonly<v.InferOutput<typeof itemSchema>>;

/** One thing that is wrong with an order, without any of its content: it may be personal. */
export interface Reason {
  /** "items.0.quantity"; "order" for the whole. */
  readonly field: string;
  /** The kind of value that was there: "nothing", "a string of 6 characters". */
  readonly got: string;
  readonly expected: string;
}

export type ParsedOrder =
  { readonly ok: true; readonly order: Order } | { readonly ok: false; readonly reasons: readonly Reason[] };

/** The names whose values make an order. */
const KNOWN: ReadonlySet<string> = new Set(
  [orderSchema, itemSchema].flatMap(({ entries }) => Object.keys(entries)),
);

/** Reads an order from a message's body. Never throws. */
export function parseOrder(body: string): ParsedOrder {
  const read = readOrderJson(body, KNOWN);
  if (read.kind === "notJson") return refused("order", describe(body), "valid JSON");
  if (read.kind === "tooDeep") return refused("order", "JSON nested deeper", read.expected);
  if (read.kind === "repeated") {
    return {
      ok: false,
      reasons: read.fields.map((field) => ({ field, got: "it twice", expected: "it once" })),
    };
  }
  const { value } = read;
  if (Array.isArray(value)) return refused("order", describe(value), EXPECTED.order);
  const parsed = v.safeParse(orderSchema, value);
  if (!parsed.success) return { ok: false, reasons: parsed.issues.map(reasonOf) };
  const { customerEmail, ...order } = parsed.output;
  return {
    ok: true,
    order: {
      ...order,
      // Minus zero is zero, and DynamoDB knows only one.
      totalAmount: order.totalAmount + 0,
      ...(customerEmail === undefined ? {} : { customerEmail }),
    },
  };
}

function refused(field: string, got: string, expected: string): ParsedOrder {
  return { ok: false, reasons: [{ field, got, expected }] };
}

/** What the shop sent as the customer's address, as text that can be stored; null is none. */
function addressText(value: unknown): string | undefined {
  if (value === null) return undefined;
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.toWellFormed().slice(0, LONGEST_KEPT_ADDRESS).toWellFormed();
}

const address = v.pipe(v.string(), v.maxLength(254), v.rfcEmail());

/** Why an order's customer cannot be written to; undefined when nothing is wrong, or there is no address. */
export function addressProblem({ customerEmail }: Pick<Order, "customerEmail">): string | undefined {
  if (customerEmail === undefined || v.is(address, customerEmail)) return undefined;
  return `customerEmail: got ${describe(customerEmail)}; expected ${EXPECTED.customerEmail}`;
}

/** The order id that a message holds, whatever else is wrong with it; undefined when there is not one well-formed one. */
export function orderIdIn(body: string): string | undefined {
  const read = readOrderJson(body, new Set(["orderId"]));
  // Stryker disable next-line ConditionalExpression: what is no value holds no order; the type asks for it.
  if (read.kind !== "value") return undefined;
  const parsed = v.safeParse(v.object({ orderId: orderSchema.entries.orderId }), read.value);
  return parsed.success ? parsed.output.orderId : undefined;
}

/** "totalAmount: got -1; expected a number from 0 to …; items: …" */
export function describeReasons(reasons: readonly Reason[]): string {
  return reasons.map(({ field, got, expected }) => `${field}: got ${got}; expected ${expected}`).join("; ");
}

/**
 * Whether a number is an amount of money. Its shortest decimal form is looked at, not its multiples: 0.29 * 100
 * is 28.999999999999996. One below 0 begins with its sign.
 */
function isAmount(value: number): boolean {
  return value <= LARGEST_AMOUNT && /^\d+(\.\d{1,2})?$/.test(String(value));
}

function reasonOf(issue: v.BaseIssue<unknown>): Reason {
  const field = v.getDotPath(issue) ?? "order";
  // A number where text belongs may be anything, a telephone number too; elsewhere it is an amount.
  const got =
    issue.type !== "string" && typeof issue.input === "number" ? String(issue.input) : describe(issue.input);
  if (issue.type !== "object") return { field, got, expected: issue.message };
  const name = field.slice(field.lastIndexOf(".") + 1);
  return { field, got, expected: name in EXPECTED ? EXPECTED[name as keyof typeof EXPECTED] : "an item" };
}

function describe(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "string") {
    return [`a string of ${lengthOf(value)} characters`, unplainness(value) ?? ""].join(" ").trimEnd();
  }
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
