import type { CloudEvent, DecidedAccess } from "../core/eventStream";
import { functionErrorIn } from "../core/trouble";
import { keyOfArn } from "./graph";
import { callerText, keysText, oneLine, requestIdIn } from "./lines";
import type { Span, Trace, TraceOutcome, TraceSummary } from "./protocol";
import {
  type InvocationWay,
  itemKey,
  type MessageWay,
  type RequestEvent,
  type TraceIndex,
} from "./traceIndex";

/** Spans of one trace, and how deep they may lie in one another. */
const MOST_SPANS = 400;
const DEEPEST = 14;

/** What a trace begins with. */
export type Root =
  | { readonly kind: "message"; readonly message: MessageWay }
  | { readonly kind: "invocation"; readonly invocation: InvocationWay }
  | { readonly kind: "request"; readonly request: RequestEvent };

/** Everything that began by itself or by a person's hand, newest first. */
export function* rootsOf(index: TraceIndex): Generator<Root> {
  const messages = [...index.messages.values()].reverse();
  const invocations = [...index.invocations.values()].reverse();
  let next = 0;
  for (const message of messages) {
    for (let own = invocations[next]; own !== undefined && own.n > message.n; own = invocations[++next])
      if (isRoot(index, { kind: "invocation", invocation: own }))
        yield { kind: "invocation", invocation: own };
    if (message.sent !== undefined && isRoot(index, { kind: "message", message }))
      yield { kind: "message", message };
  }
  for (const invocation of invocations.slice(next))
    if (isRoot(index, { kind: "invocation", invocation })) yield { kind: "invocation", invocation };
}

/** A batch belongs to the ways of what is in it. */
function isRoot(index: TraceIndex, root: Root): boolean {
  if (root.kind === "invocation" && root.invocation.started.source !== undefined) return false;
  return parentOf(index, root) === undefined;
}

/** Where the trace of anything begins: a message, an invocation, a call, by its id. */
export function rootOf(index: TraceIndex, id: string): Root | undefined {
  let root = find(index, id);
  for (let steps = 0; root !== undefined && steps < DEEPEST; steps++) {
    const parent = parentOf(index, root);
    if (parent === undefined) break;
    root = parent;
  }
  return root;
}

function find(index: TraceIndex, id: string): Root | undefined {
  const message = index.messages.get(id);
  if (message !== undefined) return { kind: "message", message };
  const invocation = index.invocations.get(id);
  if (invocation !== undefined) return { kind: "invocation", invocation };
  const request = index.requests.get(id);
  return request && { kind: "request", request };
}

function parentOf(index: TraceIndex, root: Root): Root | undefined {
  switch (root.kind) {
    case "message": {
      const { sent } = root.message;
      if (sent?.formerId !== undefined) return find(index, sent.formerId);
      return madeBy(index, sent?.cause, sent?.body ?? "");
    }
    case "request":
      return madeBy(index, root.request.requestId, "");
    case "invocation": {
      const { started, requestId } = root.invocation;
      const { source } = started;
      if (source?.kind === "queue") {
        const [only, ...others] = source.messageIds;
        const message = others.length === 0 ? index.messages.get(only ?? "") : undefined;
        return message?.sent && { kind: "message", message };
      }
      if (source?.kind === "stream") {
        const [only, ...others] = source.keys;
        if (only === undefined || others.length > 0) return undefined;
        const change = index.items
          .get(itemKey(source.tableName, only))
          ?.findLast((item) => item.invocations.includes(root.invocation));
        return change && madeBy(index, change.event.cause, keysText(change.event.keys));
      }
      const request = index.requests.get(requestId);
      return request?.cause === undefined ? madeBy(index, requestId, "") : find(index, request.cause);
    }
  }
}

/** What made a call: the invocation that it was made in, or, of a batch, the message that `about` belongs to. */
function madeBy(index: TraceIndex, requestId: string | undefined, about: string): Root | undefined {
  const request = requestId === undefined ? undefined : index.requests.get(requestId);
  if (request === undefined) return undefined;
  const invocation = index.invocationOf(request.traceId);
  if (invocation === undefined) return request.cause === undefined ? undefined : find(index, request.cause);
  const { source } = invocation.started;
  if (source?.kind === "queue") {
    const messages = source.messageIds.flatMap((id) => index.messages.get(id) ?? []);
    const message = messages.length === 1 ? messages[0] : messages.find((one) => concerns(one, about));
    if (message?.sent !== undefined) return { kind: "message", message };
  }
  return { kind: "invocation", invocation };
}

/** Whether something that was made in a batch was made of this message: the same body, or the values of its keys. */
function concerns({ sent, id }: MessageWay, about: string): boolean {
  const body = sent?.body;
  if (body === undefined || about === "") return false;
  if (body === about || about.includes(id)) return true;
  const values = about.split(", ").map((part) => part.slice(part.indexOf(" ") + 1));
  return values.every((value) => names(body, value));
}

/** Whether a text has a value as a word of its own: "order-1" does not stand in "order-12". */
function names(text: string, value: string): boolean {
  if (value === "") return false;
  const inWord = (character: string | undefined) => character !== undefined && /[\w-]/.test(character);
  for (let at = text.indexOf(value); at >= 0; at = text.indexOf(value, at + 1))
    if (!inWord(text[at - 1]) && !inWord(text[at + value.length])) return true;
  return false;
}

export interface TraceOptions {
  readonly now: number;
  /** Queues that messages end in. */
  readonly deadLetterQueues: ReadonlySet<string>;
  /** Where a statement stands, in words. */
  readonly statement?: (access: DecidedAccess) => string;
}

export function traceOf(index: TraceIndex, root: Root, options: TraceOptions): Trace {
  const walk = new Walk(index, options);
  walk.walk(root);
  const { spans, left } = walk;
  const [first] = spans;
  const end = spans.reduce((latest, span) => Math.max(latest, span.at + span.durationMs), first?.at ?? 0);
  return {
    id: idOf(root),
    at: first?.at ?? options.now,
    title: first?.title ?? "",
    ...(first?.where !== undefined && { where: first.where }),
    outcome: walk.outcome,
    durationMs: end - (first?.at ?? end),
    steps: spans.length + left,
    ...(root.kind === "message" && root.message.sent?.body !== undefined && { body: root.message.sent.body }),
    spans,
    left,
  };
}

export function summaryOf(index: TraceIndex, root: Root, options: TraceOptions): TraceSummary {
  const { spans: _, left: __, body, ...summary } = traceOf(index, root, options);
  return body === undefined
    ? summary
    : { ...summary, title: `${summary.title}: ${oneLine(body).slice(0, 120)}` };
}

function idOf(root: Root): string {
  switch (root.kind) {
    case "message":
      return root.message.id;
    case "invocation":
      return root.invocation.requestId;
    case "request":
      return root.request.requestId;
  }
}

/** Goes down from a root, and notes each step once. */
class Walk {
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

/** Whether what a call did belongs to this message of its batch. */
function isAbout(message: MessageWay, event: CloudEvent): boolean {
  switch (event.type) {
    case "message-sent":
      return concerns(message, event.body ?? "");
    case "item-inserted":
    case "item-modified":
    case "item-removed":
      return concerns(message, keysText(event.keys));
    case "email-sent":
      return namesBody(message, event.subject);
    case "notification-published":
      return namesBody(message, event.message);
    default:
      return false;
  }
}

/** Whether a line names what stands in a message: a value of its body's first member. */
function namesBody({ sent }: MessageWay, line: string): boolean {
  const value =
    /"[A-Za-z_]*[iI]d"\s*:\s*"([^"]{3,80})"/.exec(sent?.body ?? "")?.[1] ??
    /\S+ (\S{3,80})$/.exec(sent?.body ?? "")?.[1];
  return value !== undefined && names(line, value);
}

export function accessText({ action, resource, allowed, by }: DecidedAccess): string {
  const what = `${action} on ${resource}`;
  if (!allowed) return by === undefined ? `refused: nothing allows ${what}` : `refused by a deny: ${what}`;
  return `allowed: ${what}`;
}
