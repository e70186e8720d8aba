import { useState } from "preact/hooks";
import { Card, Empty, Panel, Table, Time, Trouble, useAsk } from "../parts/parts";
import { linkTo } from "../state/route";
import { count, counted } from "../state/words";

const SHOWN = 300;

export function PermissionsPanel() {
  const [unusedOnly, setUnusedOnly] = useState(false);
  const [text, setText] = useState("");
  const { reply, error } = useAsk("iam", {}, 2000);
  const statements = reply?.statements ?? [];
  const unused = statements.filter(({ times, effect }) => times === 0 && effect === "Allow").length;
  const wanted = text.trim().toLowerCase();
  const shown = statements.filter(
    (one) =>
      (!unusedOnly || one.times === 0) &&
      (wanted === "" ||
        `${one.role} ${one.policy} ${one.actions} ${one.resources}`.toLowerCase().includes(wanted)),
  );
  return (
    <Panel
      title="Permissions"
      about="Which statement decided, how often, and which never did. The decision on each single call stands in its trace."
    >
      <div class="cards">
        <Card title="Refused" wide>
          <Trouble text={error} />
          {reply?.refusals.length === 0 ? (
            <Empty>
              Nothing has been refused. Take a permission away under Faults and time to see what would happen.
            </Empty>
          ) : (
            <Table label="Refused calls" heads={["Last", "Who", "Action", "Resource", "Why", "Times"]}>
              {(reply?.refusals ?? []).map((one) => (
                <tr key={`${one.caller} ${one.action} ${one.resource} ${one.by}`} class="bad">
                  <td>
                    <Time at={one.at} />
                  </td>
                  <th scope="row">
                    <a href={linkTo("functions", one.caller)}>{one.caller}</a>
                  </th>
                  <td>{one.action}</td>
                  <td class="what">{one.resource}</td>
                  <td class="what">{one.by}</td>
                  <td class="n">{count(one.times)}</td>
                </tr>
              ))}
            </Table>
          )}
        </Card>
        <Card
          title="Statements"
          wide
          extra={
            <span class="quiet">{`${counted(unused, "statement")} never used since the cloud started`}</span>
          }
        >
          <form class="form row" role="search" onSubmit={(event) => event.preventDefault()}>
            <label class="field">
              Role, action or resource
              <input type="search" value={text} onInput={(event) => setText(event.currentTarget.value)} />
            </label>
            <label class="check">
              <input
                type="checkbox"
                checked={unusedOnly}
                onChange={(event) => setUnusedOnly(event.currentTarget.checked)}
              />{" "}
              Never used only
            </label>
          </form>
          {reply !== undefined && shown.length === 0 && <Empty>No statement fits.</Empty>}
          {shown.length > 0 && (
            <Table label="Statements" heads={["Role", "Effect", "Actions", "Resources", "Decided"]}>
              {shown.slice(0, SHOWN).map((one, index) => (
                <tr key={`${one.role} ${one.policy} ${index}`}>
                  <th scope="row">
                    {one.role}
                    {one.sid !== undefined && <span class="quiet"> {one.sid}</span>}
                  </th>
                  <td>{one.effect}</td>
                  <td class="what">{one.actions}</td>
                  <td class="what">{one.resources}</td>
                  <td class="n">
                    {one.times === 0 ? <span class="pill warn">never</span> : count(one.times)}
                  </td>
                </tr>
              ))}
            </Table>
          )}
        </Card>
      </div>
    </Panel>
  );
}
