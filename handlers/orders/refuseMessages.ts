import type { SQSRecord } from "aws-lambda";
import type { EventBus } from "../shared/eventBus";
import { deadLetterOf, type Refusal } from "./deadLetter";
import type { DeadLetterQueue } from "./deadLetterQueue";
import { orderIdIn } from "./order";
import { refusedEvent, type OrderEvent } from "./orderEvents";

/** Where it is said that a message can never become an order. */
export interface RefusalChannels {
  readonly sendToDeadLetterQueue: DeadLetterQueue["sendAll"];
  /** Announces refused messages; by default nothing is announced. */
  readonly sendEvents?: EventBus<OrderEvent>["sendAll"] | undefined;
}

/** A message that can never become an order. */
export interface RefusedMessage {
  readonly record: SQSRecord;
  readonly refusal: Refusal;
}

/** Puts messages into the dead-letter queue and announces it; tells for each, in their order, what stood in the way. */
export function createRefuser({ sendToDeadLetterQueue, sendEvents }: RefusalChannels) {
  return async (
    refused: readonly RefusedMessage[],
    deadline: number,
  ): Promise<readonly (Error | undefined)[]> => {
    // Stryker disable next-line ArrayDeclaration: of nothing nothing is asked.
    if (refused.length === 0) return [];
    // First what must not be lost. Should the event fail, the message is delivered again: there is then another
    // letter, and the event with the same id.
    const letters = refused.map(({ record, refusal }) => deadLetterOf(record, refusal));
    const problems = [...(await sendToDeadLetterQueue(letters, deadline))];
    const sent = refused.flatMap((message, index) =>
      problems[index] === undefined ? [{ message, index }] : [],
    );
    if (sendEvents === undefined) return problems;
    const events = sent.map(({ message: { record, refusal } }) =>
      refusedEvent(record.messageId, orderIdIn(record.body), refusal, sentAtOf(record)),
    );
    const announced = await sendEvents(events, deadline);
    for (const [place, { index }] of sent.entries()) problems[index] = announced[place];
    return problems;
  };
}

/** Milliseconds since the Unix epoch. People invoke functions by hand with less than SQS sends. */
function sentAtOf({ attributes }: Partial<Pick<SQSRecord, "attributes">>): number {
  return Number(attributes?.SentTimestamp ?? Date.now());
}
