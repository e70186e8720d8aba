import type { ProgressEvent, ResourceStatus } from "./progress";
import { displayType } from "./tree";

/** As `pulumi up` marks what it does; nothing is said of the rest. */
const SIGNS: Readonly<Partial<Record<ResourceStatus, string>>> = {
  created: "+ ",
  updated: "~ ",
  replaced: "+-",
  deleted: "- ",
  retained: "- ",
  failed: "! ",
};

/** The line that tells a person of `event`, as `pulumi up` words it where no one watches; undefined for no line. */
export function renderProgress(event: ProgressEvent): string | undefined {
  switch (event.type) {
    case "resource": {
      const sign = SIGNS[event.status];
      if (sign === undefined) return undefined;
      const seconds = event.durationMs >= 10 ? ` (${(event.durationMs / 1000).toFixed(2)}s)` : "";
      const changed = event.changed ?? [];
      const diff = changed.length === 0 ? "" : ` [diff: ${changed.map((name) => `~${name}`).join(",")}]`;
      return ` ${sign} ${displayType(event.resourceType)} ${event.name} ${event.status}${seconds}${diff}`;
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
