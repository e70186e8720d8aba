import type { EventBridgeEvent } from "aws-lambda";
import * as v from "valibot";
import { deadlineOf, type InvocationContext } from "../shared/batch";
import type { Timing } from "../shared/retry";
import type { Telemetry } from "../shared/telemetry";
import type { ConfirmationLog, Ending } from "./confirmationLog";
import { ORDER_TAG } from "./mailTags";

export interface RecordFeedbackDependencies {
  readonly confirmations: Pick<ConfirmationLog, "end">;
  readonly telemetry: Telemetry;
  readonly timing: Pick<Timing, "now">;
}

const word = v.pipe(v.string(), v.regex(/^[\w-]{1,64}$/));

/** Of SES's event, what is read here: SES developer guide, "Examples of event data that Amazon SES publishes". */
const detail = v.object({
  eventType: v.picklist(["Bounce", "Complaint"]),
  bounce: v.optional(v.object({ bounceType: word, bounceSubType: word })),
  complaint: v.optional(v.object({ complaintFeedbackType: v.nullish(word) })),
  mail: v.object({ tags: v.object({ [ORDER_TAG]: v.strictTuple([word]) }) }),
});

/** What the function counts. */
export type FeedbackMetric = "ConfirmationsBounced" | "ConfirmationsComplainedOf";

const ENDINGS = {
  Bounce: "confirmationBouncedAt",
  Complaint: "confirmationComplainedAt",
} as const satisfies Record<string, Ending>;

/**
 * The handler of SES's bounces and complaints: each is noted on its order, once.
 *
 * @throws an error that names what is wrong with an event; EventBridge sets it aside after its retries.
 */
export function createRecordFeedback({ confirmations, telemetry, timing }: RecordFeedbackDependencies) {
  return async (
    event: EventBridgeEvent<string, unknown>,
    context: InvocationContext,
  ): Promise<Readonly<Record<string, never>>> => {
    // Whoever may put events on the bus decides what comes, be it null.
    const parsed = v.safeParse(detail, (event as Partial<typeof event> | null)?.detail);
    if (!parsed.success) {
      const fields = parsed.issues.map((issue) => v.getDotPath(issue) ?? "detail").join(", ");
      throw new Error(`the event is no bounce or complaint of an order's confirmation: ${fields}`);
    }
    const { eventType, bounce, complaint, mail } = parsed.output;
    const [orderId] = mail.tags[ORDER_TAG];
    const reason =
      eventType === "Bounce"
        ? ["Bounce", bounce?.bounceType, bounce?.bounceSubType]
        : ["Complaint", complaint?.complaintFeedbackType];
    const why = reason.filter((part) => part !== undefined && part !== null).join(" ");
    await confirmations.end(orderId, ENDINGS[eventType], deadlineOf(context, timing).end, why);
    telemetry.log.info("feedback", { orderId, outcome: why });
    telemetry.publishCounts({
      ConfirmationsBounced: eventType === "Bounce" ? 1 : 0,
      ConfirmationsComplainedOf: eventType === "Complaint" ? 1 : 0,
    } satisfies Record<FeedbackMetric, number>);
    return {};
  };
}
