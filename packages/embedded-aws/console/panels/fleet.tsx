import { useState } from "preact/hooks";
import type { Band } from "../../src/console/protocol";
import { Chart } from "../parts/chart";
import { Card, Code, Empty, Panel, Table, Time, TraceLink, Trouble, useAsk, useOrder } from "../parts/parts";
import { linkTo } from "../state/route";
import { alarms, ask, fleet, instances, load } from "../state/store";
import { clockText, counted, pretty } from "../state/words";
import { Lines } from "../parts/lines";

const BANDS_SHOWN = 6;
const BAND_COLORS = { OK: "--band-ok", ALARM: "--band-alarm", INSUFFICIENT_DATA: "--band-none" } as const;

export function FleetPanel() {
  const { reply, error } = useAsk("fleet", {}, 2000, instances.value.length);
  return (
    <Panel
      title="Fleet"
      about="Load in, CPU and alarms, what the scaler decided and why, and the instances that came of it."
    >
      <div class="cards">
        <LoadCard />
        <AlarmCard />
        <Card
          title="CPU"
          wide
          extra={
            <span class="quiet">
              the alarm's own metric, the last three hours; coloured by the alarm's state
            </span>
          }
        >
          <Trouble text={error} />
          {reply === undefined || reply.cpu.times.length === 0 ? (
            <Empty>
              No datapoint yet. CPU is reported each minute of the cloud's clock; let it run faster under
              Faults and time.
            </Empty>
          ) : (
            <Chart
              label="CPU in percent"
              most={100}
              times={reply.cpu.times.map((at) => at / 1000)}
              columns={[
                { label: "CPU %", color: "--series-1", values: reply.cpu.values },
                ...(reply.threshold === undefined
                  ? []
                  : [level("alarm above", "--series-2", reply.threshold, reply.cpu.times.length)]),
                ...(fleet.value?.targetCpuPercent === undefined
                  ? []
                  : [level("target", "--series-3", fleet.value.targetCpuPercent, reply.cpu.times.length)]),
              ]}
              bands={reply.bands.map(({ from, to, state }) => ({
                from: from / 1000,
                to: to / 1000,
                color: BAND_COLORS[state],
              }))}
            />
          )}
          {reply !== undefined && reply.bands.length > 0 && <Bands bands={reply.bands} />}
        </Card>
        <Instances />
        <Card title="Decisions">
          {reply === undefined || reply.decisions.length === 0 ? (
            <Empty>The scaler has decided nothing yet, or logs nowhere that the console was told of.</Empty>
          ) : (
            <ol class="lines" tabIndex={0} aria-label="Decisions, newest first">
              {reply.decisions.map((decision, index) => (
                <li key={`${decision.at}-${index}`} class="short">
                  <Time at={decision.at} />
                  <span class="what">{decision.message}</span>
                </li>
              ))}
            </ol>
          )}
        </Card>
        <Card
          title="The exact event"
          extra={
            reply?.event !== undefined && (
              <span class="quiet">
                <Time at={reply.event.at} /> to {reply.event.functionName}{" "}
                <TraceLink id={reply.event.requestId} />
              </span>
            )
          }
        >
          {reply?.event === undefined ? (
            <Empty>
              The alarm has not changed yet, or its event is on its way: EventBridge may take two minutes.
            </Empty>
          ) : (
            <Code text={pretty(reply.event.text)} label="The event as EventBridge has delivered it" />
          )}
        </Card>
        <Card title="Events" wide>
          {reply === undefined || reply.events.length === 0 ? (
            <Empty>Neither an alarm nor an instance has changed.</Empty>
          ) : (
            <Lines lines={reply.events} />
          )}
        </Card>
      </div>
    </Panel>
  );
}

/** The chart's colours in words, the newest first. */
function Bands({ bands }: { bands: readonly Band[] }) {
  return (
    <ol class="bands" aria-label="States of the alarm, newest first">
      {[...bands]
        .reverse()
        .slice(0, BANDS_SHOWN)
        .map(({ from, to, state }) => (
          <li key={from}>
            <StatePill state={state} /> <Time at={from} /> – <Time at={to} />
          </li>
        ))}
    </ol>
  );
}

function StatePill({ state }: Pick<Band, "state">) {
  return (
    <span class={`pill ${state === "ALARM" ? "bad" : state === "OK" ? "good" : ""}`}>
      {state.replace("_", " ")}
    </span>
  );
}

function level(label: string, color: string, value: number, length: number) {
  return { label, color, values: new Array<number>(length).fill(value), dashed: true };
}

function LoadCard() {
  const most = fleet.value?.mostDemand ?? 10;
  const now = load.value;
  const [demand, setDemand] = useState(now?.demand ?? 0);
  const order = useOrder();
  return (
    <Card title="Load">
      {fleet.value === undefined ? (
        <Empty>This program has told the console of no fleet that a load could be put on.</Empty>
      ) : (
        <>
          <label class="field">
            {`Work, in instances' worth: ${demand}`}
            <input
              type="range"
              min={0}
              max={most}
              step={0.1}
              value={demand}
              onInput={(event) => setDemand(event.currentTarget.valueAsNumber)}
              onChange={(event) => {
                const wanted = event.currentTarget.valueAsNumber;
                order.run(async () => {
                  const { demand: set } = await ask("load", { demand: wanted });
                  return `The load is ${set} instances' worth from now on.`;
                });
              }}
            />
          </label>
          <p class="quiet">
            {now === undefined
              ? "No load yet: move the slider."
              : `${counted(now.inService, "instance")} in service share it, at ${now.cpu} % CPU each.`}
          </p>
        </>
      )}
      {order.view}
    </Card>
  );
}

function AlarmCard() {
  const shown = [...alarms.value].sort((a, b) => Number(b.state === "ALARM") - Number(a.state === "ALARM"));
  return (
    <Card title="Alarms">
      {shown.length === 0 ? (
        <Empty>There are no alarms in this cloud.</Empty>
      ) : (
        <ul class="plain limited" tabIndex={0} aria-label="Alarms">
          {shown.map((alarm) => (
            <li key={alarm.name}>
              <StatePill state={alarm.state} /> {alarm.name}{" "}
              <span class="quiet">{`since ${clockText(alarm.since)}`}</span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function Instances() {
  const all = [...instances.value].reverse();
  return (
    <Card title="Instances">
      {all.length === 0 ? (
        <Empty>No instance runs. A load makes the scaler launch some.</Empty>
      ) : (
        <Table label="Instances" heads={["Instance", "State", "Launched", "By"]}>
          {all.map((one) => (
            <tr key={one.id}>
              <th scope="row">
                {one.id} <span class="quiet">{`${one.type} in ${one.zone}`}</span>
              </th>
              <td>
                <span
                  class={`pill ${one.state === "running" ? "good" : one.state === "pending" ? "warn" : ""}`}
                >
                  {one.state}
                </span>
              </td>
              <td>
                <Time at={one.launchedAt} />
              </td>
              <td>
                {one.requestId === undefined ? (
                  (one.launchedBy ?? "not known any more")
                ) : (
                  <>
                    <a href={linkTo("functions", one.launchedBy)}>{one.launchedBy}</a>{" "}
                    <TraceLink id={one.requestId}>why</TraceLink>
                  </>
                )}
              </td>
            </tr>
          ))}
        </Table>
      )}
    </Card>
  );
}
