import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from "aws-lambda";
import { type Deadline, deadlineOf, forEachAtOnce, type InvocationContext } from "../shared/batch";
import { describeFailure, type Failure } from "../shared/failure";
import type { Timing } from "../shared/retry";
import type { Telemetry } from "../shared/telemetry";
import type { ConfirmationLog } from "./confirmationLog";
import { confirmationMail, type OrderImage } from "./confirmationMail";
import { type Mailer, notStarted, RETRIES_MS } from "./mailer";

export interface ConfirmOrdersDependencies {
  readonly confirmations: ConfirmationLog;
  readonly mailer: Mailer;
  /** Resolves once the failure queue has the record, with the reason in its attributes. */
  readonly sendToFailureQueue: (record: DynamoDBRecord, reason: Failure, deadline: number) => Promise<void>;
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

/**
 * Orders that are looked up by one call, mailed by one and noted by one: as many statements as a call takes, and as records
 * come to a batch. More would only be mailed again together where a process dies between their mails and their notes.
 */
const ORDERS_AT_ONCE = 25;
/** Records whose mails are undeliverable, and which are put away at once. */
const UNDELIVERABLE_AT_ONCE = 5;

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

    for (let from = 0; from < event.Records.length; from += ORDERS_AT_ONCE) {
      const records = event.Records.slice(from, from + ORDERS_AT_ONCE);
      const lookedUp = timing.now();
      const endingOf = await endingsOf(records, dependencies, deadline);
      const due: Due[] = [];
      for (const record of records) {
        const told = confirmable(record);
        const ending = told === undefined ? SKIPPED : endingOf(told.orderId);
        if (told !== undefined && ending === undefined) due.push({ record, ...told });
        else note(record, ending ?? SKIPPED, told === undefined ? timing.now() : lookedUp);
      }
      const started = timing.now();
      await confirmAll(due, dependencies, deadline, ({ record }, outcome) => note(record, outcome, started));
    }

    telemetry.publishCounts(counts);
    return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
  };
}

const SKIPPED: Outcome = { kind: "skipped" };
const SENT: Outcome = { kind: "sent" };

const NOT_STARTED: Outcome = {
  kind: "failed",
  failure: describeFailure(notStarted()),
};

/** An order whose customer is to be told. */
interface Confirmable {
  readonly orderId: string;
  readonly order: OrderImage;
}

/** A record whose order's customer is to be told now. */
interface Due extends Confirmable {
  readonly record: DynamoDBRecord;
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

/** Sends the mails of some records, and notes on their orders that they have left; `tell` hears what became of each. */
async function confirmAll(
  due: readonly Due[],
  dependencies: ConfirmOrdersDependencies,
  deadline: Deadline,
  tell: (due: Due, outcome: Outcome) => void,
): Promise<void> {
  const { confirmations, mailer } = dependencies;
  const problems = await mailer.sendAll(
    due.map(({ order }) => confirmationMail(order)),
    deadline,
  );
  const mailed = due.filter((_one, place) => problems[place] === undefined);
  // First of all: without its note a mail is sent again.
  const mailedIds = mailed.map(({ orderId }) => orderId);
  // Stryker disable next-line ArrayDeclaration: nobody asks.
  const unnoted = mailed.length === 0 ? [] : await confirmations.sent(mailedIds, deadline.end);
  for (const [place, one] of mailed.entries()) {
    const problem = unnoted[place];
    tell(one, problem === undefined ? SENT : { kind: "failed", failure: describeFailure(problem) });
  }
  const unsent = due.flatMap((one, place) => {
    const problem = problems[place];
    return problem === undefined ? [] : { one, failure: describeFailure(problem) };
  });
  await forEachAtOnce(unsent, UNDELIVERABLE_AT_ONCE, async ({ one, failure }) => {
    tell(one, await putAway(one, failure, dependencies, deadline));
  });
}

/** What becomes of a record whose mail could not be sent: into the failure queue with it, if it never can. */
async function putAway(
  { record, orderId }: Due,
  failure: Failure,
  { confirmations, sendToFailureQueue }: ConfirmOrdersDependencies,
  deadline: Deadline,
): Promise<Outcome> {
  if (!isVerdictOnMail(failure)) return { kind: "failed", failure };
  try {
    await sendToFailureQueue(record, failure, deadline.end);
    await confirmations.end(orderId, "confirmationFailedAt", deadline.end, failure.name);
    return { kind: "undeliverable", failure };
  } catch (error) {
    return { kind: "failed", failure: describeFailure(error) };
  }
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
