import type { SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { SOCKETS, type Timing } from "../shared/retry";
import { type Deadline, deadlineOf, forEachAtOnce, type InvocationContext } from "../shared/batch";
import { describeFailure, type Failure } from "../shared/failure";
import type { Telemetry } from "../shared/telemetry";
import { deadLetterOf, type DeadLetter, type Refusal } from "./deadLetter";
import type { EventBus } from "../shared/eventBus";
import { fifoGroupOf } from "./messageGroup";
import { addressProblem, describeReasons, orderIdIn, parseOrder, type ParsedOrder } from "./order";
import { refusedEvent, type OrderEvent } from "./orderEvents";
import type { Rejection } from "./orderItem";
import type { OrderStore, StoreOutcome } from "./orderStore";

export interface ProcessOrdersDependencies {
  readonly store: OrderStore;
  /** Resolves once the dead-letter queue has the message. */
  sendToDeadLetterQueue(letter: DeadLetter, deadline: number): Promise<void>;
  /** Announces refused messages, and tells for each what stood in the way; by default nothing is announced. */
  readonly sendEvents?: EventBus<OrderEvent>["sendAll"] | undefined;
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

    await forEachAtOnce(byTurn(event.Records), SOCKETS, async (entries) => {
      let heldUp = false;
      for (const entry of entries) {
        const started = timing.now();
        const outcome: Outcome = heldUp
          ? HELD_UP
          : deadline.allowsStart()
            ? await handle(entry, dependencies, deadline)
            : NOT_STARTED;
        // Behind one that failed nothing of its group may go on: it would be out of order.
        heldUp = outcome.kind === "failed" && fifoGroupOf(entry.record) !== undefined;
        const { messageId } = entry.record;
        if (outcome.kind === "failed") failures.push({ messageId, failure: outcome.failure });
        count(METRICS[outcome.kind]);
        if (unconfirmable(entry, outcome) !== undefined) count(UNCONFIRMABLE);
        logOutcome(telemetry, entry, outcome, timing.now() - started);
      }
    });

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
function byTurn(records: readonly SQSRecord[]): Entry[][] {
  const groups = new Map<string, Entry[]>();
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

/** Milliseconds since the Unix epoch. People invoke functions by hand with less than SQS sends. */
function sentAtOf({ attributes }: Partial<Pick<SQSRecord, "attributes">>): number {
  return Number(attributes?.SentTimestamp ?? Date.now());
}

async function handle(
  { record, parsed }: Entry,
  dependencies: ProcessOrdersDependencies,
  deadline: Deadline,
): Promise<Outcome> {
  const refuse = async (refusal: Refusal): Promise<Outcome> => {
    // First what must not be lost. Should the event fail, the message is delivered again: there is then another
    // letter, and the event with the same id.
    await dependencies.sendToDeadLetterQueue(deadLetterOf(record, refusal), deadline.end);
    if (dependencies.sendEvents === undefined) return { kind: "refused", refusal };
    const event = refusedEvent(record.messageId, orderIdIn(record.body), refusal, sentAtOf(record));
    const [problem] = await dependencies.sendEvents([event], deadline.end);
    if (problem !== undefined) throw problem;
    return { kind: "refused", refusal };
  };
  try {
    if (!parsed.ok) {
      return await refuse({ code: "invalidOrder", reason: describeReasons(parsed.reasons) });
    }
    const outcome = await dependencies.store.store(parsed.order, deadline.end);
    return outcome.kind === "conflict"
      ? await refuse({ code: "conflictingOrder", reason: "orderId: stored already with other content" })
      : outcome;
  } catch (error) {
    return { kind: "failed", failure: describeFailure(error) };
  }
}

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
