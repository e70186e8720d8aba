import { useState } from "preact/hooks";
import type { Fault, FaultKind } from "../../src/core/faults";
import { Card, Empty, Panel, useAsk, useOrder } from "../parts/parts";
import { ask, clock, faults, functions, queues, tables } from "../state/store";
import { counted } from "../state/words";
import { ConditionsCard } from "./conditions";

const KINDS: readonly { kind: FaultKind; title: string; about: string }[] = [
  { kind: "crash", title: "A function crashes", about: "its process dies in the middle of an invocation" },
  {
    kind: "timeout",
    title: "A function times out",
    about: "the invocation ends as if it had never answered",
  },
  { kind: "slow-table", title: "DynamoDB is slow", about: "each call takes a second longer" },
  { kind: "throttled-table", title: "DynamoDB throttles", about: "calls fail with ThrottlingException" },
  { kind: "duplicate", title: "Duplicate delivery", about: "a batch is handed over twice" },
  {
    kind: "mail-refused",
    title: "Mail is refused",
    about: "SendEmail and SendBulkEmail fail with MessageRejected",
  },
  {
    kind: "no-capacity",
    title: "No capacity",
    about: "RunInstances fails with InsufficientInstanceCapacity",
  },
  { kind: "permission", title: "A permission is taken away", about: "a role may not do one thing any more" },
];

export function FaultsPanel() {
  return (
    <Panel
      title="Faults and time"
      about="What goes wrong on demand, how unkind this cloud is, and how fast its clock runs."
    >
      <div class="cards">
        <NewFault />
        <ActiveFaults />
        <ClockCard />
        <ConditionsCard />
      </div>
    </Panel>
  );
}

function NewFault() {
  const [kind, setKind] = useState<FaultKind>("crash");
  const [target, setTarget] = useState("");
  const [action, setAction] = useState("");
  const [percent, setPercent] = useState(100);
  const order = useOrder();
  const names = targetsOf(kind);
  const roles = useAsk("iam", kind === "permission" ? {} : undefined);
  const statements = roles.reply?.statements ?? [];
  const roleNames = [...new Set(statements.map(({ role }) => role))];
  const role = roleNames.includes(target) ? target : (roleNames[0] ?? "");
  const actions = [
    ...new Set(statements.filter((one) => one.role === role).flatMap((one) => one.actions.split(", "))),
  ];
  const chosenAction = actions.includes(action) ? action : (actions[0] ?? "");
  return (
    <Card title="Switch one on">
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          order.run(async () => {
            await ask("fault", {
              fault: faultOf(kind, kind === "permission" ? role : target, chosenAction, percent / 100),
            });
            return "It is on, until you switch it off.";
          });
        }}
      >
        <label class="field">
          What goes wrong
          <select
            value={kind}
            onChange={(event) => {
              setKind(event.currentTarget.value as FaultKind);
              setTarget("");
            }}
          >
            {KINDS.map((one) => (
              <option key={one.kind} value={one.kind}>
                {one.title}
              </option>
            ))}
          </select>
        </label>
        <p class="quiet">{KINDS.find((one) => one.kind === kind)?.about}</p>
        {names !== undefined && (
          <label class="field">
            Where
            <select value={target} onChange={(event) => setTarget(event.currentTarget.value)}>
              <option value="">everywhere</option>
              {names.map((name) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          </label>
        )}
        {kind === "permission" && (
          <>
            <label class="field">
              Role
              <select value={role} onChange={(event) => setTarget(event.currentTarget.value)}>
                {roleNames.map((name) => (
                  <option key={name}>{name}</option>
                ))}
              </select>
            </label>
            <label class="field">
              Action
              <select value={chosenAction} onChange={(event) => setAction(event.currentTarget.value)}>
                {actions.map((name) => (
                  <option key={name}>{name}</option>
                ))}
              </select>
            </label>
          </>
        )}
        <label class="field">
          {`How often: ${percent} %`}
          <input
            type="range"
            min={1}
            max={100}
            value={percent}
            onInput={(event) => setPercent(event.currentTarget.valueAsNumber)}
          />
        </label>
        <div class="buttons">
          <button type="submit" class="primary" disabled={order.busy}>
            Switch on
          </button>
        </div>
      </form>
      {order.view}
    </Card>
  );
}

function targetsOf(kind: FaultKind): readonly string[] | undefined {
  switch (kind) {
    case "crash":
    case "timeout":
      return functions.value.map(({ name }) => name);
    case "slow-table":
    case "throttled-table":
      return tables.value.map(({ name }) => name);
    case "duplicate":
      return queues.value.map(({ name }) => name);
    default:
      return undefined;
  }
}

function faultOf(kind: FaultKind, target: string, action: string, rate: number): Fault {
  const some = target !== "";
  switch (kind) {
    case "crash":
    case "timeout":
      return { kind, rate, ...(some && { functionName: target }) };
    case "slow-table":
    case "throttled-table":
      return { kind, rate, ...(some && { tableName: target }) };
    case "duplicate":
      return { kind, rate, ...(some && { queueName: target }) };
    case "mail-refused":
    case "no-capacity":
      return { kind, rate };
    case "permission":
      return { kind, rate, roleName: target, action };
  }
}

function ActiveFaults() {
  const order = useOrder();
  return (
    <Card title="Switched on">
      {faults.value.length === 0 ? (
        <Empty>Nothing goes wrong on demand just now.</Empty>
      ) : (
        <ul class="plain">
          {faults.value.map(({ id, fault, struck }) => (
            <li key={id} class="fault">
              <span>
                <b>{KINDS.find(({ kind }) => kind === fault.kind)?.title ?? fault.kind}</b> {whereOf(fault)}
                <span class="quiet">{` ${Math.round(fault.rate * 100)} % · struck ${counted(struck, "time")}`}</span>
              </span>
              <button
                type="button"
                disabled={order.busy}
                aria-label={`Switch off: ${fault.kind} ${whereOf(fault)}`}
                onClick={() =>
                  order.run(async () =>
                    (await ask("heal", { id })).removed ? "Switched off." : "It was off already.",
                  )
                }
              >
                Off
              </button>
            </li>
          ))}
        </ul>
      )}
      {order.view}
    </Card>
  );
}

function whereOf(fault: Fault): string {
  if ("roleName" in fault) return `${fault.action} of ${fault.roleName}`;
  if ("functionName" in fault) return fault.functionName ?? "";
  if ("tableName" in fault) return fault.tableName ?? "";
  return "queueName" in fault ? (fault.queueName ?? "") : "";
}

const SPEEDS = [1, 10, 60, 300, 3600];
const STEPS: readonly (readonly [string, number])[] = [
  ["1 minute", 60_000],
  ["5 minutes", 300_000],
  ["1 hour", 3_600_000],
];

function ClockCard() {
  const { speed, paused, settable } = clock.value;
  const order = useOrder();
  const set = (change: { speed?: number; paused?: boolean; stepMs?: number }, said: string) =>
    order.run(async () => {
      await ask("clock", change);
      return said;
    });
  return (
    <Card title="Clock">
      {!settable ? (
        <Empty>This cloud's clock is stepped by whoever started it.</Empty>
      ) : (
        <>
          <p class="quiet">
            Nothing runs faster while a function works, so that no function sees its own time inflated.
          </p>
          <div class="buttons" role="group" aria-label="Speed">
            {SPEEDS.map((one) => (
              <button
                key={one}
                type="button"
                aria-pressed={speed === one}
                disabled={order.busy}
                onClick={() => set({ speed: one }, `It runs ${one} times as fast.`)}
              >
                {`× ${one}`}
              </button>
            ))}
          </div>
          <div class="buttons" role="group" aria-label="Pause and step">
            <button
              type="button"
              aria-pressed={paused}
              disabled={order.busy}
              onClick={() => set({ paused: !paused }, paused ? "It goes on." : "It stands still.")}
            >
              {paused ? "Go on" : "Pause"}
            </button>
            {STEPS.map(([name, stepMs]) => (
              <button
                key={name}
                type="button"
                disabled={order.busy}
                onClick={() => set({ stepMs }, `It went ${name} forward.`)}
              >
                {`Step ${name}`}
              </button>
            ))}
          </div>
        </>
      )}
      {order.view}
    </Card>
  );
}
