import type { CloudEvent } from "../core/eventStream";
import { keyOfArn } from "./graph";
import { nodeOfCaller } from "./lines";

/** What a tick counts: by node, by edge "from>to", and by node what went wrong. */
export interface Marks {
  readonly marks: Map<string, number>;
  readonly bad: Map<string, number>;
}

export function emptyMarks(): Marks {
  return { marks: new Map(), bad: new Map() };
}

/** Counts an event where it passes. */
export function mark({ marks, bad }: Marks, event: CloudEvent): void {
  const count = (key: string, by = 1) => marks.set(key, (marks.get(key) ?? 0) + by);
  const fail = (key: string) => bad.set(key, (bad.get(key) ?? 0) + 1);
  switch (event.type) {
    case "message-sent":
      count(`queue:${event.queueName}`);
      break;
    case "message-dead-lettered":
      if (event.deadLetterQueueName !== undefined) {
        count(`queue:${event.queueName}>queue:${event.deadLetterQueueName}`);
        fail(`queue:${event.deadLetterQueueName}`);
      }
      break;
    case "item-inserted":
    case "item-modified":
    case "item-removed":
      count(`table:${event.tableName}`);
      break;
    case "invocation-started": {
      const to = `function:${event.functionName}`;
      count(to);
      if (event.source?.kind === "queue")
        count(`queue:${event.source.queueName}>${to}`, event.source.messageIds.length);
      if (event.source?.kind === "stream")
        count(`table:${event.source.tableName}>${to}`, event.source.keys.length);
      break;
    }
    case "invocation-ended":
      if (event.outcome !== "succeeded") fail(`function:${event.functionName}`);
      break;
    case "alarm-state-changed":
      count(`alarm:${event.alarmName}`);
      if (event.state === "ALARM") fail(`alarm:${event.alarmName}`);
      break;
    case "event-delivered":
      count(`rule:${event.ruleName}`);
      break;
    case "event-delivery-failed":
      fail(`rule:${event.ruleName}`);
      break;
    case "request": {
      const from = nodeOfCaller(event.caller);
      if (from === undefined) break;
      if (event.errorCode?.includes("Denied") === true) fail(from);
      for (const { resource } of event.accesses ?? []) {
        const to = keyOfArn(resource);
        if (to !== undefined && to !== from) count(`${from}>${to}`);
      }
      break;
    }
    default:
      break;
  }
}
