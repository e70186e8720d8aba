import { useEffect, useRef, useState } from "preact/hooks";
import type { QueuedMessage, QueueState } from "../../src/console/protocol";
import { Chart } from "../parts/chart";
import {
  Card,
  Code,
  Empty,
  Left,
  Panel,
  Table,
  Time,
  TraceLink,
  Trouble,
  useAsk,
  useOrder,
} from "../parts/parts";
import { linkTo, route } from "../state/route";
import { ask, graph, queues, series } from "../state/store";
import { count, duration, pretty } from "../state/words";

const FAILURES = ["redrivePolicy", "onFailure", "deadLetterConfig"];

/** Whether a queue only takes what failed elsewhere. */
function isDeadLetterQueue(queue: QueueState): boolean {
  return (
    queue.deadLettersOf.length > 0 ||
    graph.value.edges.some(({ to, by }) => to === `queue:${queue.name}` && FAILURES.includes(by))
  );
}

export function QueuesPanel() {
  const { about } = route.value;
  const all = queues.value;
  const full = all.find((queue) => isDeadLetterQueue(queue) && queue.available > 0);
  const chosen = all.find(({ name }) => name === about) ?? full ?? all[0];
  return (
    <Panel
      title="Queues"
      about="What waits, what is worked on, and what was given up: with the reason, and the way back."
    >
      {chosen === undefined ? (
        <Empty>There are no queues in this cloud yet.</Empty>
      ) : (
        <div class="cards">
          <Card title="All queues" wide>
            <Table
              label="All queues"
              heads={["Queue", "Visible", "In flight", "Delayed", "Oldest", "Sent", "Deleted"]}
            >
              {all.map((queue) => (
                <tr key={queue.name} class={queue === chosen ? "chosen" : undefined}>
                  <th scope="row">
                    <a
                      href={linkTo("queues", queue.name)}
                      aria-current={queue === chosen ? "true" : undefined}
                    >
                      {queue.name}
                    </a>
                    {isDeadLetterQueue(queue) && (
                      <span class={queue.available > 0 ? "pill bad" : "pill"}>dead letters</span>
                    )}
                  </th>
                  <td class="n">{count(queue.available)}</td>
                  <td class="n">{count(queue.inFlight)}</td>
                  <td class="n">{count(queue.delayed)}</td>
                  <td class="n">{queue.oldestAge === 0 ? "–" : duration(queue.oldestAge)}</td>
                  <td class="n">{count(queue.sent)}</td>
                  <td class="n">{count(queue.deleted)}</td>
                </tr>
              ))}
            </Table>
          </Card>
          <Messages key={chosen.name} queue={chosen} dead={isDeadLetterQueue(chosen)} />
          <Depths queue={chosen} />
        </div>
      )}
    </Panel>
  );
}

function Depths({ queue }: { queue: QueueState }) {
  const points = series.value.get(queue.name);
  if (points === undefined)
    return (
      <Card title="Over time">
        <Empty>The first point comes within a second.</Empty>
      </Card>
    );
  return (
    <Card
      title="Over time"
      wide
      extra={<span class="quiet">since the page was opened, up to 10 minutes</span>}
    >
      <Chart
        label={`Depth of ${queue.name}`}
        times={points.times}
        columns={[
          { label: "visible", color: "--series-1", values: points.available },
          { label: "in flight", color: "--series-2", values: points.inFlight },
          { label: "delayed", color: "--series-3", values: points.delayed },
          { label: "oldest, s", color: "--series-4", values: points.oldest, dashed: true },
        ]}
      />
    </Card>
  );
}

function Messages({ queue, dead }: { queue: QueueState; dead: boolean }) {
  const total = queue.available + queue.inFlight + queue.delayed;
  const { reply, error, again } = useAsk("messages", { queue: queue.name }, 2000, total);
  const order = useOrder();
  const messages = reply?.messages ?? [];
  return (
    <Card
      title={dead ? "Dead letters" : "Messages"}
      wide
      extra={
        dead && messages.length > 0 ? (
          <button
            type="button"
            disabled={order.busy}
            onClick={() =>
              order.run(async () => {
                const { moved } = await ask("redrive", { queue: queue.name });
                again();
                return `Done: ${moved}.`;
              })
            }
          >
            Redrive all
          </button>
        ) : undefined
      }
    >
      {order.view}
      <Trouble text={error} />
      {reply !== undefined && messages.length === 0 && (
        <Empty>
          {dead
            ? "Nothing has been given up: every message went its way."
            : `Nothing waits in ${queue.name} just now.`}
        </Empty>
      )}
      <ul class="messages">
        {messages.map((message) => (
          <Message key={message.id} queue={queue} message={message} dead={dead} onDone={again} />
        ))}
      </ul>
      <Left n={reply?.left ?? 0} what="messages" />
    </Card>
  );
}

function Message({
  queue,
  message,
  dead,
  onDone,
}: {
  queue: QueueState;
  message: QueuedMessage;
  dead: boolean;
  onDone: () => void;
}) {
  const [edited, setEdited] = useState<string>();
  const field = useRef<HTMLTextAreaElement>(null);
  const editing = edited !== undefined;
  useEffect(() => {
    if (editing) field.current?.focus();
  }, [editing]);
  const order = useOrder();
  const reasons = Object.entries(message.attributes);
  const act = (work: () => Promise<string>) =>
    order.run(async () => {
      const said = await work();
      setEdited(undefined);
      onDone();
      return said;
    });
  return (
    <li class="message">
      <div class="facts">
        <Time at={message.enteredAt} />
        <span class="pill">{message.state}</span>
        <span>{`received ${message.receiveCount} times`}</span>
        {message.from !== undefined && <span>{`given up by ${message.from}`}</span>}
        <code>{message.id}</code>
      </div>
      {reasons.length > 0 && (
        <dl class="reasons">
          {reasons.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
      {edited === undefined ? (
        <Code text={pretty(message.body)} label={`Body of ${message.id}`} />
      ) : (
        <label class="field">
          Body to send instead
          <textarea
            ref={field}
            rows={8}
            value={edited}
            onInput={(event) => setEdited(event.currentTarget.value)}
          />
        </label>
      )}
      <div class="buttons">
        {dead && edited === undefined && (
          <button
            type="button"
            disabled={order.busy}
            onClick={() =>
              act(
                async () =>
                  `Done: ${(await ask("redrive", { queue: queue.name, message: message.id })).moved}.`,
              )
            }
          >
            Redrive
          </button>
        )}
        {dead && edited === undefined && (
          <button type="button" onClick={() => setEdited(pretty(message.body))}>
            Edit and resend
          </button>
        )}
        {edited !== undefined && (
          <>
            <button
              type="button"
              class="primary"
              disabled={order.busy}
              onClick={() =>
                act(async () => {
                  const { sentTo, id } = await ask("resend", {
                    queue: queue.name,
                    message: message.id,
                    body: edited,
                  });
                  return `Sent to ${sentTo} as ${id}.`;
                })
              }
            >
              Send to its queue
            </button>
            <button type="button" onClick={() => setEdited(undefined)}>
              Leave it
            </button>
          </>
        )}
        <button
          type="button"
          disabled={order.busy}
          onClick={() =>
            act(async () =>
              (await ask("discard", { queue: queue.name, message: message.id })).discarded
                ? "Deleted."
                : "It was gone already.",
            )
          }
        >
          Delete
        </button>
        <TraceLink id={message.id}>Its way</TraceLink>
      </div>
      {order.view}
    </li>
  );
}
