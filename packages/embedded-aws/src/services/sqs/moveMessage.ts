import type { CloudContext } from "../../core/service";
import type { MessageContent } from "./message";
import type { Queue } from "./queues";

/**
 * Takes a message out of a queue and into another. It is a new one there, with an id and a retention of its own: SQS
 * developer guide, redrive.
 */
export function moveMessage(
  { clock, random, events }: Pick<CloudContext, "clock" | "random" | "events">,
  source: Queue,
  destination: Queue,
  content: MessageContent,
): void {
  const now = clock.now();
  const { deadLetterSourceArn: _, earlierReceives: __, ...kept } = content;
  const messageId = random.uuid();
  source.messages.delete(now, content.messageId);
  destination.messages.send(now, { ...kept, messageId, sentAt: now });
  destination.arrivals.announce();
  events.publish({
    type: "message-deleted",
    queueName: source.name,
    messageId: content.messageId,
    receiveCount: 0,
  });
  events.publish({
    type: "message-sent",
    queueName: destination.name,
    messageId,
    receiveCount: 0,
    body: content.body,
    formerId: content.messageId,
  });
}
