import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from "aws-lambda";
import { type Deadline, deadlineOf, forEachAtOnce, type InvocationContext } from "../shared/batch";
import { describeFailure, type Failure } from "../shared/failure";
import type { Timing } from "../shared/retry";
import type { Telemetry } from "../shared/telemetry";
import type { ConfirmationLog } from "./confirmationLog";
import { confirmationMail, type Mail, type OrderImage } from "./confirmationMail";

/** Times of a mail, in the timing's milliseconds. */
export interface MailTimes {
  /** When the last attempt must have begun. */
  readonly lastStart: number;
  /** When it must have ended. */
  readonly end: number;
}

export interface ConfirmOrdersDependencies {
  readonly confirmations: ConfirmationLog;
  sendMail(mail: Mail, times: MailTimes): Promise<void>;
  /** Resolves once the failure queue has the record, with the reason in its attributes. */
  sendToFailureQueue(record: DynamoDBRecord, reason: Failure, deadline: number): Promise<void>;
  readonly telemetry: Telemetry;
  readonly timing: Pick<Timing, "now">;
}

/** What became of one record. */
type Outcome =
  | { readonly kind: "sent" }
  /** Ended in an earlier delivery of the record, or nothing to send. */
  | { readonly kind: "skipped" }
  /** In the failure queue: the mail service will never take it, for its recipient's or its content's sake. */
  | { readonly kind: "undeliverable"; readonly failure: Failure }
  /** To be delivered again. */
  | { readonly kind: "failed"; readonly failure: Failure };

const METRICS = {
  sent: "ConfirmationsSent",
  skipped: "ConfirmationsSkipped",
  undeliverable: "ConfirmationsUndeliverable",
  failed: "ConfirmationsFailed",
} as const satisfies Record<Outcome["kind"], string>;

/** What the function counts. */
export type ConfirmationMetric = (typeof METRICS)[Outcome["kind"]];

/** For so many orders one call asks whether they are still to be confirmed, just before their mails. */
const ORDERS_A_LOOKUP = 10;
/**
 * SES takes 14 mails a second unless an account asks for more, and a mail takes it 100 ms or so: five at once from each of
 * the mapping's four batches use up 50 a second and more. More at once are only throttled more often, and wait longer.
 */
const MAILS_AT_ONCE = 5;
/** A throttled mail is retried here for seconds, and by the mapping for hours. None is begun with less than this left. */
const RETRIES_MS = 5_000;
/** Kept back to note that a mail was sent: without the note it is sent again. */
const NOTE_MS = 1_000;

/** SES's verdicts on the mail itself: sending it again changes nothing. */
const UNDELIVERABLE = new Set(["MessageRejected", "BadRequestException"]);

/**
 * What SES says by `MessageRejected`, too, when it is the account that may not send: a sender that is not verified, or,
 * in the sandbox, a recipient that is not; sending that is paused or under review. That passes once somebody has seen to
 * it, and is no order's fault. SES API reference, `SendEmail`; SES developer guide, "Amazon SES email sending errors".
 */
const ACCOUNT_MAY_NOT_SEND =
  /not verified|not authori[sz]ed|sandbox|production access|sending (is |has been )?disabled|suspended|paused|under review|quota|limit exceeded/i;

function isVerdictOnMail({ name, message }: Failure): boolean {
  return UNDELIVERABLE.has(name) && !ACCOUNT_MAY_NOT_SEND.test(message);
}

/** The handler of the orders' stream: mails each new order's customer, at least once. */
export function createConfirmOrders(dependencies: ConfirmOrdersDependencies) {
  const { telemetry, timing } = dependencies;

  return async (event: DynamoDBStreamEvent, context: InvocationContext): Promise<DynamoDBBatchResponse> => {
    const deadline = deadlineOf(context, timing);
    const counts: Record<string, number> = Object.fromEntries(
      Object.values(METRICS).map((name) => [name, 0]),
    );
    const failed: string[] = [];

    const note = (record: DynamoDBRecord, outcome: Outcome, started: number) => {
      if (outcome.kind === "failed") failed.push(record.dynamodb?.SequenceNumber ?? "");
      const metric = METRICS[outcome.kind];
      counts[metric] = (counts[metric] ?? 0) + 1;
      logOutcome(telemetry, record, outcome, timing.now() - started);
    };

    for (let from = 0; from < event.Records.length; from += ORDERS_A_LOOKUP) {
      const records = event.Records.slice(from, from + ORDERS_A_LOOKUP);
      const lookedUp = timing.now();
      const endingOf = await endingsOf(records, dependencies, deadline);
      const mailed: Mailed[] = [];
      await forEachAtOnce(records, MAILS_AT_ONCE, async (record) => {
        const told = confirmable(record);
        if (told === undefined) {
          note(record, SKIPPED, timing.now());
          return;
        }
        const ending = endingOf(told.orderId);
        const started = ending === undefined ? timing.now() : lookedUp;
        const outcome = ending ?? (await confirm(record, told, dependencies, deadline));
        if (outcome === undefined) mailed.push({ record, orderId: told.orderId, started });
        else note(record, outcome, started);
      });
      const problems = await noteSent(mailed, dependencies, deadline);
      for (const [index, { record, started }] of mailed.entries())
        note(record, problems[index] ?? SENT, started);
    }

    telemetry.publishCounts(counts);
    return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
  };
}

const SKIPPED: Outcome = { kind: "skipped" };
const SENT: Outcome = { kind: "sent" };

/** A record whose mail has left, and whose order does not say so yet. */
interface Mailed {
  readonly record: DynamoDBRecord;
  readonly orderId: string;
  /** In the timing's milliseconds. */
  readonly started: number;
}

const NOT_STARTED: Outcome = {
  kind: "failed",
  failure: { name: "NotStarted", message: "the function's time was nearly over" },
};

/** An order whose customer is to be told. */
interface Confirmable {
  readonly orderId: string;
  readonly order: OrderImage;
}

/** What a record tells of; undefined where nobody is to be told. */
function confirmable({ eventName, dynamodb }: DynamoDBRecord): Confirmable | undefined {
  const order = dynamodb?.NewImage ?? {};
  const orderId = order.orderId?.S;
  const isNew = eventName === "INSERT" && order.customerEmail !== undefined;
  return isNew && orderId !== undefined ? { orderId, order } : undefined;
}

/** What became of each of some records' orders by what they say now; undefined for those that are to be confirmed. */
async function endingsOf(
  records: readonly DynamoDBRecord[],
  { confirmations }: ConfirmOrdersDependencies,
  deadline: Deadline,
): Promise<(orderId: string) => Outcome | undefined> {
  // Stryker disable next-line ArrowFunction: what is asked for all the same is not started either.
  if (!deadline.allowsStart(RETRIES_MS)) return () => NOT_STARTED;
  const orderIds = records.flatMap((record) => confirmable(record)?.orderId ?? []);
  // DynamoDB takes no lookup of nothing.
  // Stryker disable next-line ArrowFunction: nobody asks.
  if (orderIds.length === 0) return () => SKIPPED;
  try {
    const ended = await confirmations.endedOf(orderIds, deadline.end);
    return (orderId) => (ended.has(orderId) ? SKIPPED : undefined);
  } catch (error) {
    const failed: Outcome = { kind: "failed", failure: describeFailure(error) };
    return () => failed;
  }
}

/** Sends a record's mail; what became of it, undefined once the mail has left. */
async function confirm(
  record: DynamoDBRecord,
  { orderId, order }: Confirmable,
  dependencies: ConfirmOrdersDependencies,
  deadline: Deadline,
): Promise<Outcome | undefined> {
  const { confirmations, timing } = dependencies;
  if (!deadline.allowsStart(RETRIES_MS)) return NOT_STARTED;
  try {
    try {
      const times = { lastStart: timing.now() + RETRIES_MS, end: deadline.end - NOTE_MS };
      await dependencies.sendMail(confirmationMail(order), times);
    } catch (error) {
      const failure = describeFailure(error);
      if (!isVerdictOnMail(failure)) throw error;
      await dependencies.sendToFailureQueue(record, failure, deadline.end);
      await confirmations.end(orderId, "confirmationFailedAt", deadline.end, failure.name);
      return { kind: "undeliverable", failure };
    }
    return undefined;
  } catch (error) {
    return { kind: "failed", failure: describeFailure(error) };
  }
}

/** Notes on the orders that their mails have left; what stood in the way of each, undefined where nothing did. */
async function noteSent(
  mailed: readonly Mailed[],
  { confirmations }: ConfirmOrdersDependencies,
  deadline: Deadline,
): Promise<readonly (Outcome | undefined)[]> {
  // Stryker disable next-line ArrayDeclaration: nobody asks.
  if (mailed.length === 0) return [];
  const problems = await confirmations.sent(
    mailed.map(({ orderId }) => orderId),
    deadline.end,
  );
  return problems.map((problem) => problem && { kind: "failed", failure: describeFailure(problem) });
}

function logOutcome(
  telemetry: Telemetry,
  record: DynamoDBRecord,
  outcome: Outcome,
  durationMs: number,
): void {
  const fields = {
    orderId: record.dynamodb?.NewImage?.orderId?.S ?? "none",
    sequenceNumber: record.dynamodb?.SequenceNumber ?? "none",
    outcome: outcome.kind,
    durationMs: Math.round(durationMs),
    // The name alone: SES's messages hold addresses.
    ...("failure" in outcome ? { failure: outcome.failure.name } : {}),
  };
  if ("failure" in outcome) telemetry.log.warn("confirmation", fields);
  else telemetry.log.info("confirmation", fields);
}
