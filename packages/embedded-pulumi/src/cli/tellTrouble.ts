import { type EventStream, troubleIn } from "embedded-aws";
import type { Terminal } from "./terminal";

/** So many kinds of trouble are told; whoever has more looks into the log groups. */
export const MOST_TOLD = 50;

/** Tells of each kind of trouble once, as it happens; returns what ends it. */
export function tellTrouble(events: EventStream, terminal: Pick<Terminal, "print">): () => void {
  const told = new Set<string>();
  return events.subscribe((event) => {
    const trouble = troubleIn(event);
    if (trouble === undefined || told.has(trouble) || told.size > MOST_TOLD) return;
    told.add(trouble);
    terminal.print(
      `  ! ${told.size > MOST_TOLD ? `${MOST_TOLD} kinds of trouble were told; more stand in the functions' logs` : trouble}`,
    );
  });
}
