import { useState } from "preact/hooks";
import { Card, Code, Empty, Left, Panel, Table, Time, Trouble, useAsk } from "../parts/parts";
import { linkTo, route } from "../state/route";
import { emails, lines, tables } from "../state/store";
import { count, counted, pretty } from "../state/words";
import { Lines } from "../parts/lines";

export function DataPanel() {
  const { about } = route.value;
  const chosen =
    about === "inbox" ? undefined : (tables.value.find(({ name }) => name === about) ?? tables.value[0]);
  return (
    <Panel
      title="Tables and inbox"
      about="Items and their changes as they happen, and e-mails as the customer sees them."
    >
      <div class="cards">
        <Card title="Tables">
          {tables.value.length === 0 ? (
            <Empty>There are no tables in this cloud yet.</Empty>
          ) : (
            <Table label="Tables" heads={["Table", "Items"]}>
              {tables.value.map((table) => (
                <tr key={table.name} class={table === chosen ? "chosen" : undefined}>
                  <th scope="row">
                    <a href={linkTo("data", table.name)} aria-current={table === chosen ? "true" : undefined}>
                      {table.name}
                    </a>
                  </th>
                  <td class="n">{count(table.items)}</td>
                </tr>
              ))}
            </Table>
          )}
        </Card>
        {chosen !== undefined && <Changes table={chosen.name} />}
        {chosen !== undefined && <Items key={chosen.name} table={chosen.name} n={chosen.items} />}
        <Inbox />
      </div>
    </Panel>
  );
}

function Changes({ table }: { table: string }) {
  const changes = lines.value.filter(({ where }) => where === `table:${table}`).slice(0, 20);
  return (
    <Card title="Changes" extra={<span class="quiet">the newest 20</span>}>
      {changes.length === 0 ? (
        <Empty>{`Nothing in ${table} has changed lately.`}</Empty>
      ) : (
        <Lines lines={changes} />
      )}
    </Card>
  );
}

function Items({ table, n }: { table: string; n: number }) {
  const { reply, error } = useAsk("items", { table }, 2000, n);
  const items = reply?.items ?? [];
  return (
    <Card
      title="Items"
      wide
      extra={<span class="quiet">{`up to 100 of ${count(n)}, in the order of a scan`}</span>}
    >
      <Trouble text={error} />
      {reply !== undefined && items.length === 0 && <Empty>{`${table} is empty.`}</Empty>}
      <ul class="items" tabIndex={0} aria-label={`Items of ${table}`}>
        {items.map((item) => (
          <li key={item}>
            <details>
              <summary>{inWords(item)}</summary>
              <Code text={pretty(item)} label="Item" />
            </details>
          </li>
        ))}
      </ul>
      <Left n={reply?.left ?? 0} what="items" />
    </Card>
  );
}

/** An item of attribute values in one line: its first members. */
function inWords(item: string): string {
  const parsed = JSON.parse(item) as Record<string, Record<string, unknown>>;
  return Object.entries(parsed)
    .slice(0, 6)
    .map(([name, value]) => {
      const [inner] = Object.values(value);
      return `${name} ${typeof inner === "string" ? inner : "…"}`;
    })
    .join(" · ");
}

function Inbox() {
  const [chosen, setChosen] = useState<string>();
  const { reply, error } = useAsk("inbox", {}, undefined, emails.value);
  const mails = reply?.emails ?? [];
  const open = mails.find(({ id }) => id === chosen) ?? mails[0];
  return (
    <Card title="Inbox" wide extra={<span class="quiet">{counted(emails.value, "e-mail")} in all</span>}>
      <Trouble text={error} />
      {reply !== undefined && mails.length === 0 ? (
        <Empty>No e-mail has been sent. None ever leaves this machine.</Empty>
      ) : (
        <div class="inbox">
          <ul tabIndex={0} aria-label="E-mails, newest first">
            {mails.map((mail) => (
              <li key={mail.id}>
                <button type="button" aria-pressed={mail === open} onClick={() => setChosen(mail.id)}>
                  <b>{mail.subject}</b>
                  <span>{`to ${mail.to.join(", ")}`}</span>
                  <Time at={mail.at} />
                </button>
              </li>
            ))}
          </ul>
          {open !== undefined && (
            <div class="mail">
              <p class="quiet">{`from ${open.from} to ${open.to.join(", ")}`}</p>
              <iframe
                key={open.id}
                sandbox=""
                title={`E-mail: ${open.subject}`}
                src={`mail/${encodeURIComponent(open.id)}`}
              />
            </div>
          )}
        </div>
      )}
      <Left n={(reply?.total ?? 0) - mails.length} what="e-mails" />
    </Card>
  );
}
