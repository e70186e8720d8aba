import { useMemo } from "preact/hooks";
import type { Activity } from "../state/model";
import {
  layout,
  NODE_HEIGHT,
  NODE_WIDTH,
  type PlacedEdge,
  type PlacedGroup,
  type PlacedNode,
} from "../state/layout";
import { Card, Empty, Panel } from "../parts/parts";
import { linkTo, route } from "../state/route";
import {
  activity,
  alarms,
  functions,
  graph,
  instances,
  lines,
  queues,
  skipped,
  tables,
} from "../state/store";
import { count, counted } from "../state/words";
import { Lines } from "../parts/lines";
import { NodePanel } from "./node";

const LINES_SHOWN = 60;

export function FlowPanel() {
  const { about } = route.value;
  const placed = useMemo(() => layout(graph.value), [graph.value]);
  const others = Object.values(graph.value.others).reduce((sum, n) => sum + n, 0);
  return (
    <Panel
      title="Flow"
      about="What the program registered, and what passes through it. Choose a node to look into it."
    >
      <div class={about === "" ? "flow" : "flow with-node"}>
        <div class="graph" tabIndex={0} role="region" aria-label="Topology">
          {placed.nodes.length === 0 ? (
            <Empty>Nothing is deployed yet. What a program registers appears here by itself.</Empty>
          ) : (
            <svg
              width={placed.width}
              height={placed.height}
              viewBox={`0 0 ${placed.width} ${placed.height}`}
              role="group"
              aria-label="Resources and what they hand to each other"
            >
              <defs>
                <marker
                  id="tip"
                  viewBox="0 0 8 8"
                  refX="7"
                  refY="4"
                  markerUnits="userSpaceOnUse"
                  markerWidth="9"
                  markerHeight="9"
                  orient="auto"
                >
                  <path d="M0,0L8,4L0,8z" class="tip" />
                </marker>
              </defs>
              {placed.groups.map((group) => (
                <Group key={group.name} group={group} />
              ))}
              {placed.edges.map((edge) => (
                <Edge
                  key={`${edge.from}>${edge.to}`}
                  edge={edge}
                  activity={activity.value.get(`${edge.from}>${edge.to}`)}
                />
              ))}
              {placed.nodes.map((node) => (
                <Node
                  key={node.key}
                  node={node}
                  activity={activity.value.get(node.key)}
                  chosen={node.key === about}
                />
              ))}
            </svg>
          )}
          {others > 0 && (
            <details class="others">
              <summary>
                {counted(others, "other resource")}: roles, permissions, log groups and the like
              </summary>
              <ul>
                {Object.entries(graph.value.others).map(([type, n]) => (
                  <li key={type}>{`${n} × ${type}`}</li>
                ))}
              </ul>
            </details>
          )}
        </div>
        {about !== "" && <NodePanel id={about} />}
      </div>
      <LiveList />
    </Panel>
  );
}

function Group({ group }: { group: PlacedGroup }) {
  return (
    <g class="group" aria-hidden="true">
      <rect x={group.x} y={group.y} width={group.width} height={group.height} rx="10" />
      <text x={group.x + 12} y={group.y + 19}>
        {group.name === "" ? "the cloud" : group.name}
      </text>
    </g>
  );
}

function Edge({ edge, activity: lights }: { edge: PlacedEdge; activity: Activity | undefined }) {
  const lit = lights !== undefined && lights.lately > 0;
  const weight = lit ? Math.min(5, 1.8 + Math.log10(1 + lights.lately) * 1.4) : 1.4;
  const failing = ["redrivePolicy", "onFailure", "deadLetterConfig"].includes(edge.by);
  return (
    <path
      d={edge.path}
      class={`edge${failing ? " failing" : ""}${lit ? " lit" : ""}`}
      style={{ strokeWidth: weight }}
      marker-end="url(#tip)"
      aria-hidden="true"
    />
  );
}

function Node({
  node,
  activity: lights,
  chosen,
}: {
  node: PlacedNode;
  activity: Activity | undefined;
  chosen: boolean;
}) {
  const { text, bad } = figures(node, lights);
  const ringing = alarms.value.some(
    ({ name, state }) =>
      state === "ALARM" && (node.alarms.includes(name) || (node.kind === "alarm" && name === node.name)),
  );
  const lit = lights !== undefined && lights.lately > 0;
  const x = node.x - NODE_WIDTH / 2;
  const y = node.y - NODE_HEIGHT / 2;
  const [name, said] = [shortened(node.label, 20), shortened(text, 28)];
  const whole = name === node.label ? "" : `, ${node.label}`;
  // As it stands there, since a person may say what they see.
  const label = `${node.kind} ${name} ${said}${whole}${ringing ? ", an alarm rings" : ""}`;
  return (
    <a
      href={linkTo("flow", node.key)}
      aria-label={label}
      aria-current={chosen ? "true" : undefined}
      class={`node kind-${node.kind}${bad || ringing ? " bad" : ""}${lit ? " lit" : ""}`}
    >
      <rect x={x} y={y} width={NODE_WIDTH} height={NODE_HEIGHT} rx="8" class="box" />
      <rect x={x} y={y + 8} width="4" height={NODE_HEIGHT - 16} rx="2" class="stripe" />
      <text x={x + 14} y={y + 18} class="node-kind">
        {`${node.kind} `}
      </text>
      <text x={x + 14} y={y + 34} class="node-label">
        {`${name} `}
      </text>
      <text x={x + 14} y={y + 51} class="node-figures">
        {said}
      </text>
      {ringing && <circle cx={x + NODE_WIDTH - 14} cy={y + 14} r="5" class="ring" />}
    </a>
  );
}

function shortened(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

/** What stands on a node, by its kind. */
function figures({ kind, name }: PlacedNode, lights: Activity | undefined): { text: string; bad: boolean } {
  const passed = lights?.total ?? 0;
  switch (kind) {
    case "queue": {
      const queue = queues.value.find((one) => one.name === name);
      if (queue === undefined) break;
      const waiting = queue.available + queue.delayed;
      const dead = queue.deadLettersOf.length > 0 && waiting > 0;
      return { text: `${count(waiting)} waiting · ${count(queue.inFlight)} in flight`, bad: dead };
    }
    case "function": {
      const fn = functions.value.find((one) => one.name === name);
      if (fn === undefined) break;
      const errors = fn.errors === 0 ? "" : ` · ${counted(fn.errors, "error")}`;
      return {
        text: `${counted(fn.invocations, "run")} · ${count(fn.running)} now${errors}`,
        bad: fn.errors > 0,
      };
    }
    case "table": {
      const table = tables.value.find((one) => one.name === name);
      if (table !== undefined) return { text: counted(table.items, "item"), bad: false };
      break;
    }
    case "alarm": {
      const alarm = alarms.value.find((one) => one.name === name);
      if (alarm !== undefined) return { text: alarm.state.replace("_", " "), bad: alarm.state === "ALARM" };
      break;
    }
    case "fleet": {
      const running = instances.value.filter(({ state }) => state === "running").length;
      const pending = instances.value.filter(({ state }) => state === "pending").length;
      return { text: `${count(running)} running · ${count(pending)} pending`, bad: false };
    }
    default:
      break;
  }
  return { text: passed === 0 ? "nothing yet" : `${count(passed)} passed`, bad: (lights?.bad ?? 0) > 0 };
}

function LiveList() {
  const shown = lines.value.slice(0, LINES_SHOWN);
  return (
    <Card
      title="What happens"
      wide
      extra={
        skipped.value > 0 ? (
          <span class="quiet">{`${counted(skipped.value, "event")} only counted, as there were too many`}</span>
        ) : undefined
      }
    >
      {shown.length === 0 ? (
        <Empty>
          Nothing has happened yet. <a href={linkTo("send")}>Send something</a>, and it shows here within a
          moment.
        </Empty>
      ) : (
        <Lines lines={shown} />
      )}
      {lines.value.length > LINES_SHOWN && (
        <p class="left">{`The newest ${LINES_SHOWN} are shown; older ones are found in Trace.`}</p>
      )}
    </Card>
  );
}
