import type { Line } from "../../src/console/protocol";
import { Time, TraceLink } from "./parts";

/** Events in words, each with the way to its trace. */
export function Lines({ lines: shown }: { lines: readonly Line[] }) {
  return (
    <ol class="lines">
      {shown.map((line) => (
        <li key={line.n} class={line.bad ? "bad" : undefined}>
          <Time at={line.at} />
          <span class="where">
            {line.where === undefined ? "" : line.where.slice(line.where.indexOf(":") + 1)}
          </span>
          <span class="what">{line.text}</span>
          {line.id === undefined ? <span /> : <TraceLink id={line.id} />}
        </li>
      ))}
    </ol>
  );
}
