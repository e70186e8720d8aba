import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from "aws-lambda";
import { deadlineOf, type InvocationContext } from "../shared/batch";
import { describeFailure, type Failure } from "../shared/failure";
import type { Timing } from "../shared/retry";
import type { Telemetry } from "../shared/telemetry";
import type { EventBus } from "../shared/eventBus";
import { eventOfChange, type OrderEvent } from "./orderEvents";

export interface AnnounceOrdersDependencies {
  /** Sends events, and tells for each, in their order, what stood in the way; undefined where nothing did. */
  readonly sendEvents: EventBus<OrderEvent>["sendAll"];
  readonly telemetry: Telemetry;
  readonly timing: Pick<Timing, "now">;
}

/** What the function counts. */
export type AnnouncementMetric = "EventsSent" | "EventsSkipped" | "EventsFailed";

/** The handler of the orders' stream that announces what became of orders, at least once. */
export function createAnnounceOrders(dependencies: AnnounceOrdersDependencies) {
  const { telemetry, timing } = dependencies;

  return async (event: DynamoDBStreamEvent, context: InvocationContext): Promise<DynamoDBBatchResponse> => {
    const deadline = deadlineOf(context, timing);
    const changes = event.Records.flatMap((record) => {
      const announced = eventOfChange(record.eventName, record.dynamodb?.NewImage ?? {});
      return announced === undefined ? [] : [{ record, announced }];
    });
    const problems = await dependencies.sendEvents(
      changes.map(({ announced }) => announced),
      deadline.end,
    );
    const failed: string[] = [];
    for (const [index, { record, announced }] of changes.entries()) {
      const problem = problems[index];
      if (problem !== undefined) failed.push(record.dynamodb?.SequenceNumber ?? "");
      logOutcome(telemetry, record, announced, problem === undefined ? undefined : describeFailure(problem));
    }
    const counts: Record<AnnouncementMetric, number> = {
      EventsSent: changes.length - failed.length,
      EventsSkipped: event.Records.length - changes.length,
      EventsFailed: failed.length,
    };
    telemetry.publishCounts(counts);
    return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
  };
}

function logOutcome(
  telemetry: Telemetry,
  record: DynamoDBRecord,
  { type, detail }: OrderEvent,
  failure: Failure | undefined,
): void {
  const fields = {
    event: type,
    eventId: detail.eventId,
    sequenceNumber: record.dynamodb?.SequenceNumber ?? "none",
    outcome: failure === undefined ? "sent" : "failed",
    ...(failure === undefined ? {} : { failure: failure.name }),
  };
  if (failure === undefined) telemetry.log.info("announcement", fields);
  else telemetry.log.warn("announcement", fields);
}
