import { useState } from "preact/hooks";
import type { FunctionState } from "../../src/console/protocol";
import {
  Card,
  Empty,
  Left,
  Panel,
  Switch,
  Table,
  Time,
  TraceLink,
  Trouble,
  useAsk,
  useOrder,
} from "../parts/parts";
import { linkTo, route } from "../state/route";
import { ask, functions } from "../state/store";
import { count, counted, duration, median } from "../state/words";

export function FunctionsPanel() {
  const { about } = route.value;
  const all = functions.value;
  const chosen = all.find(({ name }) => name === about) ?? all.find(({ errors }) => errors > 0) ?? all[0];
  return (
    <Panel
      title="Functions"
      about="Environments, durations, errors; what each invocation logged; and every one again, with the same event."
    >
      {chosen === undefined ? (
        <Empty>There are no functions in this cloud yet.</Empty>
      ) : (
        <div class="cards">
          <Card title="All functions" wide>
            <Table
              label="All functions"
              heads={["Function", "Runs", "Errors", "Now", "Environments", "Cold starts", "Median", "Memory"]}
            >
              {all.map((fn) => (
                <tr key={fn.name} class={fn === chosen ? "chosen" : undefined}>
                  <th scope="row">
                    <a href={linkTo("functions", fn.name)} aria-current={fn === chosen ? "true" : undefined}>
                      {fn.name}
                    </a>
                  </th>
                  <td class="n">{count(fn.invocations)}</td>
                  <td class={fn.errors > 0 ? "n bad" : "n"}>{count(fn.errors)}</td>
                  <td class="n">{count(fn.running)}</td>
                  <td class="n">{count(fn.environments.length)}</td>
                  <td class="n">{count(fn.coldStarts)}</td>
                  <td class="n">{fn.durations.length === 0 ? "–" : duration(median(fn.durations) ?? 0)}</td>
                  <td class="n">
                    {fn.usedMemoryMb === 0
                      ? `up to ${fn.memoryMb} MB`
                      : `${fn.usedMemoryMb} of ${fn.memoryMb} MB`}
                  </td>
                </tr>
              ))}
            </Table>
          </Card>
          <Chosen key={chosen.name} fn={chosen} />
        </div>
      )}
    </Panel>
  );
}

function Chosen({ fn }: { fn: FunctionState }) {
  return (
    <>
      <Card
        title="Environments"
        extra={<span class="quiet">{counted(fn.environments.length, "process", "processes")}</span>}
      >
        {fn.lastError !== undefined && (
          <p class="trouble">
            <Time at={fn.lastError.at} /> {fn.lastError.text}{" "}
            <TraceLink id={fn.lastError.requestId}>Trace of this error</TraceLink>
          </p>
        )}
        {fn.environments.length === 0 ? (
          <Empty>None is warm: the next invocation starts one.</Empty>
        ) : (
          <ul class="environments">
            {fn.environments.map((environment) => (
              <li key={environment.id} class={environment.busy ? "busy" : undefined}>
                <b>{environment.busy ? "busy" : "warm"}</b> since <Time at={environment.startedAt} />
                <span class="quiet"> · init {duration(environment.initMs)}</span>
              </li>
            ))}
          </ul>
        )}
        <Durations values={fn.durations} />
        <Debugger fn={fn} />
      </Card>
      <Invocations fn={fn} />
      <Logs fn={fn} />
    </>
  );
}

/** Node's inspector, on and off; where a debugger finds it, and when. */
function Debugger({ fn }: { fn: FunctionState }) {
  const order = useOrder();
  const { inspector } = fn;
  return (
    <div class="debugger">
      <Switch
        on={inspector !== undefined}
        order={order}
        set={async (on) => {
          const { port } = await ask("inspect", { function: fn.name, on });
          return port === undefined
            ? "Its next environment starts without an inspector."
            : `Its next environment listens at 127.0.0.1:${port}.`;
        }}
      >
        Debug: start its next environments with Node&apos;s inspector
      </Switch>
      {inspector !== undefined && (
        <p>
          {fn.environments.length === 0 ? "As soon as it runs, attach to " : "Attach to "}
          <code>{`127.0.0.1:${inspector}`}</code>
          <span class="quiet">
            {" "}
            from an editor, or from Chrome at chrome://inspect. One environment runs at a time, and its
            timeout waits while it stands at a breakpoint. Replay an invocation to come there again.
          </span>
        </p>
      )}
      {order.view}
    </div>
  );
}

/** The newest durations as bars; the table beside it has the numbers. */
function Durations({ values }: { values: readonly number[] }) {
  if (values.length === 0) return null;
  const most = values.reduce((high, value) => Math.max(high, value), 1);
  return (
    <figure class="sparks">
      <svg
        viewBox={`0 0 ${values.length * 6} 40`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`Durations of the newest ${values.length} invocations, the longest ${duration(most)}`}
      >
        {values.map((value, index) => {
          const height = Math.max(1, (value / most) * 38);
          return <rect key={index} x={index * 6} y={40 - height} width="4" height={height} />;
        })}
      </svg>
      <figcaption>{`the newest ${values.length} durations, up to ${duration(most)}`}</figcaption>
    </figure>
  );
}

function Invocations({ fn }: { fn: FunctionState }) {
  const { reply, error, again } = useAsk(
    "invocations",
    { function: fn.name },
    undefined,
    fn.invocations + fn.running,
  );
  const order = useOrder();
  const shown = reply?.invocations ?? [];
  return (
    <Card title="Invocations" extra={<span class="quiet">the newest 50 that are kept</span>}>
      <Trouble text={error} />
      {order.view}
      {reply !== undefined && shown.length === 0 && <Empty>It has not been invoked as far as is kept.</Empty>}
      {shown.length > 0 && (
        <Table label="Invocations" heads={["At", "Outcome", "Took", ""]}>
          {shown.map((one) => (
            <tr key={one.requestId}>
              <td>
                <Time at={one.at} />
              </td>
              <td class="what">
                <span
                  class={`pill ${one.outcome === "succeeded" ? "good" : one.outcome === "running" ? "" : "bad"}`}
                >
                  {one.outcome}
                </span>
                {one.coldStart && <span class="pill">cold</span>} {one.error}
              </td>
              <td class="n">{one.durationMs === undefined ? "–" : duration(one.durationMs)}</td>
              <td class="acts">
                <TraceLink id={one.requestId} />
                <button
                  type="button"
                  class="small"
                  disabled={order.busy}
                  aria-label={`Replay the invocation ${one.requestId}`}
                  onClick={() =>
                    order.run(async () => {
                      const { status, answer } = await ask("replay", { requestId: one.requestId });
                      again();
                      return `It ${status}: ${answer}`;
                    })
                  }
                >
                  Replay
                </button>
              </td>
            </tr>
          ))}
        </Table>
      )}
    </Card>
  );
}

const REQUEST_ID = /(?:RequestId: |"(?:requestId|function_request_id)":")([0-9a-f-]{36})/;

function Logs({ fn }: { fn: FunctionState }) {
  const [filter, setFilter] = useState("");
  const [follows, setFollows] = useState(true);
  const { reply, error } = useAsk(
    "logs",
    { group: `function:${fn.name}`, filter },
    follows ? 1500 : undefined,
  );
  const lines = [...(reply?.lines ?? [])].reverse();
  return (
    <Card title="Log" wide extra={<span class="quiet">{reply?.group}</span>}>
      <form class="form row" role="search" onSubmit={(event) => event.preventDefault()}>
        <label class="field">
          Lines with
          <input type="search" value={filter} onInput={(event) => setFilter(event.currentTarget.value)} />
        </label>
        <label class="check">
          <input
            type="checkbox"
            checked={follows}
            onChange={(event) => setFollows(event.currentTarget.checked)}
          />{" "}
          Follow
        </label>
      </form>
      <Trouble text={error} />
      {reply !== undefined && lines.length === 0 && (
        <Empty>{filter === "" ? "Nothing has been logged yet." : "No line holds this text."}</Empty>
      )}
      <ol class="log" tabIndex={0} aria-label="Log lines, newest first">
        {lines.map((line, index) => {
          const id = REQUEST_ID.exec(line.message)?.[1];
          const bad = /"level":"(ERROR|CRITICAL)"|\tERROR\t|"status":"(error|timeout)"/.test(line.message);
          return (
            <li key={lines.length - index} class={bad ? "bad" : undefined}>
              <Time at={line.at} /> <code>{line.message}</code> {id !== undefined && <TraceLink id={id} />}
            </li>
          );
        })}
      </ol>
      <Left n={reply?.left ?? 0} what="older lines" />
    </Card>
  );
}
