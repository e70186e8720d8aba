import { oneLine } from "./lines";
import type { Trace, TraceSummary } from "./protocol";
import type { TraceIndex } from "./traceIndex";
import type { Root } from "./traceRoots";
import { type TraceOptions, TraceWalk } from "./traceWalk";

export function traceOf(index: TraceIndex, root: Root, options: TraceOptions): Trace {
  const walk = new TraceWalk(index, options);
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
