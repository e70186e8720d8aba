import { useState } from "preact/hooks";
import type { Span, Trace, TraceOutcome, TraceSummary } from "../../src/console/protocol";
import { Card, Code, Empty, Left, Panel, Table, Time, TraceLink, Trouble, useAsk } from "../parts/parts";
import { linkTo, route } from "../state/route";
import { count, duration, nameOf, pretty } from "../state/words";

const OUTCOMES: readonly TraceOutcome[] = ["done", "running", "retrying", "dead-lettered", "failed"];

function mood(outcome: TraceOutcome): string {
  return outcome === "done" ? "good" : outcome === "running" ? "" : outcome === "retrying" ? "warn" : "bad";
}

export function TracePanel() {
  const { about } = route.value;
  return (
    <Panel
      title="Trace"
      about="The way of a message, an event or an item: from sent to stored, announced, confirmed, retried or given up."
    >
      <div class="cards">
        {about !== "" && <Way key={about} id={about} />}
        <Search />
      </div>
    </Panel>
  );
}

function Search() {
  const [query, setQuery] = useState("");
  const [outcome, setOutcome] = useState<TraceOutcome | "">("");
  const { reply, error } = useAsk("traces", { query, ...(outcome !== "" && { outcome }) }, 2000);
  return (
    <Card
      title="Newest ways"
      wide
      extra={
        reply !== undefined ? (
          <span class="quiet">{`among the newest ${count(reply.kept)} events`}</span>
        ) : undefined
      }
    >
      <form class="form row" role="search" onSubmit={(event) => event.preventDefault()}>
        <label class="field">
          Id, or a part of the body
          <input type="search" value={query} onInput={(event) => setQuery(event.currentTarget.value)} />
        </label>
        <label class="field">
          State
          <select
            value={outcome}
            onChange={(event) => setOutcome(event.currentTarget.value as TraceOutcome | "")}
          >
            <option value="">any</option>
            {OUTCOMES.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        </label>
      </form>
      <Trouble text={error} />
      {reply?.traces.length === 0 && (
        <Empty>
          {query === "" && outcome === "" ? (
            <>
              Nothing has been on its way yet. <a href={linkTo("send")}>Send something</a>.
            </>
          ) : (
            "No way among what is kept fits. Try a shorter part of the body, or any state."
          )}
        </Empty>
      )}
      {reply !== undefined && reply.traces.length > 0 && (
        <Table label="Newest ways" heads={["Began", "What", "State", "Took", "Steps"]}>
          {reply.traces.map((trace) => (
            <Row key={trace.id} trace={trace} />
          ))}
        </Table>
      )}
      <Left n={reply?.left ?? 0} what="ways" />
    </Card>
  );
}

function Row({ trace }: { trace: TraceSummary }) {
  return (
    <tr>
      <td>
        <Time at={trace.at} />
      </td>
      <th scope="row" class="what">
        <TraceLink id={trace.id}>{trace.title}</TraceLink>
      </th>
      <td>
        <span class={`pill ${mood(trace.outcome)}`}>{trace.outcome}</span>
      </td>
      <td class="n">{duration(trace.durationMs)}</td>
      <td class="n">{count(trace.steps)}</td>
    </tr>
  );
}

function Way({ id }: { id: string }) {
  const { reply, error } = useAsk("trace", { id }, 1500);
  return (
    <Card
      title="Its way"
      wide
      extra={
        reply !== undefined ? <span class={`pill ${mood(reply.outcome)}`}>{reply.outcome}</span> : undefined
      }
    >
      <Trouble text={error} />
      {reply !== undefined && <Waterfall trace={reply} focus={id} />}
    </Card>
  );
}

function Waterfall({ trace, focus }: { trace: Trace; focus: string }) {
  const [open, setOpen] = useState<string>(focus);
  const total = Math.max(1, trace.durationMs);
  return (
    <>
      <p class="quiet">{`began ${new Date(trace.at).toISOString()}, took ${duration(trace.durationMs)}, ${count(trace.steps)} steps`}</p>
      {trace.body !== undefined && (
        <details>
          <summary>Body</summary>
          <Code text={pretty(trace.body)} label="Body" />
        </details>
      )}
      <ol class="waterfall">
        {trace.spans.map((span, index) => (
          <Bar
            key={`${span.id}-${index}`}
            span={span}
            start={trace.at}
            total={total}
            open={open === span.id}
            onToggle={() => setOpen(open === span.id ? "" : span.id)}
          />
        ))}
      </ol>
      <Left n={trace.left} what="steps" />
    </>
  );
}

function Bar({
  span,
  start,
  total,
  open,
  onToggle,
}: {
  span: Span;
  start: number;
  total: number;
  open: boolean;
  onToggle: () => void;
}) {
  const left = Math.min(99, Math.max(0, ((span.at - start) / total) * 100));
  const width = Math.max(0.6, Math.min(100 - left, (span.durationMs / total) * 100));
  return (
    <li class={`span kind-${span.kind}${span.bad ? " bad" : ""}`}>
      <button type="button" class="bar" aria-expanded={open} onClick={onToggle}>
        <span class="title" style={{ paddingLeft: `${span.depth * 14}px` }}>
          <span class="what-kind">{span.kind}</span> {shown(span)}
        </span>
        <span class="lane" aria-hidden="true">
          <span class="fill" style={{ left: `${left}%`, width: `${width}%` }} />
        </span>
        <span class="took">
          {span.durationMs === 0 ? `at ${duration(span.at - start)}` : duration(span.durationMs)}
        </span>
      </button>
      {open && (
        <div class="details">
          {span.where !== undefined && (
            <p>
              at <a href={linkTo("flow", span.where)}>{nameOf(span.where)}</a>
            </p>
          )}
          <ul>
            {span.details.map((detail) => (
              <li key={detail}>
                {detail.startsWith("{") ? <Code text={pretty(detail)} label="Details" /> : detail}
              </li>
            ))}
          </ul>
        </div>
      )}
    </li>
  );
}

/** A log line of JSON by what it says. */
function shown({ kind, title, details }: Span): string {
  const [line] = details;
  if (kind !== "log" || line?.startsWith("{") !== true) return title;
  try {
    const parsed = JSON.parse(line) as { level?: unknown; message?: unknown; type?: unknown; _aws?: unknown };
    if (typeof parsed.message === "string")
      return `${typeof parsed.level === "string" ? parsed.level : ""} ${parsed.message}`.trim();
    if (typeof parsed.type === "string") return parsed.type;
    if (parsed._aws !== undefined) return "metrics";
  } catch {
    // It only begins like JSON.
  }
  return title;
}
