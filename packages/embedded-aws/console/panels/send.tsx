import { signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import type { Preset, Target } from "../../src/console/protocol";
import { Card, Code, Empty, Panel, Time, TraceLink, useOrder } from "../parts/parts";
import { route } from "../state/route";
import { apis, ask, buses, functions, presets, queues, topics } from "../state/store";
import { counted, pretty } from "../state/words";
import { ApiFields } from "./apiFields";

interface Draft {
  readonly target: Target;
  readonly body: string;
  readonly count: number;
}

interface Sent extends Draft {
  readonly at: number;
  readonly answer: string;
  readonly id?: string | undefined;
}

/** What was sent since the page was opened, newest first; the newest 50. */
const history = signal<readonly Sent[]>([]);
const HISTORY = 50;
const MOST = 10_000;

const KINDS: readonly Target["kind"][] = ["queue", "topic", "bus", "function", "api"];

function namesOf(kind: Target["kind"]): readonly string[] {
  switch (kind) {
    case "queue":
      return queues.value.map(({ name }) => name);
    case "topic":
      return topics.value;
    case "bus":
      return buses.value;
    case "function":
      return functions.value.map(({ name }) => name);
    case "api":
      return apis.value.map(({ id }) => id);
  }
}

const EXAMPLES: Readonly<Record<Target["kind"], string>> = {
  queue: '{ "n": {{n}} }',
  topic: "Hello",
  bus: '{\n  "source": "console",\n  "detail-type": "Hello",\n  "detail": {}\n}',
  function: "{}",
  api: "{}",
};

function targetOf(kind: Target["kind"], name: string): Target {
  return kind === "api" ? { kind, name, method: "POST", path: "" } : { kind, name };
}

export function SendPanel() {
  const { about } = route.value;
  const [draft, setDraft] = useState<Draft>(() => firstDraft(about));
  const order = useOrder();
  useEffect(() => {
    if (about !== "") setDraft(firstDraft(about));
  }, [about]);
  const names = namesOf(draft.target.kind);
  const name = names.includes(draft.target.name) ? draft.target.name : (names[0] ?? "");
  const send = ({ target, body, count }: Draft) =>
    order.run(async () => {
      const what = { target, body, count };
      const { sent, failed, answer, id } = await ask("send", what);
      history.value = [
        { ...what, at: Date.now(), answer, ...(id !== undefined && { id }) },
        ...history.value,
      ].slice(0, HISTORY);
      return failed === 0 ? `${counted(sent, "message")} sent. ${answer}` : answer;
    });
  return (
    <Panel
      title="Send"
      about="To any queue, topic, bus, API or function of this cloud, as its administrator."
    >
      <div class="cards">
        <Card title="Ready to send" wide>
          {presets.value.length === 0 ? (
            <Empty>This program has told the console of nothing that is ready to send. Write it below.</Empty>
          ) : (
            <ul class="presets">
              {presets.value.map((preset) => (
                <li key={preset.name}>
                  <button type="button" disabled={order.busy} onClick={() => send(draftOf(preset))}>
                    {preset.name}
                  </button>
                  <p>{preset.about}</p>
                  <button
                    type="button"
                    class="small"
                    aria-label={`Edit first: ${preset.name}`}
                    onClick={() => setDraft(draftOf(preset))}
                  >
                    Edit first
                  </button>
                </li>
              ))}
            </ul>
          )}
          {order.view}
        </Card>
        <Card title="Write it yourself">
          <form
            class="form"
            onSubmit={(event) => {
              event.preventDefault();
              send({ ...draft, target: { ...draft.target, name } });
            }}
          >
            <label class="field">
              Kind
              <select
                value={draft.target.kind}
                onChange={(event) => {
                  const kind = event.currentTarget.value as Target["kind"];
                  setDraft({
                    ...draft,
                    target: targetOf(kind, namesOf(kind)[0] ?? ""),
                    body: EXAMPLES[kind],
                  });
                }}
              >
                {KINDS.map((kind) => (
                  <option key={kind}>{kind}</option>
                ))}
              </select>
            </label>
            <label class="field">
              To
              <select
                value={name}
                onChange={(event) =>
                  setDraft({
                    ...draft,
                    target: targetOf(draft.target.kind, event.currentTarget.value),
                  })
                }
              >
                {names.map((one) => (
                  <option key={one} value={one}>
                    {labelOf(draft.target.kind, one)}
                  </option>
                ))}
              </select>
            </label>
            {draft.target.kind === "api" && name !== "" && (
              <ApiFields
                target={{ ...draft.target, name }}
                onChange={(target) => setDraft({ ...draft, target })}
                onOffer={(target) =>
                  setDraft((now) =>
                    now.target.kind === "api" && now.target.path === "" ? { ...now, target } : now,
                  )
                }
              />
            )}
            <label class="field">
              <span>
                Body; <code>{"{{n}}"}</code> counts up, <code>{"{{run}}"}</code> is new each time
              </span>
              <textarea
                rows={9}
                value={draft.body}
                onInput={(event) => setDraft({ ...draft, body: event.currentTarget.value })}
              />
            </label>
            <label class="field">
              How many, up to 10,000
              <input
                type="number"
                min={1}
                max={MOST}
                required
                value={draft.count}
                onInput={(event) => setDraft({ ...draft, count: event.currentTarget.valueAsNumber || 1 })}
              />
            </label>
            <div class="buttons">
              <button type="submit" class="primary" disabled={order.busy || name === ""}>
                Send
              </button>
            </div>
          </form>
        </Card>
        <Card title="Sent before">
          {history.value.length === 0 ? (
            <Empty>What you send is kept here until the page is closed, to be sent again or edited.</Empty>
          ) : (
            <ul class="messages">
              {history.value.map((sent, index) => (
                <li class="message" key={history.value.length - index}>
                  <div class="facts">
                    <Time at={sent.at} />
                    <span class="pill">{`${sent.count} × ${sent.target.kind}`}</span>
                    <span>{placeOf(sent.target)}</span>
                  </div>
                  <Code text={pretty(sent.body)} label="Body" />
                  <p class="said">{sent.answer}</p>
                  <div class="buttons">
                    <button type="button" disabled={order.busy} onClick={() => send(sent)}>
                      Send again
                    </button>
                    <button type="button" onClick={() => setDraft(sent)}>
                      Edit
                    </button>
                    {sent.id !== undefined && <TraceLink id={sent.id}>Its way</TraceLink>}
                  </div>
                </li>
              ))}
            </ul>
          )}
        </Card>
      </div>
    </Panel>
  );
}

function labelOf(kind: Target["kind"], name: string): string {
  if (kind !== "api") return name;
  const api = apis.value.find(({ id }) => id === name);
  return api === undefined ? name : `${api.name} (${name})`;
}

/** Where something went, as a person says it. */
function placeOf(target: Target): string {
  const name = labelOf(target.kind, target.name);
  return target.kind === "api" ? `${target.method} ${target.path} of ${name}` : name;
}

function draftOf({ target, body, count = 1 }: Preset): Draft {
  return { target, body: pretty(body), count };
}

/** @param about "queue:orders", or nothing in particular */
function firstDraft(about: string): Draft {
  const [given, ...rest] = about.split(":");
  const kind = KINDS.find((one) => one === given) ?? "queue";
  return { target: targetOf(kind, rest.join(":")), body: EXAMPLES[kind], count: 1 };
}
