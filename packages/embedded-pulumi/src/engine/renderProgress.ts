import type { ProgressEvent } from "./progress";
import { displayType } from "./tree";

/** The line that tells a person of `event`, as `pulumi up` words it where no one watches; undefined for no line. */
export function renderProgress(event: ProgressEvent): string | undefined {
  switch (event.type) {
    case "resource": {
      if (event.status === "creating" || event.status === "planned") return undefined;
      const seconds = event.durationMs >= 10 ? ` (${(event.durationMs / 1000).toFixed(2)}s)` : "";
      const sign = event.status === "failed" ? "!" : "+";
      return ` ${sign}  ${displayType(event.resourceType)} ${event.name} ${event.status}${seconds}`;
    }
    case "log":
      // An error ends the run, and is then told as the reason.
      return event.severity === "debug" || event.severity === "error" || event.ephemeral
        ? undefined
        : `    ${event.severity}: ${event.message}`;
    case "program-output":
      return `    ${event.line}`;
    case "outputs":
      return undefined;
  }
}
