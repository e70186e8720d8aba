import { keysText } from "./lines";
import { concerns } from "./traceSubject";
import {
  type InvocationWay,
  itemKey,
  type MessageWay,
  type RequestEvent,
  type TraceIndex,
} from "./traceIndex";

/** How deep spans may lie in one another, and how far up a trace's beginning is looked for. */
export const DEEPEST = 14;

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
