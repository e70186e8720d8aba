import { auditOrders, type SentMessages, type StoredOrder } from "../../tools/demonstration/audit";

/** A message in the dead-letter queue, or in that of failed confirmations. */
export interface Letter {
  readonly body: string;
  /** What its attributes say why it stands there; undefined for none. */
  readonly reason: string | undefined;
}

/** One change of the orders' table, from its stream. */
export interface Change {
  readonly kind: "INSERT" | "MODIFY" | "REMOVE";
  readonly orderId: string;
  readonly status: string;
  readonly createdAt: string;
}

/** An order as it stands in the table at the end. */
export type FinalOrder = StoredOrder & { readonly cancelledAt?: string };

/** What stands there when everything is over; nothing of it was counted on the way. */
export interface Evidence {
  readonly sent: SentMessages;
  readonly stored: readonly FinalOrder[];
  readonly letters: readonly Letter[];
  readonly history: readonly Change[];
  /** By SKU: all that was ever put into the inventory, and what is left of it. */
  readonly stocked: Readonly<Record<string, number>>;
  readonly left: Readonly<Record<string, number>>;
  /** The lowest that any stock ever was. */
  readonly lowestStock: number;
  /** Mails in customers' inboxes, by order. */
  readonly mails: ReadonlyMap<string, number>;
  /** Messages in the queue of failed confirmations, by order. */
  readonly failedConfirmations: ReadonlyMap<string, number>;
  /** Records that Lambda has given up, by function and reason: who is not told may be among them. */
  readonly givenUp: ReadonlyMap<string, number>;
  /** Orders whose mail SES refuses for good. */
  refusesMail(orderId: string): boolean;
  /** What the subscriber of the orders' events has got, by `eventId`. */
  readonly announcements: ReadonlyMap<string, number>;
  readonly fleet: { readonly maximum: number; readonly peak: number; readonly left: number };
  /** What is still there that should be gone: processes, files. */
  readonly leaked: readonly string[];
}

/** How often each promise was broken; the last three are allowed, and counted. */
export interface Figures {
  readonly stored: number;
  readonly deadLettered: number;
  /** Messages that stand in neither place. */
  readonly lost: number;
  /** Orders stored again, or stored and dead-lettered; goods taken off stock twice. */
  readonly doubled: number;
  /** Goods sold that were not taken off stock, and goods below zero. */
  readonly oversold: number;
  /** Dead letters without a reason. */
  readonly unexplained: number;
  readonly unconfirmed: number;
  readonly unannounced: number;
  /** Instances above the fleet's maximum. */
  readonly overMaximum: number;
  readonly leaked: number;
  readonly repeatedLetters: number;
  readonly repeatedMails: number;
  readonly repeatedAnnouncements: number;
}

export interface Verdict extends Figures {
  /** What was found, a line each; the first of many. */
  readonly complaints: readonly string[];
}

const MOST_COMPLAINTS = 20;

/** The figures that must be 0. */
export const PROMISES = [
  "lost",
  "doubled",
  "oversold",
  "unexplained",
  "unconfirmed",
  "unannounced",
  "overMaximum",
  "leaked",
] as const satisfies readonly (keyof Figures)[];

export function isBroken(verdict: Figures): boolean {
  return PROMISES.some((promise) => verdict[promise] !== 0);
}

/** Judges a run by what stands there at its end. */
export async function judge(evidence: Evidence): Promise<Verdict> {
  const complaints: string[] = [];
  const complain = (line: string): void => {
    if (complaints.length < MOST_COMPLAINTS) complaints.push(line);
  };
  const { sent, stored, letters, fleet, leaked } = evidence;
  const audit = await auditOrders({ sent, stored, deadLettered: letters.map(({ body }) => body) });
  if (audit.lost > 0)
    complain(`${audit.lost} messages stand neither in the table nor in the dead-letter queue`);
  const unexplained = letters.filter(({ reason }) => reason === undefined);
  for (const { body } of unexplained) complain(`dead letter without a reason: ${body}`);
  for (const [what, records] of evidence.givenUp) complain(`${what}: ${records} records were given up`);
  for (const leak of leaked) complain(`left behind: ${leak}`);
  if (evidence.lowestStock < 0) complain(`a stock was ${evidence.lowestStock} for a time`);
  const overMaximum = Math.max(0, fleet.peak - fleet.maximum);
  if (overMaximum > 0) complain(`${fleet.peak} instances, at most ${fleet.maximum} are allowed`);
  if (fleet.left > 0) complain(`${fleet.left} instances outlived the stack`);
  return {
    stored: audit.stored,
    deadLettered: audit.deadLettered,
    lost: audit.lost,
    doubled:
      (await storedAndRefused(evidence, complain)) +
      storedAgain(evidence, complain) +
      goodsAstray(evidence, complain).takenTwice,
    oversold: goodsAstray(evidence, () => undefined).notTaken + Math.max(0, -evidence.lowestStock),
    unexplained: unexplained.length,
    unconfirmed: unconfirmed(evidence, complain),
    unannounced: unannounced(evidence, complain),
    overMaximum,
    leaked: leaked.length + fleet.left,
    repeatedLetters: Math.max(0, letters.length - refusedMessages(audit)),
    repeatedMails: beyondFirst(evidence.mails),
    repeatedAnnouncements: beyondFirst(evidence.announcements),
    complaints,
  };
}

type Complain = (line: string) => void;

/** Of the messages that were sent, those that the dead-letter queue accounts for. */
function refusedMessages({
  sent,
  lost,
  stored,
  duplicates,
}: Awaited<ReturnType<typeof auditOrders>>): number {
  return sent - lost - stored - duplicates;
}

/** Dead letters that say the same as an order that is stored: one message, two places. */
async function storedAndRefused({ stored, letters }: Evidence, complain: Complain): Promise<number> {
  const byId = new Map(stored.map((order) => [order.orderId, order]));
  let count = 0;
  for (const { body } of letters) {
    const order = byId.get(orderIdOf(body) ?? "");
    if (order === undefined) continue;
    const sent = [{ body, kind: "order" as const }];
    const only = await auditOrders({ sent, stored: [order], deadLettered: [] });
    if (only.lost > 0) continue;
    count++;
    complain(`${order.orderId}: stored, and in the dead-letter queue`);
  }
  return count;
}

/** Orders that were inserted twice, written over, or that came back after they were cancelled. */
function storedAgain({ history, stored }: Evidence, complain: Complain): number {
  const first = new Map<string, Change>();
  const cancelled = new Set<string>();
  let count = 0;
  for (const change of history) {
    const { orderId, kind, createdAt, status } = change;
    const before = first.get(orderId);
    if (kind === "INSERT" && before === undefined) first.set(orderId, change);
    else if (
      kind !== "MODIFY" ||
      before?.createdAt !== createdAt ||
      (cancelled.has(orderId) && status !== "Cancelled")
    ) {
      count++;
      complain(
        `${orderId}: ${kind} of ${createdAt} as ${status}, first stored ${before?.createdAt ?? "never"}`,
      );
    }
    if (status === "Cancelled") cancelled.add(orderId);
  }
  for (const { orderId } of stored) {
    if (first.has(orderId)) continue;
    count++;
    complain(`${orderId}: in the table, and its stream knows nothing of it`);
  }
  return count;
}

/** Goods that left the stock and that no order has, and goods of orders that never left it. */
function goodsAstray(
  { stored, stocked, left }: Evidence,
  complain: Complain,
): { readonly takenTwice: number; readonly notTaken: number } {
  const sold = new Map<string, number>();
  for (const { status, items = [] } of stored)
    if (status === "Processed")
      for (const { sku, quantity } of items) sold.set(sku, (sold.get(sku) ?? 0) + quantity);
  let takenTwice = 0;
  let notTaken = 0;
  for (const sku of new Set([...sold.keys(), ...Object.keys(stocked)])) {
    const taken = (stocked[sku] ?? 0) - (left[sku] ?? 0);
    const expected = sold.get(sku) ?? 0;
    if (taken === expected) continue;
    complain(`${sku}: ${taken} left the stock, orders have ${expected}`);
    takenTwice += Math.max(0, taken - expected);
    notTaken += Math.max(0, expected - taken);
  }
  return { takenTwice, notTaken };
}

function unconfirmed(evidence: Evidence, complain: Complain): number {
  const { stored, mails, failedConfirmations } = evidence;
  let count = 0;
  for (const order of stored) {
    const { orderId, confirmationSentAt: sent = "none", confirmationFailedAt: failed = "none" } = order;
    const [mailed, given] = [mails.get(orderId) ?? 0, failedConfirmations.get(orderId) ?? 0];
    // Without an address, or stored with the note that nobody can be reached there.
    if (order.customerEmail === undefined || failed === order.createdAt) continue;
    // Whoever cancels before the mail leaves gets none; whoever does before the note that it left, no note.
    if (order.cancelledAt !== undefined && sent === "none") continue;
    const well = evidence.refusesMail(orderId)
      ? given > 0 && failed !== "none"
      : mailed > 0 && sent !== "none";
    if (well) continue;
    count++;
    complain(
      `${orderId} (${order.status}): ${mailed} mails, sent ${sent}; ${given} in the failure queue, failed ${failed}`,
    );
  }
  return count;
}

function unannounced({ stored, letters, announcements }: Evidence, complain: Complain): number {
  let count = 0;
  for (const { orderId, status, createdAt, cancelledAt } of stored) {
    const first = status === "Rejected" ? "OrderRejected" : "OrderProcessed";
    const expected = [
      `${first}/${orderId}/${createdAt}`,
      ...(cancelledAt === undefined ? [] : [`OrderCancelled/${orderId}/${cancelledAt}`]),
    ];
    for (const eventId of expected) {
      if (announcements.has(eventId)) continue;
      count++;
      complain(`${eventId}: never announced`);
    }
  }
  const refused = [...announcements.keys()].filter((id) => id.startsWith("OrderRefused/")).length;
  // Each message that was refused has an event of its own; a letter that is written twice has one.
  const bodies = new Set(letters.map(({ body }) => body)).size;
  if (refused < bodies) complain(`${refused} refusals announced, ${bodies} different dead letters`);
  return count + Math.max(0, bodies - refused);
}

function beyondFirst(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((sum, count) => sum + count - 1, 0);
}

function orderIdOf(body: string): string | undefined {
  try {
    const value = JSON.parse(body) as { readonly orderId?: unknown } | null;
    return typeof value?.orderId === "string" ? value.orderId : undefined;
  } catch {
    return undefined;
  }
}
