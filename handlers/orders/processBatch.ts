import type { SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import type { Timing } from "../shared/retry";
import { type Deadline, deadlineOf, type InvocationContext } from "../shared/batch";
import { describeFailure, type Failure } from "../shared/failure";
import type { Telemetry } from "../shared/telemetry";
import type { Refusal } from "./deadLetter";
import { fifoGroupOf } from "./messageGroup";
import { addressProblem, describeReasons, parseOrder, type Order, type ParsedOrder } from "./order";
import type { Rejection } from "./orderItem";
import type { OrderStore } from "./orderStore";
import { createRefuser, type RefusalChannels } from "./refuseMessages";
import type { StoreOutcome } from "./storeOutcome";

export interface ProcessOrdersDependencies extends RefusalChannels {
  readonly store: OrderStore;
  readonly telemetry: Telemetry;
  readonly timing: Pick<Timing, "now">;
}

/** What became of one message. */
type Outcome =
  | Exclude<StoreOutcome, { kind: "conflict" }>
  /** In the dead-letter queue: it can never succeed. */
  | { readonly kind: "refused"; readonly refusal: Refusal }
  /** Back to the queue: it may succeed later. */
  | { readonly kind: "failed"; readonly failure: Failure };

interface Entry {
  readonly record: SQSRecord;
  readonly parsed: ParsedOrder;
}

/** Messages that take turns, in their order. */
type Turns = [first: Entry, ...rest: Entry[]];

const METRICS = {
  processed: "OrdersProcessed",
  rejected: "OrdersRejected",
  duplicate: "OrdersDuplicate",
  refused: "OrdersRefused",
  failed: "OrdersFailed",
} as const satisfies Record<Outcome["kind"], string>;

/** Orders that were stored, and whose customer cannot be told. */
const UNCONFIRMABLE = "OrdersUnconfirmable";

/** What the function counts. */
export type OrderMetric = (typeof METRICS)[Outcome["kind"]] | typeof UNCONFIRMABLE;

/**
 * The handler of the order queue's batches. Answers with the messages that are to be delivered again; throws
 * when that is all of them, so that Lambda's poller backs off.
 */
export function createProcessOrders(dependencies: ProcessOrdersDependencies) {
  const { telemetry, timing } = dependencies;

  return async (event: SQSEvent, context: InvocationContext): Promise<SQSBatchResponse> => {
    const deadline = deadlineOf(context, timing);
    const counts: Record<string, number> = Object.fromEntries(
      [...Object.values(METRICS), UNCONFIRMABLE].map((name) => [name, 0]),
    );
    const count = (name: OrderMetric) => {
      counts[name] = (counts[name] ?? 0) + 1;
    };
    const failures: { messageId: string; failure: Failure }[] = [];

    const note = (entry: Entry, outcome: Outcome, started: number) => {
      const { messageId } = entry.record;
      if (outcome.kind === "failed") failures.push({ messageId, failure: outcome.failure });
      count(METRICS[outcome.kind]);
      if (unconfirmable(entry, outcome) !== undefined) count(UNCONFIRMABLE);
      logOutcome(telemetry, entry, outcome, timing.now() - started);
    };

    for (let waiting = byTurn(event.Records); waiting.length > 0;) {
      const started = timing.now();
      const turn = waiting.map(([first]) => first);
      const outcomes = deadline.allowsStart() ? await handle(turn, dependencies, deadline) : undefined;
      const left: Turns[] = [];
      for (const [first, ...rest] of waiting) {
        const outcome = outcomes?.get(first) ?? NOT_STARTED;
        note(first, outcome, started);
        // Behind one that failed nothing of its group may go on: it would be out of order.
        const heldUp = outcome.kind === "failed" && fifoGroupOf(first.record) !== undefined;
        const [next, ...others] = rest;
        if (heldUp) for (const entry of rest) note(entry, HELD_UP, timing.now());
        else if (next !== undefined) left.push([next, ...others]);
      }
      waiting = left;
    }

    telemetry.publishCounts(counts);
    if (failures.length > 0 && failures.length === event.Records.length) {
      const names = [...new Set(failures.map(({ failure }) => failure.name))].join(", ");
      throw new Error(`none of ${failures.length} orders could be processed: ${names}`);
    }
    return { batchItemFailures: failures.map(({ messageId }) => ({ itemIdentifier: messageId })) };
  };
}

const NOT_STARTED: Outcome = {
  kind: "failed",
  failure: { name: "NotStarted", message: "the function's time was nearly over" },
};

const HELD_UP: Outcome = {
  kind: "failed",
  failure: { name: "HeldUp", message: "one before it in its message group failed" },
};

/**
 * The messages, parsed, those together that take turns: of one message group, which must keep its order, or, of a
 * standard queue, of one order, as at once they would only get in each other's way.
 */
function byTurn(records: readonly SQSRecord[]): Turns[] {
  const groups = new Map<string, Turns>();
  for (const record of records) {
    const parsed = parseOrder(record.body);
    const messageGroup = fifoGroupOf(record);
    const own = parsed.ok ? `order ${parsed.order.orderId}` : `message ${record.messageId}`;
    const key = messageGroup === undefined ? own : `group ${messageGroup}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [{ record, parsed }]);
    else group.push({ record, parsed });
  }
  return [...groups.values()];
}

/** Handles messages that do not get in each other's way. Never rejects. */
async function handle(
  entries: readonly Entry[],
  dependencies: ProcessOrdersDependencies,
  deadline: Deadline,
): Promise<ReadonlyMap<Entry, Outcome>> {
  const { store } = dependencies;
  const refuse = createRefuser(dependencies);
  const outcomes = new Map<Entry, Outcome>();
  const fail = (entry: Entry, cause: unknown) =>
    outcomes.set(entry, { kind: "failed", failure: describeFailure(cause) });

  const refuseAll = async (refused: readonly Refused[]) => {
    const problems = await refuse(
      refused.map(({ entry, refusal }) => ({ record: entry.record, refusal })),
      deadline.end,
    );
    for (const [index, { entry, refusal }] of refused.entries()) {
      const problem = problems[index];
      if (problem === undefined) outcomes.set(entry, { kind: "refused", refusal });
      else fail(entry, problem);
    }
  };

  const storeAll = async (valid: readonly ValidEntry[]) => {
    const results = await store.store(
      valid.map(({ order }) => order),
      deadline.end,
    );
    const conflicting: Refused[] = [];
    for (const [index, { entry }] of valid.entries()) {
      const result = results[index];
      if (result === undefined) continue;
      if (result.status === "rejected") fail(entry, result.reason);
      else if (result.value.kind === "conflict") conflicting.push({ entry, refusal: CONFLICTING });
      else outcomes.set(entry, result.value);
    }
    await refuseAll(conflicting);
  };

  const valid: ValidEntry[] = [];
  const invalid: Refused[] = [];
  for (const entry of entries) {
    const { parsed } = entry;
    if (parsed.ok) valid.push({ entry, order: parsed.order });
    else {
      const reason = describeReasons(parsed.reasons);
      invalid.push({ entry, refusal: { code: "invalidOrder", reason } });
    }
  }
  await Promise.all([refuseAll(invalid), storeAll(valid)]);
  return outcomes;
}

interface ValidEntry {
  readonly entry: Entry;
  readonly order: Order;
}

interface Refused {
  readonly entry: Entry;
  readonly refusal: Refusal;
}

const CONFLICTING: Refusal = {
  code: "conflictingOrder",
  reason: "orderId: stored already with other content",
};

/** Why the customer of an order that was stored just now cannot be told; undefined when nothing stands in the way. */
function unconfirmable({ parsed }: Entry, { kind }: Outcome): string | undefined {
  return parsed.ok && (kind === "processed" || kind === "rejected")
    ? addressProblem(parsed.order)
    : undefined;
}

function logOutcome(telemetry: Telemetry, entry: Entry, outcome: Outcome, durationMs: number): void {
  const { record, parsed } = entry;
  const problem = unconfirmable(entry, outcome);
  const fields = {
    ...(parsed.ok ? { orderId: parsed.order.orderId } : {}),
    messageId: record.messageId,
    outcome: outcome.kind,
    durationMs: Math.round(durationMs),
    ...detailOf(outcome),
    ...(problem === undefined ? {} : { unconfirmable: problem }),
  };
  if (outcome.kind === "failed") telemetry.log.warn("order", fields);
  else telemetry.log.info("order", fields);
}

function detailOf(outcome: Outcome): Readonly<Record<string, Rejection | Refusal | Failure>> {
  switch (outcome.kind) {
    case "processed":
    case "duplicate":
      return {};
    case "rejected":
      return { rejection: outcome.rejection };
    case "refused":
      return { refusal: outcome.refusal };
    case "failed":
      return { failure: outcome.failure };
  }
}
