import type { CloudEvent, DecidedAccess } from "../core/eventStream";
import { functionErrorIn } from "../core/trouble";
import { keyOfArn } from "./graph";
import { callerText, keysText, oneLine, requestIdIn } from "./lines";
import type { Span, TraceOutcome } from "./protocol";
import {
  type InvocationWay,
  itemKey,
  type MessageWay,
  type RequestEvent,
  type TraceIndex,
} from "./traceIndex";
import { DEEPEST, type Root } from "./traceRoots";
import { isAbout, namesBody } from "./traceSubject";

/** Spans of one trace. */
const MOST_SPANS = 400;

export interface TraceOptions {
  readonly now: number;
  /** Queues that messages end in. */
  readonly deadLetterQueues: ReadonlySet<string>;
  /** Where a statement stands, in words. */
  readonly statement?: (access: DecidedAccess) => string;
}

/** Goes down from a root, and notes each step once. */
export class TraceWalk {
  readonly spans: Span[] = [];
  left = 0;
  readonly #seen = new Set<unknown>();
  #dead = false;
  #failed = false;
  #open = false;
  #retrying = false;

  constructor(
    private readonly index: TraceIndex,
    private readonly options: TraceOptions,
  ) {}

  get outcome(): TraceOutcome {
    if (this.#dead) return "dead-lettered";
    if (this.#retrying) return "retrying";
    if (this.#open) return "running";
    return this.#failed ? "failed" : "done";
  }

  walk(root: Root): void {
    if (root.kind === "message") this.#message(root.message, 0);
    else if (root.kind === "invocation") this.#invocation(root.invocation, 0);
    else this.#request(root.request, 0, undefined);
  }

  #add(span: Span, what: unknown): boolean {
    if (this.#seen.has(what) || span.depth > DEEPEST) return false;
    this.#seen.add(what);
    if (this.spans.length >= MOST_SPANS) this.left++;
    else this.spans.push(span);
    return true;
  }

  #message(message: MessageWay, depth: number): void {
    const { sent, deletedAt, deadLettered, id } = message;
    const queueName = sent?.queueName ?? deadLettered?.queueName ?? "";
    const isDead = this.options.deadLetterQueues.has(queueName);
    const at = sent?.at ?? deadLettered?.at ?? this.options.now;
    const end = deletedAt ?? deadLettered?.at ?? this.options.now;
    const gone = message.sentAgainAs !== undefined || deletedAt !== undefined;
    const added = this.#add(
      {
        id,
        depth,
        kind: "message",
        title: isDead ? `dead-lettered in ${queueName}` : `message in ${queueName}`,
        where: `queue:${queueName}`,
        at,
        durationMs: Math.max(0, end - at),
        ...(isDead && { bad: true }),
        details: [
          `id ${id}`,
          `received ${message.receives} times`,
          deletedAt === undefined
            ? deadLettered === undefined
              ? "still there"
              : `moved to ${deadLettered.deadLetterQueueName ?? "its dead-letter queue"} after ${deadLettered.receiveCount} receives`
            : message.sentAgainAs === undefined
              ? "deleted"
              : "sent again",
        ],
      },
      message,
    );
    if (!added) return;
    if (isDead && !gone) this.#dead = true;
    if (deadLettered !== undefined && message.sentAgainAs === undefined) this.#dead = true;
    if (!isDead && !gone && deadLettered === undefined) {
      this.#open = true;
      if (message.receives > 0 && message.invocations.at(-1)?.ended !== undefined) this.#retrying = true;
    }
    for (const invocation of message.invocations) this.#invocation(invocation, depth + 1, message);
    if (deadLettered !== undefined)
      this.#add(
        {
          id: `${id}-dead`,
          depth: depth + 1,
          kind: "event",
          title: `given up to ${deadLettered.deadLetterQueueName ?? "its dead-letter queue"}`,
          where: `queue:${deadLettered.deadLetterQueueName ?? queueName}`,
          at: deadLettered.at,
          durationMs: 0,
          bad: true,
          details: [`received ${deadLettered.receiveCount} times, the most that its queue allows`],
        },
        deadLettered,
      );
    const again =
      message.sentAgainAs === undefined ? undefined : this.index.messages.get(message.sentAgainAs);
    if (again !== undefined) this.#message(again, depth + 1);
  }

  #invocation(invocation: InvocationWay, depth: number, about?: MessageWay): void {
    const { started, ended, requestId } = invocation;
    const failed = ended !== undefined && ended.outcome !== "succeeded";
    const { source } = started;
    const batch =
      source?.kind === "queue"
        ? source.messageIds.length
        : source?.kind === "stream"
          ? source.keys.length
          : 1;
    const added = this.#add(
      {
        id: requestId,
        depth,
        kind: "invocation",
        title: `${started.functionName}${ended === undefined ? " runs" : ` ${ended.outcome}`}`,
        where: `function:${started.functionName}`,
        at: started.at,
        durationMs: (ended?.at ?? this.options.now) - started.at,
        ...(failed && { bad: true }),
        details: [
          `request ${requestId}`,
          started.coldStart ? "in a new environment" : "in a warm environment",
          ...(batch > 1 ? [`a batch of ${batch}`] : []),
          ...(failed ? [functionErrorIn(ended)] : []),
        ],
      },
      invocation,
    );
    if (!added) return;
    if (failed) this.#failed = true;
    if (ended === undefined) this.#open = true;
    const alone = about === undefined || batch <= 1;
    for (const request of this.index.requestsOf(invocation)) {
      const effects = this.index.causedBy.get(request.requestId) ?? [];
      const mine = alone || effects.some(({ event }) => isAbout(about, event));
      if (mine || request.errorCode?.includes("Denied") === true)
        this.#request(request, depth + 1, alone ? undefined : about);
    }
    for (const line of invocation.logs) {
      const named = requestIdIn(line.message);
      if (named !== undefined && named !== requestId) continue;
      if (!alone && !line.message.includes(about.id) && !namesBody(about, line.message)) continue;
      const bad = /"level":"(ERROR|CRITICAL)"|\tERROR\t/.test(line.message);
      this.#add(
        {
          id: `${requestId}-log-${this.spans.length}`,
          depth: depth + 1,
          kind: "log",
          title: oneLine(line.message).slice(0, 300),
          where: `function:${started.functionName}`,
          at: line.at,
          durationMs: 0,
          ...(bad && { bad: true }),
          details: [line.message],
        },
        line,
      );
    }
  }

  #request(request: RequestEvent, depth: number, about: MessageWay | undefined): void {
    const { service, operation, durationMs = 0, errorCode, errorMessage, accesses = [], requestId } = request;
    const [first] = accesses;
    const where = first && keyOfArn(first.resource);
    const added = this.#add(
      {
        id: requestId,
        depth,
        kind: "call",
        title: `${service} ${operation}${errorCode === undefined ? "" : `: ${errorCode}`}`,
        ...(where !== undefined && { where }),
        at: request.at - durationMs,
        durationMs,
        ...(errorCode !== undefined && errorCode !== "ConditionalCheckFailedException" && { bad: true }),
        details: [
          `by ${callerText(request.caller)}`,
          ...accesses.map((access) => this.options.statement?.(access) ?? accessText(access)),
          ...(errorMessage === undefined ? [] : [errorMessage]),
        ],
      },
      request,
    );
    if (!added) return;
    for (const { event } of this.index.causedBy.get(requestId) ?? []) this.#effect(event, depth + 1, about);
    const invoked = this.index.invocations.get(requestId);
    if (invoked !== undefined) this.#invocation(invoked, depth + 1);
  }

  #effect(event: CloudEvent, depth: number, about: MessageWay | undefined): void {
    if (about !== undefined && !isAbout(about, event) && event.type !== "request") return;
    switch (event.type) {
      case "message-sent": {
        const message = this.index.messages.get(event.messageId);
        if (message !== undefined) this.#message(message, depth);
        break;
      }
      case "request":
        this.#request(event, depth, about);
        break;
      case "item-inserted":
      case "item-modified":
      case "item-removed": {
        const added = this.#add(
          {
            id: `${event.cause ?? ""}-${this.spans.length}`,
            depth,
            kind: "item",
            title: `${event.type.replace("item-", "item ")}: ${keysText(event.keys)}`,
            where: `table:${event.tableName}`,
            at: event.at,
            durationMs: 0,
            details: [JSON.stringify(event.newImage ?? event.oldImage ?? {}, undefined, 1)],
          },
          event,
        );
        if (!added) break;
        const way = this.index.items
          .get(itemKey(event.tableName, event.keys))
          ?.find((item) => item.event === event);
        for (const invocation of way?.invocations ?? []) this.#streamed(invocation, depth + 1, event.keys);
        break;
      }
      case "email-sent":
        this.#add(
          {
            id: event.messageId,
            depth,
            kind: "email",
            title: `e-mail to ${event.to.join(", ")}: ${event.subject}`,
            at: event.at,
            durationMs: 0,
            details: [`from ${event.from}`],
          },
          event,
        );
        break;
      case "notification-published": {
        const where = keyOfArn(event.topicArn);
        this.#add(
          {
            id: event.messageId,
            depth,
            kind: "notification",
            title: `published: ${event.subject ?? oneLine(event.message).slice(0, 120)}`,
            ...(where !== undefined && { where }),
            at: event.at,
            durationMs: 0,
            details: [event.message],
          },
          event,
        );
        break;
      }
      default:
        break;
    }
  }

  /** An invocation by a stream's batch, as far as it concerns one item. */
  #streamed(invocation: InvocationWay, depth: number, keys: Readonly<Record<string, unknown>>): void {
    const about: MessageWay = {
      id: keysText(keys),
      n: invocation.n,
      receives: 0,
      invocations: [],
      sent: {
        type: "message-sent",
        at: invocation.started.at,
        queueName: "",
        messageId: "",
        receiveCount: 0,
        body: keysText(keys),
      },
    };
    this.#invocation(invocation, depth, about);
  }
}

export function accessText({ action, resource, allowed, by }: DecidedAccess): string {
  const what = `${action} on ${resource}`;
  if (!allowed) return by === undefined ? `refused: nothing allows ${what}` : `refused by a deny: ${what}`;
  return `allowed: ${what}`;
}
