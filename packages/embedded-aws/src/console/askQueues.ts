import type { Queue } from "../services/sqs/queues";
import { moveMessage } from "../services/sqs/moveMessage";
import { queuesOf } from "../services/sqs/statistics";
import type { StoredMessage } from "../services/sqs/queue";
import { Refusal } from "./answers";
import type { Answers, ConsoleParts } from "./parts";
import type { QueuedMessage } from "./protocol";

/** Messages of a queue that are shown: the oldest. */
const MESSAGES_SHOWN = 200;
/** Messages that are looked through for one by its id. */
const MESSAGES_SEARCHED = 200_000;

export function askQueues(parts: ConsoleParts): Answers<"messages" | "redrive" | "resend" | "discard"> {
  const { context, call } = parts;
  const queues = queuesOf(context);
  const urlOf = (queue: Queue) => queues.urlOf(queue);

  const queueNamed = (name: string): Queue => {
    const queue = queues.byName(name);
    if (queue === undefined) throw new Refusal(404, `there is no queue ${name} any more`);
    return queue;
  };
  const messageIn = (queue: Queue, id: string): StoredMessage => {
    const found = queue.messages
      .list(context.clock.now(), MESSAGES_SEARCHED)
      .find(({ message }) => message.messageId === id);
    if (found === undefined)
      throw new Refusal(404, `the message ${id} does not lie in ${queue.name} any more: look again`);
    if (found.state === "in-flight")
      throw new Refusal(
        409,
        `the message ${id} is in flight: somebody works on it; wait until it is visible again`,
      );
    return found;
  };
  /** Where a dead letter came from: the queue that gave it up, or the only one whose dead letters lie here. */
  const sourceOf = (queue: Queue, from: string | undefined): Queue => {
    const named = from === undefined ? undefined : queues.byArn(from);
    const sources = queues.sourcesOf(queue);
    const source = named ?? (sources.length === 1 ? sources[0] : undefined);
    if (source !== undefined) return source;
    throw new Refusal(
      409,
      sources.length === 0
        ? `no queue names ${queue.name} as its dead-letter queue: send the message where it belongs from the Send panel`
        : `${queue.name} takes dead letters of ${sources.map(({ name }) => name).join(", ")}: send the message where it belongs from the Send panel`,
    );
  };

  return {
    messages: ({ queue: name }) => {
      const queue = queueNamed(name);
      const now = context.clock.now();
      const { available, delayed, inFlight } = queue.messages.counts(now);
      const listed = queue.messages.list(now, MESSAGES_SHOWN);
      return { messages: listed.map(shownMessage), left: available + delayed + inFlight - listed.length };
    },
    redrive: async ({ queue: name, message: id }) => {
      const queue = queueNamed(name);
      if (id !== undefined) {
        const message = messageIn(queue, id);
        const source = sourceOf(queue, message.content.deadLetterSourceArn);
        moveMessage(context, queue, source, message.content);
        return { moved: `the message went back to ${source.name}` };
      }
      const [first] = queue.messages.list(context.clock.now(), 1);
      if (first === undefined) throw new Refusal(409, `${name} is empty: there is nothing to bring back`);
      const known = first.content.deadLetterSourceArn;
      await call("sqs", "StartMessageMoveTask", {
        SourceArn: queue.arn,
        ...(known === undefined && { DestinationArn: sourceOf(queue, undefined).arn }),
      });
      return { moved: "all of them are on their way back" };
    },
    resend: async ({ queue: name, message: id, body }) => {
      const queue = queueNamed(name);
      const message = messageIn(queue, id);
      const source = sourceOf(queue, message.content.deadLetterSourceArn);
      const { messageGroupId, messageDeduplicationId } = message.content;
      // As a new message: SQS checks and hashes the body.
      const { MessageId = "" } = await call("sqs", "SendMessage", {
        QueueUrl: urlOf(source),
        MessageBody: body,
        ...(messageGroupId !== undefined && source.settings.fifo && { MessageGroupId: messageGroupId }),
        ...(messageDeduplicationId !== undefined &&
          source.settings.fifo && { MessageDeduplicationId: context.random.uuid() }),
      });
      queue.messages.delete(context.clock.now(), id);
      context.events.publish({ type: "message-deleted", queueName: name, messageId: id, receiveCount: 0 });
      return { sentTo: source.name, id: MessageId };
    },
    discard: ({ queue: name, message: id }) => {
      const queue = queueNamed(name);
      messageIn(queue, id);
      const deleted = queue.messages.delete(context.clock.now(), id);
      context.events.publish({ type: "message-deleted", queueName: name, messageId: id, receiveCount: 0 });
      return { discarded: deleted !== undefined };
    },
  };
}

function shownMessage({ message, content, state }: StoredMessage): QueuedMessage {
  const from = content.deadLetterSourceArn?.split(":").at(-1);
  return {
    id: message.messageId,
    body: content.body,
    state,
    sentAt: message.sentAt,
    enteredAt: message.enteredAt,
    receiveCount: message.receiveCount,
    attributes: Object.fromEntries(
      Object.entries(content.attributes).map(([name, attribute]) => [
        name,
        "StringValue" in attribute ? attribute.StringValue : "(bytes)",
      ]),
    ),
    ...(from !== undefined && { from }),
  };
}
