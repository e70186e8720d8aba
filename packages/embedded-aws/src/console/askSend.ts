import { randomUUID } from "node:crypto";
import { parseJson } from "../core/parseJson";
import { messageOf } from "../core/messageOf";
import { queuesOf } from "../services/sqs/statistics";
import { Refusal } from "./answers";
import type { Answers, ConsoleParts } from "./parts";
import type { Target } from "./protocol";
import { askRoutes, sendHttp } from "./sendHttp";

/** Calls that run side by side: what a queue takes at once leaves the functions their share. */
const AT_ONCE = 10;
const BATCH = 10;

interface Sent {
  readonly answer: string;
  readonly id?: string | undefined;
  readonly failed?: number;
}

export function askSend(parts: ConsoleParts): Answers<"send" | "routes"> {
  return {
    ...askRoutes(parts),
    send: async ({ target, body, count }) => {
      // Another one each time, so that what it names is new.
      const run = randomUUID().slice(0, 8);
      const bodies = Array.from({ length: count }, (_, index) =>
        body.replaceAll("{{run}}", run).replaceAll("{{n}}", String(index + 1)),
      );
      const [first = ""] = bodies;
      if (count === 1) {
        const { answer, id, failed = 0 } = await sendOne(parts, target, first);
        return { sent: 1 - failed, failed, answer, ...(id !== undefined && { id }) };
      }
      let failed = 0;
      let reason = "";
      let next = 0;
      const batches = target.kind === "queue" ? Math.ceil(count / BATCH) : count;
      const worker = async () => {
        for (let at = next++; at < batches; at = next++) {
          try {
            const one =
              target.kind === "queue"
                ? await sendBatch(parts, target.name, bodies.slice(at * BATCH, (at + 1) * BATCH), run)
                : await sendOne(parts, target, bodies[at] ?? "");
            failed += one.failed ?? 0;
            if ((one.failed ?? 0) > 0) reason = one.answer;
          } catch (error) {
            failed += target.kind === "queue" ? bodies.slice(at * BATCH, (at + 1) * BATCH).length : 1;
            reason = messageOf(error);
          }
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, worker));
      return {
        sent: count - failed,
        failed,
        answer: failed === 0 ? `${count} sent` : `${failed} of ${count} failed: ${reason}`,
      };
    },
  };
}

async function sendOne(parts: ConsoleParts, target: Target, body: string): Promise<Sent> {
  const { call, context } = parts;
  switch (target.kind) {
    case "queue": {
      const answer = await call("sqs", "SendMessage", {
        QueueUrl: urlOf(parts, target.name),
        MessageBody: body,
        ...(target.name.endsWith(".fifo") && {
          MessageGroupId: "console",
          MessageDeduplicationId: randomUUID(),
        }),
      });
      return { answer: `sent as ${answer.MessageId ?? ""}`, id: answer.MessageId };
    }
    case "topic": {
      const TopicArn = `arn:aws:sns:${context.region}:${context.accountId}:${target.name}`;
      const { MessageId } = await call("sns", "Publish", { TopicArn, Message: body });
      return { answer: `published as ${MessageId ?? ""}`, id: MessageId };
    }
    case "bus": {
      const entry = eventOf(body);
      const { Entries = [] } = await call("events", "PutEvents", {
        Entries: [{ ...entry, EventBusName: target.name }],
      });
      const [result] = Entries;
      if (result?.ErrorCode !== undefined)
        return { answer: `${result.ErrorCode}: ${result.ErrorMessage ?? ""}`, failed: 1 };
      return { answer: `accepted as ${result?.EventId ?? ""}` };
    }
    case "function": {
      const { Payload, FunctionError } = await call("lambda", "Invoke", {
        FunctionName: target.name,
        Payload: Buffer.from(body),
      });
      const answer = Payload === undefined ? "" : Buffer.from(Payload).toString("utf8");
      return {
        answer: answer === "" ? "no answer" : answer,
        ...(FunctionError !== undefined && { failed: 1 }),
      };
    }
    case "api":
      return await sendHttp(parts, target, body);
  }
}

async function sendBatch(
  parts: ConsoleParts,
  name: string,
  bodies: readonly string[],
  run: string,
): Promise<Sent> {
  const fifo = name.endsWith(".fifo");
  const { Failed } = await parts.call("sqs", "SendMessageBatch", {
    QueueUrl: urlOf(parts, name),
    Entries: bodies.map((MessageBody, index) => ({
      Id: String(index),
      MessageBody,
      ...(fifo && { MessageGroupId: run, MessageDeduplicationId: randomUUID() }),
    })),
  });
  const [first] = Failed;
  return {
    answer: first === undefined ? "" : `${first.Code}: ${first.Message ?? ""}`,
    failed: Failed.length,
  };
}

function urlOf({ context }: ConsoleParts, name: string): string {
  const queues = queuesOf(context);
  const queue = queues.byName(name);
  if (queue === undefined) throw new Refusal(404, `there is no queue ${name} any more`);
  return queues.urlOf(queue);
}

/** An entry of PutEvents in its own words: source, detail-type and detail. */
function eventOf(body: string): { Source: string; DetailType: string; Detail: string } {
  const expected = 'expected JSON such as {"source":"shop","detail-type":"Order Placed","detail":{}}';
  let event: unknown;
  try {
    event = parseJson(body);
  } catch (error) {
    throw new Refusal(400, `the event is not JSON: ${messageOf(error)}; ${expected}`);
  }
  if (typeof event !== "object" || event === null) throw new Refusal(400, `the event: ${expected}`);
  const { source, "detail-type": type, detail } = event as Record<string, unknown>;
  if (typeof source !== "string" || typeof type !== "string" || typeof detail !== "object")
    throw new Refusal(400, `the event: ${expected}`);
  return { Source: source, DetailType: type, Detail: JSON.stringify(detail) };
}
