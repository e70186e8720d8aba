import { largest } from "embedded-aws/support";
import type { CloudDeployment } from "../deploy";
import type { ProgressEvent } from "../engine/progress";
import { renderProgress } from "../engine/renderProgress";
import type { Terminal } from "./terminal";

/** Tells the terminal of each event of a run that a person wants to see. */
export function showProgress({ print }: Pick<Terminal, "print">): (event: ProgressEvent) => void {
  return (event) => {
    const line = renderProgress(event);
    if (line !== undefined) print(line);
  };
}

/** The end of a deployment, as `pulumi up` tells it: outputs, how many resources, how long it took. */
export function showDeployment(
  { shownOutputs, resources }: Pick<CloudDeployment, "shownOutputs" | "resources">,
  durationMs: number,
  terminal: Terminal,
): void {
  const outputs = Object.entries(shownOutputs);
  if (outputs.length > 0) terminal.print("\nOutputs:");
  const width = largest(
    outputs.map(([name]) => name.length),
    0,
  );
  for (const [name, value] of outputs) terminal.print(`    ${name.padEnd(width)}  ${JSON.stringify(value)}`);
  terminal.print(
    `\nResources:\n    + ${resources.length} created\n\nDuration: ${(durationMs / 1000).toFixed(1)}s`,
  );
}

/** Resolves when the terminal's signal aborts: Ctrl-C, or the end of whoever started the command. */
export async function untilInterrupted({ signal }: Terminal): Promise<void> {
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
