import { Empty } from "../parts/parts";
import { linkTo } from "../state/route";
import { activity, alarms, functions, graph, lines, queues, tables } from "../state/store";
import { count, duration, kindOf, median, nameOf } from "../state/words";
import { Lines } from "../parts/lines";

/** One node of the graph: its figures, what it is joined to, what has happened there, and where to go on. */
export function NodePanel({ id }: { id: string }) {
  const node = graph.value.nodes.find(({ key }) => key === id);
  const { edges, nodes } = graph.value;
  const kind = node?.kind ?? kindOf(id);
  const name = node?.name ?? nameOf(id);
  const label = (key: string) => nodes.find((one) => one.key === key)?.label ?? nameOf(key);
  const from = edges.filter(({ to }) => to === id);
  const to = edges.filter((edge) => edge.from === id);
  const here = lines.value.filter(({ where }) => where === id).slice(0, 15);
  const watching = alarms.value.filter((alarm) => node?.alarms.includes(alarm.name));
  return (
    <aside class="card node-panel" aria-label={`${kind} ${node?.label ?? name}`}>
      <header class="card-head">
        <h2>{node?.label ?? name}</h2>
        <a href={linkTo("flow")} aria-label="Close the node">
          Close
        </a>
      </header>
      <p class="quiet">
        {kind} · <code>{name}</code>
      </p>
      <Figures kind={kind} name={name} id={id} />
      <p class="go">
        <Onward kind={kind} name={name} />
      </p>
      {watching.length > 0 && (
        <>
          <h3>Alarms</h3>
          <ul class="plain">
            {watching.map((alarm) => (
              <li key={alarm.name}>
                <span class={`pill ${alarm.state === "ALARM" ? "bad" : alarm.state === "OK" ? "good" : ""}`}>
                  {alarm.state.replace("_", " ")}
                </span>{" "}
                {alarm.name}
              </li>
            ))}
          </ul>
        </>
      )}
      <h3>Joined to</h3>
      {from.length + to.length === 0 ? (
        <Empty>No property of this program joins it to anything that is shown.</Empty>
      ) : (
        <ul class="plain">
          {from.map((edge) => (
            <li key={edge.from}>
              from <a href={linkTo("flow", edge.from)}>{label(edge.from)}</a>{" "}
              <span class="quiet">by {edge.by}</span>
            </li>
          ))}
          {to.map((edge) => (
            <li key={edge.to}>
              to <a href={linkTo("flow", edge.to)}>{label(edge.to)}</a>{" "}
              <span class="quiet">by {edge.by}</span>
            </li>
          ))}
        </ul>
      )}
      <h3>Lately</h3>
      {here.length === 0 ? <Empty>Nothing has happened here lately.</Empty> : <Lines lines={here} />}
    </aside>
  );
}

function Figures({ kind, name, id }: { kind: string; name: string; id: string }) {
  const facts: [string, string][] = [];
  const queue = kind === "queue" ? queues.value.find((one) => one.name === name) : undefined;
  if (queue !== undefined)
    facts.push(
      ["visible", count(queue.available)],
      ["in flight", count(queue.inFlight)],
      ["delayed", count(queue.delayed)],
      ["oldest", queue.oldestAge === 0 ? "–" : duration(queue.oldestAge)],
      ["sent in all", count(queue.sent)],
    );
  const fn = kind === "function" ? functions.value.find((one) => one.name === name) : undefined;
  if (fn !== undefined) {
    const middle = median(fn.durations);
    facts.push(
      ["invocations", count(fn.invocations)],
      ["errors", count(fn.errors)],
      ["running", count(fn.running)],
      ["environments", count(fn.environments.length)],
      ["median", middle === undefined ? "–" : duration(middle)],
    );
  }
  const table = kind === "table" ? tables.value.find((one) => one.name === name) : undefined;
  if (table !== undefined) facts.push(["items", count(table.items)]);
  const passed = activity.value.get(id);
  if (facts.length === 0)
    facts.push(["passed", count(passed?.total ?? 0)], ["failed", count(passed?.bad ?? 0)]);
  return (
    <dl class="figures">
      {facts.map(([term, value]) => (
        <div key={term}>
          <dt>{term}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Onward({ kind, name }: { kind: string; name: string }) {
  switch (kind) {
    case "queue":
      return <a href={linkTo("queues", name)}>Messages and depths</a>;
    case "function":
      return <a href={linkTo("functions", name)}>Invocations and logs</a>;
    case "table":
      return <a href={linkTo("data", name)}>Items</a>;
    case "mail":
      return <a href={linkTo("data", "inbox")}>Inbox</a>;
    case "topic":
    case "bus":
    case "api":
      return <a href={linkTo("send", `${kind}:${name}`)}>Send to it</a>;
    default:
      return <a href={linkTo("fleet")}>Fleet</a>;
  }
}
