import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { DataPanel } from "./panels/data";
import { FaultsPanel } from "./panels/faults";
import { FleetPanel } from "./panels/fleet";
import { FlowPanel } from "./panels/flow";
import { FunctionsPanel } from "./panels/functions";
import { PermissionsPanel } from "./panels/permissions";
import { QueuesPanel } from "./panels/queues";
import { SendPanel } from "./panels/send";
import { TracePanel } from "./panels/trace";
import { linkTo, route } from "./state/route";
import { alarms, clock, connection, faults, meta, model, queues, restarted } from "./state/store";
import { cloudTime } from "./state/model";
import { clockText } from "./state/words";

const PANELS: readonly { id: string; title: string; view: ComponentType }[] = [
  { id: "flow", title: "Flow", view: FlowPanel },
  { id: "queues", title: "Queues", view: QueuesPanel },
  { id: "send", title: "Send", view: SendPanel },
  { id: "trace", title: "Trace", view: TracePanel },
  { id: "functions", title: "Functions", view: FunctionsPanel },
  { id: "data", title: "Tables and inbox", view: DataPanel },
  { id: "fleet", title: "Fleet", view: FleetPanel },
  { id: "permissions", title: "Permissions", view: PermissionsPanel },
  { id: "faults", title: "Faults and time", view: FaultsPanel },
];

export function App() {
  const { panel } = route.value;
  const chosen = PANELS.find(({ id }) => id === panel) ?? PANELS[0];
  const View = chosen?.view ?? FlowPanel;
  const title = chosen?.title ?? "";
  useEffect(() => {
    const { project } = meta.value ?? {};
    document.title = project === undefined ? `${title} · Console` : `${title} · ${project} · Console`;
  }, [title, meta.value?.project]);
  return (
    <>
      <a
        class="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          document.getElementById("main")?.focus();
        }}
      >
        Skip to the panel
      </a>
      <Top />
      <nav aria-label="Panels" class="nav">
        <ul>
          {PANELS.map(({ id, title: name }) => (
            <li key={id}>
              <a href={linkTo(id)} aria-current={id === chosen?.id ? "page" : undefined}>
                {name}
                <Badge panel={id} />
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <main id="main" tabIndex={-1}>
        <View />
      </main>
    </>
  );
}

/** What deserves a look, beside the panel that shows it. */
function Badge({ panel }: { panel: string }) {
  if (panel === "queues") {
    const dead = queues.value.filter(
      ({ deadLettersOf, available }) => deadLettersOf.length > 0 && available > 0,
    );
    const n = dead.reduce((sum, { available }) => sum + available, 0);
    return n === 0 ? null : (
      <span class="badge bad">
        {n.toLocaleString("en-US")}
        <span class="unseen"> dead letters</span>
      </span>
    );
  }
  if (panel === "faults") {
    const n = faults.value.length;
    return n === 0 ? null : (
      <span class="badge warn">
        {n}
        <span class="unseen"> faults are on</span>
      </span>
    );
  }
  return null;
}

function Top() {
  const { project, stack, region } = meta.value ?? {};
  const ringing = alarms.value.filter(({ state }) => state === "ALARM").length;
  const { connection: _ } = { connection: connection.value };
  return (
    <header class="top">
      <p class="name">
        <b>{project ?? "Embedded AWS"}</b>
        {stack !== undefined && <span class="quiet"> {stack}</span>}
        {region !== undefined && <span class="quiet"> · {region}</span>}
      </p>
      <div class="facts">
        {ringing > 0 && <span class="pill bad">{ringing === 1 ? "1 alarm" : `${ringing} alarms`}</span>}
        <CloudClock />
        <Link />
      </div>
    </header>
  );
}

function CloudClock() {
  const [, redraw] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => redraw((n) => n + 1), 1000);
    return () => clearInterval(timer);
  }, []);
  const { paused, speed } = clock.value;
  const now = cloudTime(model.peek(), Date.now());
  return (
    <a class="pill" href={linkTo("faults")}>
      <span class="unseen">The cloud&apos;s clock: </span>
      {now === 0 ? "–" : clockText(now)}
      {paused ? " paused" : speed === 1 ? "" : ` × ${speed}`}
    </a>
  );
}

function Link() {
  const state = connection.value;
  const text =
    state === "lost"
      ? "Connection lost: trying again"
      : state === "connecting"
        ? "Connecting"
        : restarted.value
          ? "Connected again: the cloud has been restarted"
          : "Connected";
  return (
    <span class={`pill ${state === "open" ? "good" : "bad"}`} role="status">
      {text}
    </span>
  );
}
