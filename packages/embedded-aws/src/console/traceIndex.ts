import type { CloudEvent } from "../core/eventStream";
import { keysText } from "./lines";
import type { History, KeptEvent } from "./history";

type EventOf<Type extends CloudEvent["type"]> = Extract<CloudEvent, { type: Type }>;
/** A message was sent, received, deleted or given up. */
type QueueEvent = Extract<CloudEvent, { queueName: string }>;
type ItemEvent = Extract<CloudEvent, { tableName: string }>;
export type RequestEvent = EventOf<"request">;

/** A message from when it was sent, as far as that is kept. */
export interface MessageWay {
  readonly id: string;
  sent?: QueueEvent;
  /** The number of the first event that names it. */
  readonly n: number;
  receives: number;
  deletedAt?: number;
  deadLettered?: QueueEvent;
  readonly invocations: InvocationWay[];
  /** What it was sent again as. */
  sentAgainAs?: string;
}

export interface InvocationWay {
  readonly requestId: string;
  readonly n: number;
  readonly started: EventOf<"invocation-started">;
  running?: EventOf<"invocation-running">;
  ended?: EventOf<"invocation-ended">;
  readonly logs: { readonly at: number; readonly message: string }[];
}

/** An item's change, and the invocations that a stream handed it to. */
export interface ItemWay {
  readonly n: number;
  readonly event: ItemEvent;
  readonly invocations: InvocationWay[];
}

/** What is kept of the cloud's events, by everything that one can be followed by. */
export class TraceIndex {
  readonly messages = new Map<string, MessageWay>();
  readonly invocations = new Map<string, InvocationWay>();
  readonly requests = new Map<string, RequestEvent>();
  readonly items = new Map<string, ItemWay[]>();
  /** By the call in whose handling they happened. */
  readonly causedBy = new Map<string, KeptEvent[]>();
  readonly #byTrace = new Map<string, { invocation: InvocationWay; requests: RequestEvent[] }>();
  readonly #byStream = new Map<string, InvocationWay>();

  constructor(history: Pick<History, "since">) {
    for (const kept of history.since(0)) this.#take(kept);
  }

  invocationOf(traceId: string | undefined): InvocationWay | undefined {
    return traceId === undefined ? undefined : this.#byTrace.get(traceId)?.invocation;
  }

  /** The calls that an invocation's code made. */
  requestsOf({ running }: InvocationWay): readonly RequestEvent[] {
    return (running && this.#byTrace.get(running.traceId)?.requests) ?? [];
  }

  #take(kept: KeptEvent): void {
    const { n, event } = kept;
    if (event.cause !== undefined) push(this.causedBy, event.cause, kept);
    switch (event.type) {
      case "message-sent": {
        const message = this.#message(event.messageId, n);
        message.sent = event;
        if (event.formerId !== undefined) this.#message(event.formerId, n).sentAgainAs = event.messageId;
        break;
      }
      case "message-received":
        this.#message(event.messageId, n).receives = event.receiveCount;
        break;
      case "message-deleted":
        this.#message(event.messageId, n).deletedAt = event.at;
        break;
      case "message-dead-lettered":
        this.#message(event.messageId, n).deadLettered = event;
        break;
      case "item-inserted":
      case "item-modified":
      case "item-removed":
        push(this.items, itemKey(event.tableName, event.keys), { n, event, invocations: [] });
        break;
      case "invocation-started":
        this.#start(n, event);
        break;
      case "invocation-running": {
        const invocation = this.invocations.get(event.requestId);
        if (invocation === undefined) break;
        invocation.running = event;
        this.#byTrace.set(event.traceId, { invocation, requests: [] });
        this.#byStream.set(event.logStreamName, invocation);
        break;
      }
      case "invocation-ended": {
        const invocation = this.invocations.get(event.requestId);
        if (invocation === undefined) break;
        invocation.ended = event;
        if (invocation.running !== undefined) this.#byStream.delete(invocation.running.logStreamName);
        break;
      }
      case "log":
        this.#byStream.get(event.logStreamName)?.logs.push({ at: event.at, message: event.message });
        break;
      case "request":
        this.requests.set(event.requestId, event);
        if (event.traceId !== undefined) this.#byTrace.get(event.traceId)?.requests.push(event);
        break;
      default:
        break;
    }
  }

  #start(n: number, started: EventOf<"invocation-started">): void {
    const { requestId, source } = started;
    // A retry of an asynchronous invocation has the id of the first.
    const known = this.invocations.get(requestId);
    const invocation: InvocationWay = { requestId, n, started, logs: known?.logs ?? [] };
    this.invocations.set(requestId, invocation);
    if (source?.kind === "queue")
      for (const id of source.messageIds) this.#message(id, n).invocations.push(invocation);
    if (source?.kind === "stream") {
      // The newest change before the batch began is the one that it holds, or one that it comes behind.
      for (const keys of source.keys)
        this.items.get(itemKey(source.tableName, keys))?.at(-1)?.invocations.push(invocation);
    }
  }

  #message(id: string, n: number): MessageWay {
    let message = this.messages.get(id);
    if (message === undefined) this.messages.set(id, (message = { id, n, receives: 0, invocations: [] }));
    return message;
  }
}

export function itemKey(tableName: string, keys: Readonly<Record<string, unknown>>): string {
  return `${tableName} ${keysText(keys)}`;
}

function push<Value>(map: Map<string, Value[]>, key: string, value: Value): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
